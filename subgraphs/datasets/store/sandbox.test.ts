import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inSandbox, sqlText } from '#datasets/store/sandbox.ts'

let directory: string
let own: string
let other: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sluice-sandbox-it's-"))
  own = join(directory, 'own.csv')
  other = join(directory, 'other.csv')
  await writeFile(own, 'a\n1\n')
  await writeFile(other, 'a\n2\n')
})
afterAll(() => rm(directory, { recursive: true }))

const inside = (statement: string) => inSandbox(own, async (connection) => (await connection.runAndReadAll(statement)).getRowsJson())
async function outside(statement: string): Promise<unknown> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(statement)).getRowsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

describe('the sandbox of DuckDB', () => {
  it('reads its one file', async () => {
    expect(await inside(`SELECT * FROM read_csv(${sqlText(own)})`)).toEqual([['1']])
  })
  // The same statement without the sandbox is the control: it works there, so it is the sandbox that refuses.
  it.each([
    ['/etc/passwd', () => "SELECT count(*) > 0 FROM read_text('/etc/passwd')"],
    ['its neighbour', () => `SELECT * FROM read_csv(${sqlText(other)})`],
    ['a folder', () => `SELECT count(*) FROM glob(${sqlText(`${directory}/*`)})`],
    ['its own environment', () => "SELECT count(*) FROM read_blob('/proc/self/environ')"],
    ['a place to write', () => `COPY (SELECT 1) TO ${sqlText(join(directory, 'written.csv'))}`],
    ['a database file', () => `ATTACH ${sqlText(join(directory, 'new.db'))} AS new`],
    ['a setting', () => 'SET threads = 2'],
  ])('does not reach %s, which DuckDB reaches without it', async (_what, statement) => {
    await expect(outside(statement())).resolves.toBeDefined()
    await expect(inside(statement())).rejects.toThrow(/disabled by configuration|configuration has been locked/)
  })
  it('cannot be opened again from inside', async () => {
    for (const setting of ['enable_external_access = true', "allowed_paths = ['/etc/passwd']", "allowed_directories = ['/']", 'lock_configuration = false'])
      await expect(inside(`SET ${setting}`), setting).rejects.toThrow('configuration has been locked')
  })
  it('cannot load or install an extension', async () => {
    await expect(inside('INSTALL httpfs')).rejects.toThrow()
    await expect(inside("SELECT * FROM read_csv('https://127.0.0.1:1/x.csv')")).rejects.toThrow()
  })
})
