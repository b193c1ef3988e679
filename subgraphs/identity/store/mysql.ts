/**
 * Identity on MySQL or MariaDB: the databases `auth` and `identity`, utf8mb4_bin. The two casts that present MySQL's
 * tables and handle as PostgreSQL's live here; dialects.db.test.ts runs one suite on both.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MySqlInsertBuilder, MySqlTable } from 'drizzle-orm/mysql-core'
import { drizzle } from 'drizzle-orm/mysql2'
import { migrate } from 'drizzle-orm/mysql2/migrator'
import mysql from 'mysql2/promise'
import { isConnectionFailure } from '#shared/db/postgres.ts'
import { repositoryPath } from '#shared/paths.ts'
import type { Log } from '#shared/telemetry/log.ts'
import type { DialectCapabilities } from './database.ts'
import * as tables from './tables.mysql.ts'

const folder = (): string => repositoryPath('subgraphs/identity/store/migrations/mysql')
const databases = ['auth', 'identity'] as const
const LOCK = 'sluice_identity_migrations'
const LOCK_SECONDS = 120

/** Every connection the same, whatever the server's defaults: strict, and each statement sees what is committed. */
const sessionSettings = ['SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'"]

export function openMysql(url: string, log: Log): DialectCapabilities {
  const uri = url.replace(/^mariadb:/, 'mysql:')
  const pool = mysql.createPool({ uri, database: 'identity', connectionLimit: 10, timezone: 'Z', supportBigNumbers: true, charset: 'utf8mb4_bin', connectTimeout: 5_000, enableKeepAlive: true })
  pool.pool.on('connection', (connection) => {
    connection.on('error', (error) => log.warn({ err: error }, 'a database connection was lost'))
    for (const statement of sessionSettings) connection.query(statement, () => undefined)
  })
  return {
    dialect: 'mysql',
    db: drizzle(pool) as never, // the stores use only what both builders share
    tables,
    async insertIfAbsent(handle, table, rows) {
      const insert = handle.insert(table) as unknown as MySqlInsertBuilder<MySqlTable, never, never> // it is MySQL's builder at run time
      await insert.ignore().values(rows as never)
    },
    matched: (result) => (Array.isArray(result) && typeof result[0] === 'object' && result[0] !== null && 'affectedRows' in result[0] ? Number(result[0].affectedRows) : 0),
    codes: { duplicate: 'ER_DUP_ENTRY', deadlock: 'ER_LOCK_DEADLOCK' },
    isConnectionFailure: (error) => isConnectionFailure(error) || isMysqlConnectionFailure(error),
    migrate: () => migrateOnce(uri),
    async health() {
      const start = performance.now()
      try {
        await pool.query('SELECT 1')
        return { name: 'mysql:identity', ok: true, latencyMs: performance.now() - start }
      } catch {
        return { name: 'mysql:identity', ok: false, latencyMs: performance.now() - start, detail: 'does not answer' }
      }
    },
    close: () => pool.end(),
  }
}

/** Under a named lock, on a connection of its own that starts outside the databases it makes. */
async function migrateOnce(uri: string): Promise<void> {
  const server = new URL(uri)
  server.pathname = '/'
  const connection = await mysql.createConnection({ uri: server.href, timezone: 'Z', connectTimeout: 5_000, charset: 'utf8mb4_bin' })
  try {
    const [locked] = await connection.query<mysql.RowDataPacket[]>('SELECT GET_LOCK(?, ?) AS held', [LOCK, LOCK_SECONDS])
    if (Number(locked[0]?.['held']) !== 1) throw new Error('another process is migrating the identity database and does not finish')
    for (const database of databases) await connection.query(`CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
    await connection.query('USE identity')
    await migrate(drizzle(connection), { migrationsFolder: folder(), migrationsTable: '__migrations' })
    await assertHead(connection)
  } finally {
    await connection.end() // which also releases the lock
  }
}

/** As in shared/db/postgres.ts: drizzle succeeds silently when its journal is broken. */
async function assertHead(connection: mysql.Connection): Promise<void> {
  const journal: { entries: unknown[] } = JSON.parse(readFileSync(join(folder(), 'meta', '_journal.json'), 'utf8'))
  const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT count(*) AS applied FROM identity.__migrations')
  const applied = Number(rows[0]?.['applied'])
  if (journal.entries.length === 0 || applied !== journal.entries.length) throw new Error(`The identity database has ${applied} migrations, this version expects ${journal.entries.length}`)
}

const mysqlConnectionCodes = new Set(['PROTOCOL_CONNECTION_LOST', 'ER_CON_COUNT_ERROR', 'ER_SERVER_SHUTDOWN', 'EHOSTUNREACH', 'ENETUNREACH', 'POOL_CLOSED', 'ER_CONNECTION_KILLED'])
const isMysqlConnectionFailure = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && typeof error.code === 'string' && mysqlConnectionCodes.has(error.code)) || /Pool is closed|closed state|connection is in closed state/.test(error.message))
