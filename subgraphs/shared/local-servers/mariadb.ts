/** A MariaDB of our own in a directory: identity's database where the distributed topology runs on one machine. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import mysql from 'mysql2/promise'
import { ended, freePort, programOf } from '#shared/local-servers/programs.ts'

const run = promisify(execFile)
const START_MS = 60_000
const socketName = 's.sock'

export interface LocalMariadb {
  /** mysql://… of the user `sluice`, without a database. */
  readonly url: string
  readonly pid: number
  /** For administration: a connection as root over the socket. */
  asRoot(): Promise<mysql.Connection>
  stop(signal?: NodeJS.Signals): Promise<void>
}

export interface MariadbOptions {
  readonly directory: string
  /** Of the user `sluice`, who has rights on `auth` and `identity` only. */
  readonly password: string
  readonly port?: number
}

export const hasMariadbPrograms = (): boolean => programOf('mariadbd') !== undefined && programOf('mariadb-install-db') !== undefined

/** Starts the server of the directory, making it first if it is new. Durable: flushed at each commit (InnoDB's default). */
export async function startMariadb({ directory, password, port }: MariadbOptions): Promise<LocalMariadb> {
  const server = programOf('mariadbd')
  const install = programOf('mariadb-install-db')
  if (!server || !install) throw new Error('MariaDB is not installed (Debian: apt-get install mariadb-server)')
  const data = join(directory, 'data')
  // As root the server insists on another user, who needs to get at the directory.
  const asUser = process.getuid?.() === 0 ? ['--user=mysql'] : []
  await mkdir(directory, { recursive: true })
  await chmod(directory, asUser.length > 0 ? 0o777 : 0o700)
  // A server that starts removes every temporary table it finds there: in /tmp those of others, too.
  const places = [`--datadir=${data}`, `--tmpdir=${directory}`]
  if (!existsSync(join(data, 'mysql'))) await run(install, ['--no-defaults', ...asUser, ...places, '--auth-root-authentication-method=normal', '--skip-test-db'])
  const listen = port ?? (await freePort())
  const log = join(directory, 'error.log')
  const socketPath = join(directory, socketName)
  const child = spawn(
    server,
    [
      '--no-defaults',
      ...asUser,
      ...places,
      `--socket=${socketPath}`,
      `--pid-file=${join(directory, 'pid')}`,
      `--log-error=${log}`,
      `--port=${listen}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--innodb-buffer-pool-size=32M',
    ],
    { stdio: 'ignore' },
  )
  await untilAnswers(child, socketPath, log)
  const asRoot = () => mysql.createConnection({ socketPath, user: 'root' })
  const root = await asRoot()
  try {
    await root.query("CREATE USER IF NOT EXISTS 'sluice'@'%' IDENTIFIED BY ?", [password])
    await root.query("ALTER USER 'sluice'@'%' IDENTIFIED BY ?", [password])
    for (const database of ['auth', 'identity']) await root.query(`GRANT ALL ON ${database}.* TO 'sluice'@'%'`)
  } finally {
    await root.end()
  }
  return { url: `mysql://sluice:${encodeURIComponent(password)}@127.0.0.1:${listen}/`, pid: child.pid ?? 0, asRoot, stop: (signal) => ended(child, signal) }
}

async function untilAnswers(child: ChildProcess, socketPath: string, log: string): Promise<void> {
  for (const end = Date.now() + START_MS; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const connection = await mysql.createConnection({ socketPath, user: 'root' }).catch(() => undefined)
    if (connection) return connection.end()
    if (child.exitCode !== null || Date.now() > end) throw new Error(`mariadbd did not start: ${(await readFile(log, 'utf8').catch(() => 'no log')).slice(-2_000)}`)
  }
}
