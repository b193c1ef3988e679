/** Every dialect that can run here: a server, empty databases on it, and statements by hand. */
import mysql from 'mysql2/promise'
import pg from 'pg'
import { newTestDatabase } from '#shared/testing/database.ts'
import { hasMariadb, startMariadb } from '#shared/testing/mariadb.ts'

export type Row = Readonly<Record<string, unknown>>

export interface DialectServer {
  /** The URL of an empty database. On MariaDB, where the names are fixed, the one before is gone. */
  fresh(): Promise<string>
  stop(): Promise<void>
}
export interface DialectUnderTest {
  readonly name: 'PostgreSQL' | 'MariaDB'
  open(): Promise<DialectServer>
  /** What a person with a database client does. */
  byHand(url: string, statement: string): Promise<Row[]>
}

const postgresql: DialectUnderTest = {
  name: 'PostgreSQL',
  async open() {
    const made: { drop(): Promise<void> }[] = []
    return {
      async fresh() {
        const database = await newTestDatabase()
        made.push(database)
        return database.url
      },
      async stop() {
        for (const database of made) await database.drop()
      },
    }
  },
  async byHand(url, statement) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows
    } finally {
      await client.end()
    }
  },
}

const mariadb: DialectUnderTest = {
  name: 'MariaDB',
  async open() {
    const server = await startMariadb()
    return {
      async fresh() {
        await server.dropDatabases('auth', 'identity')
        return server.url
      },
      stop: () => server.stop(),
    }
  },
  async byHand(url, statement) {
    const connection = await mysql.createConnection({ uri: url, supportBigNumbers: true })
    try {
      const [rows] = await connection.query(statement)
      return Array.isArray(rows) ? rows.map((row) => ({ ...row })) : []
    } finally {
      await connection.end()
    }
  },
}

export const dialects: readonly DialectUnderTest[] = hasMariadb() ? [postgresql, mariadb] : [postgresql]
