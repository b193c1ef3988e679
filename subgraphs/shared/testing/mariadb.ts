/**
 * A real MariaDB for a test file: a server of its own in a temporary directory, because identity's databases have fixed
 * names. Where mariadbd is not installed the tests say so and do not run; in CI that is a failure.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasMariadbPrograms, startMariadb as startServer } from '#shared/local-servers/mariadb.ts'

export interface TestMariadb {
  /** mysql://… without a database. */
  readonly url: string
  /** Removes the given databases. */
  dropDatabases(...names: string[]): Promise<void>
  stop(): Promise<void>
}

/** Whether the MariaDB half of a suite can run here. */
export function hasMariadb(): boolean {
  if (hasMariadbPrograms()) return true
  if (process.env['CI']) throw new Error('mariadbd is not installed: in CI identity is tested on both dialects')
  console.warn('mariadbd is not installed: identity is NOT tested on MariaDB here (Debian: apt-get install mariadb-server)')
  return false
}

export async function startMariadb(): Promise<TestMariadb> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-mariadb-'))
  const server = await startServer({ directory, password: 'test-only' })
  const root = await server.asRoot()
  return {
    url: server.url,
    async dropDatabases(...names) {
      for (const name of names) await root.query(`DROP DATABASE IF EXISTS \`${name}\``)
    },
    async stop() {
      await root.end()
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
