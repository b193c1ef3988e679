/** The one PostgreSQL that all servers share: the embedded one, as Sluice starts it, or a given one. A database for each. */
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '#shared/db/embedded-postgres.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { parentOf } from '../driver/proc.ts'
import { withDatabase } from './server.ts'

export interface SharedPostgres {
  readonly version: string
  readonly postmaster: number
  newDatabase(name: string): Promise<string>
  stop(): Promise<void>
}

export async function startSharedPostgres(directory: string): Promise<SharedPostgres> {
  const home = join(directory, 'postgres')
  await mkdir(home)
  await chmod(directory, 0o755) // as root the server runs as another user
  await chmod(home, 0o755)
  const { url, stop } = await startEmbeddedPostgres({ directory: home, log: createLog({ service: 'bench', level: 'warn' }) })
  const { backend, version } = await withDatabase(url, async (client) => {
    // The two settings that the peers' own guides raise for writing; the rest is what Sluice ships.
    await client.query("ALTER SYSTEM SET max_wal_size = '4GB'")
    await client.query('SELECT pg_reload_conf()')
    const { rows } = await client.query<{ backend: number; version: string }>("SELECT pg_backend_pid() AS backend, current_setting('server_version') AS version")
    const [row] = rows
    if (!row) throw new Error('PostgreSQL answered no row')
    return { version: row.version, backend: parentOf(row.backend) ?? 0 }
  })
  return {
    version,
    postmaster: backend,
    stop,
    async newDatabase(name) {
      await withDatabase(url, (client) => client.query(`CREATE DATABASE ${name}`))
      return Object.assign(new URL(url), { pathname: `/${name}` }).href
    },
  }
}
