/** Making a PostgreSQL cluster and running a server on it: initdb and postgres as child processes, nothing between. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { chown, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ownedFolder, type Account, type Programs } from '#shared/db/postgres-programs.ts'
import type { Log } from '#shared/telemetry/log.ts'

const run = promisify(execFile)
const READY_MS = 120_000
const flags = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', 'shared_buffers=128MB', 'jit=off', 'autovacuum_naptime=15s']

interface Place {
  readonly programs: Programs
  readonly account: Account
  readonly cluster: string
}

/** Made beside its place and moved there when complete, so an interrupted start leaves nothing that looks like a cluster. */
export async function createCluster({ programs, account, cluster }: Place, user: string, password: string): Promise<void> {
  const unfinished = `${cluster}.unfinished`
  const passwordFile = `${cluster}.password`
  await rm(unfinished, { recursive: true, force: true })
  await ownedFolder(account, unfinished)
  try {
    await writeFile(passwordFile, password, { mode: 0o600 })
    if (account.uid !== undefined && account.gid !== undefined) await chown(passwordFile, account.uid, account.gid)
    await run(programs.initdb, [`--pgdata=${unfinished}`, `--username=${user}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'], { ...account, cwd: '/' })
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rename(unfinished, cluster)
}

/** Starts the server and waits until it accepts connections. Returns how to stop it. */
export async function startServer({ programs, account, cluster }: Place, port: number, logFile: string, log: Log): Promise<() => Promise<void>> {
  const output = await open(logFile, 'w', 0o600)
  // A session of its own: Ctrl-C in a terminal is for us, who let requests finish before the database goes.
  const child = spawn(programs.postgres, ['-D', cluster, '-p', String(port), ...flags.flatMap((flag) => ['-c', flag])], {
    ...account,
    cwd: cluster,
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  })
  const exit = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`ended with ${signal ?? code}`))
  })
  await output.close()
  const early = await Promise.race([untilReady(child, cluster), exit])
  if (early !== undefined) {
    child.kill('SIGINT')
    throw new Error(`PostgreSQL ${early}: ${(await readFile(logFile, 'utf8')).trim().split('\n').slice(-3).join(' ')}`)
  }
  let isStopping = false
  void exit.then((how) => {
    if (!isStopping) log.error({ how, logFile }, 'PostgreSQL ended by itself')
  })
  return async () => {
    isStopping = true
    child.kill('SIGINT') // fast shutdown
    await exit
  }
}

/** The server writes its state into the eighth line of postmaster.pid (postgres: src/include/utils/pidfile.h). */
async function untilReady(child: ChildProcess, cluster: string): Promise<string | undefined> {
  for (const end = Date.now() + READY_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return undefined
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return undefined // `exit` says how
  }
  return 'did not become ready in time'
}
