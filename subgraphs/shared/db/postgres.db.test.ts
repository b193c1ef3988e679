import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPostgres } from '#shared/db/postgres.ts'
import { DomainError } from '#shared/errors.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { newTestDatabase, type TestDatabase } from '#shared/testing/database.ts'

const log = createLog({ service: 'test', level: 'silent' })
let database: TestDatabase
beforeAll(async () => {
  database = await newTestDatabase()
})
afterAll(() => database.drop())

it('words a lost database as UNAVAILABLE', async () => {
  const postgres = createPostgres({ url: 'postgres://nobody:x@127.0.0.1:1/none', schema: 'tracking', log })
  await expect(postgres.query('SELECT 1')).rejects.toSatisfy((e) => e instanceof DomainError && e.code === 'UNAVAILABLE')
  expect((await postgres.health()).ok).toBe(false)
  await postgres.close()
})

it('prepares several databases of one cluster at once, although they share the role', async () => {
  const databases = await Promise.all(Array.from({ length: 6 }, () => newTestDatabase()))
  const schema = `race_${Date.now()}`
  const folder = await mkdtemp(join(tmpdir(), 'sluice-migrations-'))
  await mkdir(join(folder, 'meta'))
  await writeFile(join(folder, '0000_one.sql'), 'CREATE TABLE one (id integer);')
  await writeFile(join(folder, 'meta', '_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries: [{ idx: 0, version: '7', when: 1, tag: '0000_one', breakpoints: true }] }))
  const all = databases.map(({ url }) => createPostgres({ url, schema, log }))
  await Promise.all(all.map((postgres) => postgres.migrate(folder)))
  for (const postgres of all) {
    expect((await postgres.query('SELECT * FROM one')).rows).toEqual([])
    await postgres.close()
  }
  for (const each of databases) await each.drop()
  await rm(folder, { recursive: true })
})
