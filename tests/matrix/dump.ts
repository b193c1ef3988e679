/**
 * Everything that the platform keeps, as one digest for each table and one for all files: what a refused request must not
 * change (security.md Z-5). Read by the database's superuser, below every rule.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'

export interface Dump {
  /** Name of a table, or `files` → digest. */
  take(): Promise<ReadonlyMap<string, string>>
  close(): Promise<void>
}

/** Notes about who asked, not about what there is. */
const notes = new Set(['identity.token_uses', 'identity.login_attempts', 'identity.known_addresses'])

export async function openDump(dataDirectory: string): Promise<Dump> {
  const { password, port } = JSON.parse(await readFile(join(dataDirectory, 'postgres.json'), 'utf8')) as { password: string; port: number } // what embedded-postgres.ts writes
  const client = new pg.Client({ connectionString: `postgres://postgres:${password}@127.0.0.1:${port}/sluice` })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    "SELECT schemaname || '.' || quote_ident(tablename) AS name FROM pg_tables WHERE schemaname IN ('identity', 'auth', 'tracking', 'registry', 'datasets') ORDER BY 1",
  )
  const tables = rows.map((row) => row.name).filter((name) => !notes.has(name))
  if (tables.length < 25) throw new Error(`the dump found only ${tables.length} tables`)
  const question = tables.map((name) => `SELECT '${name}' AS name, md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) AS digest FROM ${name} t`).join(' UNION ALL ')
  return {
    async take() {
      const [digests, files] = await Promise.all([client.query<{ name: string; digest: string }>(question), readdir(join(dataDirectory, 'objects'), { recursive: true })])
      return new Map([...digests.rows.map(({ name, digest }) => [name, digest] as const), ['files', files.sort().join('\n')]])
    },
    close: () => client.end(),
  }
}

/** The tables in which two dumps differ. */
export const changes = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] => [...after].filter(([name, digest]) => before.get(name) !== digest).map(([name]) => name)
