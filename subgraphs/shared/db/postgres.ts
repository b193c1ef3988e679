/**
 * PostgreSQL for one subsystem: a pool that works as that subsystem's own role in its own schema, migrations once under
 * an advisory lock, and a boot check of the exact expected head.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { unavailable } from '#shared/errors.ts'
import type { DependencyHealth } from '#shared/subsystem.ts'
import type { Log } from '#shared/telemetry/log.ts'

export interface PostgresOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string
  /** The subsystem's name: its schema, and its role `sluice_<name>`. */
  readonly schema: string
  /** Further schemas that belong to the same subsystem and role, e.g. identity's `auth`. */
  readonly alsoSchemas?: readonly string[]
  readonly max?: number
  readonly log: Log
}

export interface Postgres {
  readonly pool: pg.Pool
  readonly db: NodePgDatabase
  /** One statement. Named statements are prepared once per connection. Connection failures become UNAVAILABLE. */
  query<R extends pg.QueryResultRow>(statement: pg.QueryConfig | string, values?: unknown[]): Promise<pg.QueryResult<R>>
  /** All or nothing. */
  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>
  migrate(folder: string): Promise<void>
  health(): Promise<DependencyHealth>
  close(): Promise<void>
}

const roleOf = (schema: string): string => `sluice_${schema}`
const lockOf = (schema: string): number => createHash('sha256').update(schema).digest().readInt32BE(0)

export function createPostgres({ url, schema, alsoSchemas = [], max = 10, log }: PostgresOptions): Postgres {
  const open = (asOwner: boolean, size: number): pg.Pool => {
    const settings = [`-c search_path=${schema}`, '-c plan_cache_mode=force_generic_plan', ...(asOwner ? [] : [`-c role=${roleOf(schema)}`])]
    const pool = new pg.Pool({ connectionString: url, max: size, options: settings.join(' '), application_name: `sluice-${schema}`, idleTimeoutMillis: 30_000, connectionTimeoutMillis: 5_000 })
    // Without a listener a connection that the server closes would end the process.
    // (A pool that ends does not wait for its sockets, so a server that stops next still reaches them.)
    pool.on('error', (error) => void (pool.ending || log.warn({ err: error }, 'a database connection was lost')))
    return pool
  }
  const pool = open(false, max)
  const db = drizzle(pool)

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw isConnectionFailure(error) ? unavailable(schema, error) : error
    }
  }

  return {
    pool,
    db,
    query: <R extends pg.QueryResultRow>(statement: pg.QueryConfig | string, values?: unknown[]) =>
      guarded(() => (typeof statement === 'string' ? pool.query<R>(statement, values) : pool.query<R>(statement))),
    transaction: (work) =>
      guarded(async () => {
        const client = await pool.connect()
        let broken: Error | undefined
        try {
          await client.query('BEGIN')
          const result = await work(client)
          await client.query('COMMIT')
          return result
        } catch (error) {
          await client.query('ROLLBACK').catch((cause: unknown) => {
            broken = cause instanceof Error ? cause : new Error(String(cause))
          })
          throw error
        } finally {
          client.release(broken)
        }
      }),
    async migrate(folder) {
      const owner = open(true, 1)
      const client = await owner.connect()
      try {
        await client.query('SELECT pg_advisory_lock($1)', [lockOf(schema)])
        for (const each of [schema, ...alsoSchemas]) await prepareSchema(client, each, roleOf(schema))
        await migrate(drizzle(client), { migrationsFolder: folder, migrationsSchema: schema, migrationsTable: '__migrations' })
        for (const each of [schema, ...alsoSchemas]) await grantToRole(client, each, roleOf(schema))
        await assertHead(client, schema, folder)
      } finally {
        await client.query('SELECT pg_advisory_unlock($1)', [lockOf(schema)]).catch(() => undefined)
        client.release()
        await owner.end()
      }
    },
    async health() {
      const start = performance.now()
      try {
        await pool.query('SELECT 1')
        return { name: `postgres:${schema}`, ok: true, latencyMs: performance.now() - start }
      } catch {
        return { name: `postgres:${schema}`, ok: false, latencyMs: performance.now() - start, detail: 'does not answer' }
      }
    },
    close: () => pool.end(),
  }
}

/** The role may only use its own schema: no subsystem can read another's tables (design section 6). */
async function prepareSchema(client: pg.PoolClient, schema: string, role: string): Promise<void> {
  // Schemas of one database are prepared by several processes at once.
  await client.query('SELECT pg_advisory_lock(7265114)')
  try {
    // The lock is this database's; another database of the cluster may make the same role at the same moment.
    await client.query(`DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role} NOLOGIN; END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$`)
    // A superuser may become every role; granting it all the same would meet others who do so now.
    await client.query(`DO $$ BEGIN
      IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN GRANT ${role} TO CURRENT_USER; END IF;
    END $$`)
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
    await client.query(`REVOKE ALL ON SCHEMA ${schema} FROM PUBLIC`)
    await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`)
  } finally {
    await client.query('SELECT pg_advisory_unlock(7265114)')
  }
}

async function grantToRole(client: pg.PoolClient, schema: string, role: string): Promise<void> {
  await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role}`)
  await client.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role}`)
  await client.query(`GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${role}`)
}

/** drizzle's migrate() succeeds silently when its journal is broken (stack.md 1.4), so count what it did. */
async function assertHead(client: pg.PoolClient, schema: string, folder: string): Promise<void> {
  const journal: { entries: unknown[] } = JSON.parse(readFileSync(join(folder, 'meta', '_journal.json'), 'utf8'))
  const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${schema}.__migrations`)
  const applied = Number(rows[0]?.count)
  if (journal.entries.length === 0 || applied !== journal.entries.length) throw new Error(`The ${schema} database has ${applied} migrations, this version expects ${journal.entries.length}`)
}

const connectionCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', '57P01', '57P02', '57P03', '08000', '08003', '08006', '53300'])
export function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string' && connectionCodes.has(error.code)) return true
  if (error.cause !== undefined && isConnectionFailure(error.cause)) return true // drizzle wraps the driver's errors
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end/.test(error.message)
}
