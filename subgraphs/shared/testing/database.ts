/** A database of its own for a test file, on the real server of the test run. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'

export interface TestDatabase {
  readonly url: string
  drop(): Promise<void>
}

export async function newTestDatabase(): Promise<TestDatabase> {
  const server = process.env['SLUICE_TEST_POSTGRES']
  if (!server) throw new Error('SLUICE_TEST_POSTGRES is not set: run the tests through vitest’s projects db or e2e')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await onServer(server, `CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
