/**
 * A real MariaDB for a test file: a server of its own in a temporary directory, because identity's databases have fixed
 * names. Where mariadbd is not installed the tests say so and do not run; in CI that is a failure.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import mysql from 'mysql2/promise'

const run = promisify(execFile)
const START_MS = 60_000
const PASSWORD = 'test-only'

export interface TestMariadb {
  /** mysql://… without a database. */
  readonly url: string
  /** Removes the given databases. */
  dropDatabases(...names: string[]): Promise<void>
  stop(): Promise<void>
}

const programOf = (name: string): string | undefined => [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'].map((dir) => join(dir, name)).find(existsSync)

/** Whether the MariaDB half of a suite can run here. */
export function hasMariadb(): boolean {
  if (programOf('mariadbd') && programOf('mariadb-install-db')) return true
  if (process.env['CI']) throw new Error('mariadbd is not installed: in CI identity is tested on both dialects')
  console.warn('mariadbd is not installed: identity is NOT tested on MariaDB here (Debian: apt-get install mariadb-server)')
  return false
}

export async function startMariadb(): Promise<TestMariadb> {
  const server = programOf('mariadbd')
  const install = programOf('mariadb-install-db')
  if (!server || !install) throw new Error('mariadbd is not installed')
  const directory = await mkdtemp(join(tmpdir(), 'sluice-mariadb-'))
  const data = join(directory, 'data')
  // As root the server insists on another user, who needs to get at the directory.
  const asUser = process.getuid?.() === 0 ? ['--user=mysql'] : []
  await chmod(directory, 0o777)
  await run(install, ['--no-defaults', ...asUser, `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'])
  const port = await freePort()
  const log = join(directory, 'error.log')
  const child = spawn(
    server,
    ['--no-defaults', ...asUser, `--datadir=${data}`, `--socket=${join(directory, 's.sock')}`, `--pid-file=${join(directory, 'pid')}`, `--log-error=${log}`, `--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve', '--innodb-buffer-pool-size=32M', '--innodb-flush-log-at-trx-commit=2'],
    { stdio: 'ignore' },
  )
  const socket = join(directory, 's.sock')
  await untilAnswers(child, socket, log)
  const root = await mysql.createConnection({ socketPath: socket, user: 'root' })
  // Rights as compose gives them: on identity's databases and nothing else.
  await root.query(`CREATE USER 'sluice'@'%' IDENTIFIED BY '${PASSWORD}'`)
  for (const database of ['auth', 'identity']) await root.query(`GRANT ALL ON ${database}.* TO 'sluice'@'%'`)
  return {
    url: `mysql://sluice:${PASSWORD}@127.0.0.1:${port}/`,
    async dropDatabases(...names) {
      for (const name of names) await root.query(`DROP DATABASE IF EXISTS \`${name}\``)
    },
    async stop() {
      await root.end()
      await ended(child)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function untilAnswers(child: ChildProcess, socketPath: string, log: string): Promise<void> {
  for (const end = Date.now() + START_MS; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const connection = await mysql.createConnection({ socketPath, user: 'root' }).catch(() => undefined)
    if (connection) return connection.end()
    if (child.exitCode !== null || Date.now() > end) throw new Error(`mariadbd did not start: ${(await readFile(log, 'utf8').catch(() => 'no log')).slice(-2_000)}`)
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no free port'))))
    })
  })
}
