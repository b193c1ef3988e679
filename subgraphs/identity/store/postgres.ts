/** Identity on PostgreSQL: the schemas `auth` and `identity`, used by the role sluice_identity. */
import { createPostgres, isConnectionFailure } from '#shared/db/postgres.ts'
import { repositoryPath } from '#shared/paths.ts'
import type { Log } from '#shared/telemetry/log.ts'
import type { DialectCapabilities } from './database.ts'
import * as tables from './tables.pg.ts'

export function openPostgres(url: string, log: Log): DialectCapabilities {
  const postgres = createPostgres({ url, schema: 'identity', alsoSchemas: ['auth'], log })
  return {
    dialect: 'postgresql',
    db: postgres.db,
    tables,
    async insertIfAbsent(handle, table, rows) {
      await handle.insert(table).values(rows).onConflictDoNothing()
    },
    matched: (result) => (typeof result === 'object' && result !== null && 'rowCount' in result ? Number(result.rowCount) : 0),
    codes: { duplicate: '23505', deadlock: '40P01' },
    isConnectionFailure,
    migrate: () => postgres.migrate(repositoryPath('subgraphs/identity/store/migrations/pg')),
    health: () => postgres.health(),
    close: () => postgres.close(),
  }
}
