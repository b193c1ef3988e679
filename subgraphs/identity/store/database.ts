/**
 * The database of identity on either dialect, chosen by the URL's scheme. The stores are written once against drizzle's
 * PostgreSQL types; what the dialects do not share is a capability here, one sentence each. Nobody else may use
 * `.returning()`, `.onConflict…` or JSON operators: MySQL has them not.
 */
import { DrizzleQueryError } from 'drizzle-orm/errors'
import type { NodePgDatabase, NodePgQueryResultHKT } from 'drizzle-orm/node-postgres'
import type { PgDatabase, PgInsertValue, PgTable } from 'drizzle-orm/pg-core'
import { unavailable } from '#shared/errors.ts'
import type { DependencyHealth } from '#shared/subsystem.ts'
import type { Log } from '#shared/telemetry/log.ts'
import { openMysql } from './mysql.ts'
import { openPostgres } from './postgres.ts'
import type { IdentityTables } from './tables.ts'

/** A connection or a transaction. */
export type Handle = PgDatabase<NodePgQueryResultHKT>
export type Dialect = 'postgresql' | 'mysql'

/** What differs between the dialects. */
export interface DialectCapabilities {
  readonly dialect: Dialect
  readonly db: NodePgDatabase
  readonly tables: IdentityTables
  /** Inserts rows whose key is free and leaves the others as they are. */
  insertIfAbsent<T extends PgTable>(handle: Handle, table: T, rows: PgInsertValue<T>[]): Promise<void>
  /** How many rows a statement matched. */
  matched(result: unknown): number
  /** The failure below what drizzle wraps around it: a wrapper's text would carry statements and values into logs. */
  readonly codes: { readonly duplicate: string; readonly deadlock: string }
  isConnectionFailure(error: unknown): boolean
  migrate(): Promise<void>
  health(): Promise<DependencyHealth>
  close(): Promise<void>
}

export interface Database extends Omit<DialectCapabilities, 'db' | 'codes' | 'isConnectionFailure'> {
  /** One statement or a few independent ones. */
  run<T>(work: (handle: Handle) => Promise<T>): Promise<T>
  /** All or nothing, read committed. The work runs again after a deadlock, so it must only touch the database. */
  transaction<T>(work: (handle: Handle) => Promise<T>): Promise<T>
  /** Whether a unique key refused the row. */
  isDuplicate(error: unknown): boolean
}

const MAX_RUNS = 4

export function openDatabase(url: string, log: Log): Database {
  const { protocol } = new URL(url)
  if (protocol === 'mysql:' || protocol === 'mariadb:') return complete(openMysql(url, log))
  if (protocol === 'postgres:' || protocol === 'postgresql:') return complete(openPostgres(url, log))
  throw new Error(`identity's database must be postgres:// or mysql://, not ${protocol}//`)
}

function complete(capabilities: DialectCapabilities): Database {
  const { db, codes, isConnectionFailure, ...rest } = capabilities
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw isConnectionFailure(unwrapped(error)) ? unavailable('identity', unwrapped(error)) : unwrapped(error)
    }
  }
  return {
    ...rest,
    run: (work) => guarded(() => work(db)),
    transaction: (work) =>
      guarded(async () => {
        for (let run = 1; ; run++) {
          try {
            return await db.transaction(work)
          } catch (error) {
            if (run >= MAX_RUNS || codeOf(unwrapped(error)) !== codes.deadlock) throw error
          }
        }
      }),
    isDuplicate: (error) => codeOf(unwrapped(error)) === codes.duplicate,
  }
}

const unwrapped = (error: unknown): unknown => (error instanceof DrizzleQueryError && error.cause ? error.cause : error)
const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)
