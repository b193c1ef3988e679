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
