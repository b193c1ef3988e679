import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createPostgres } from '#shared/db/postgres.ts'
import { unavailable } from '#shared/errors.ts'
import type { ObjectStore } from '#shared/objects/object-store.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { testProject, testScope } from '#shared/testing/actors.ts'
import { newTestDatabase, type TestDatabase } from '#shared/testing/database.ts'
import { clientOf } from '#datasets/testing/client.ts'
import { createDatasetStore } from '#datasets/store/dataset-store.ts'
import { startTestServer, type TestServer } from '#datasets/testing/server.ts'

let database: TestDatabase
let server: TestServer
let sql: pg.Client
let healthy: ObjectStore
/** What the server's object store does instead; tests set it. */
let fault: Partial<ObjectStore> = {}

beforeAll(async () => {
  database = await newTestDatabase()
  const first = await startTestServer({ databaseUrl: database.url })
  healthy = first.objects
  const faulty: ObjectStore = {
    put: (...args) => (fault.put ?? healthy.put)(...args),
    get: (...args) => (fault.get ?? healthy.get)(...args),
    delete: (...args) => (fault.delete ?? healthy.delete)(...args),
    ping: () => (fault.ping ?? healthy.ping)(),
    close: () => healthy.close(),
  }
  server = await startTestServer({ databaseUrl: database.url, objects: faulty })
  objectsOf = first
  sql = new pg.Client({ connectionString: database.url })
  await sql.connect()
})
let objectsOf: TestServer
afterEach(() => {
  fault = {}
})
afterAll(async () => {
  await sql.end()
  await server.stop()
  await objectsOf.stop()
  await database.drop()
})

const csv = 'a,b\n1,2\n'
const upload = (name: string, query = '') => clientOf(server, 'alice', 'p1').upload(`${name}.csv`, csv, query)
const rowsOf = async (table: string, text: string) => (await sql.query(`SELECT * FROM datasets.${table} t WHERE t::text LIKE $1`, [`%${text}%`])).rows
async function objectsWith(text: string): Promise<string[]> {
  const folder = join(objectsOf.directory, 'objects')
  const entries = await readdir(folder, { recursive: true })
  const files = await Promise.all(entries.filter((e) => e.includes(text)).map(async (e) => ((await stat(join(folder, e))).isFile() ? e : undefined)))
  return files.filter((file) => file !== undefined)
}
const down = () => Promise.reject(unavailable('object storage'))
/** What a restart some hours later does. */
async function restartLater(): Promise<void> {
  await sql.query('UPDATE datasets.announced_object SET created_at = 0')
  const again = await startTestServer({ databaseUrl: database.url, objects: healthy })
  await again.stop()
}

describe('an upload while the object store fails', () => {
  it('is 503 and leaves nothing', async () => {
    fault = { put: down }
    const { status, headers, body } = await upload('down')
    expect({ status, retry: headers.get('retry-after'), body }).toEqual({ status: 503, retry: '1', body: { detail: 'object storage is not available. Try again in a moment.' } })
    for (const table of ['dataset', 'dataset_version', 'announced_object']) expect(await rowsOf(table, 'down'), table).toEqual([])
    fault = {}
    expect((await upload('down')).status).toBe(200)
  })
  it('half-way leaves nothing once the store is back and the sweeper ran', async () => {
    fault = {
      async put(...args) {
        await healthy.put(...args)
        return down()
      },
      delete: down,
    }
    expect((await upload('halfway')).status).toBe(503)
    expect(await rowsOf('dataset', 'halfway')).toEqual([])
    expect(await objectsWith('halfway')).toHaveLength(1) // the bytes are there, but so is their announcement
    expect(await rowsOf('announced_object', 'halfway')).toHaveLength(1)
    fault = {}
    await restartLater()
    expect(await objectsWith('halfway')).toEqual([])
    expect(await rowsOf('announced_object', 'halfway')).toEqual([])
  })
  it('and other bytes arrive than were sent is our defect, and leaves nothing', async () => {
    fault = { put: (bucket, key) => healthy.put(bucket, key, Readable.from([Buffer.from('other')])) }
    expect((await upload('mangled')).status).toBe(500)
    expect(await rowsOf('dataset', 'mangled')).toEqual([])
    expect(await objectsWith('mangled')).toEqual([])
  })
})

describe('the sweeper', () => {
  it('spares the bytes of a version, and of an upload that is under way', async () => {
    await upload('kept')
    const [version] = await rowsOf('dataset_version', 'kept')
    await sql.query('INSERT INTO datasets.announced_object VALUES (gen_random_uuid(), $1, $2, 0)', [version?.project_id, version?.object_key])
    await restartLater()
    expect(await objectsWith('kept')).toHaveLength(1)
    expect(await rowsOf('announced_object', 'kept')).toEqual([])

    await sql.query("INSERT INTO datasets.announced_object VALUES (gen_random_uuid(), $1, 'p1/young/x/y.csv', $2)", [version?.project_id, Date.now()])
    const again = await startTestServer({ databaseUrl: database.url, objects: healthy })
    await again.stop()
    expect(await rowsOf('announced_object', 'young')).toHaveLength(1)
  })
})

describe('a download or a deep preview whose bytes are gone', () => {
  it('is 503, not an empty file', async () => {
    const { body } = await upload('gone')
    await rm(join(objectsOf.directory, 'objects', String(body['location'])))
    const answer = await clientOf(server, 'alice', 'p1').get('/datasets/gone/versions/1/content')
    expect(answer).toMatchObject({ status: 503, body: { detail: 'object storage is not available. Try again in a moment.' } })
  })
})

describe('an upload while the database fails', () => {
  it('leaves nothing once it is back and the sweeper ran', async () => {
    fault = {
      async put(...args) {
        const stored = await healthy.put(...args)
        await sql.query('ALTER TABLE datasets.dataset_version RENAME TO dataset_version_away')
        return stored
      },
    }
    const { status, body } = await upload('norow')
    await sql.query('ALTER TABLE datasets.dataset_version_away RENAME TO dataset_version')
    expect(status).toBe(500)
    expect(JSON.stringify(body)).not.toContain('dataset_version')
    expect(await rowsOf('dataset', 'norow')).toEqual([])
    expect(await objectsWith('norow')).toHaveLength(1)
    await restartLater()
    expect(await objectsWith('norow')).toEqual([])
  })
  it('that does not answer is worded as UNAVAILABLE', async () => {
    const postgres = createPostgres({ url: 'postgres://nobody:x@127.0.0.1:1/none', schema: 'datasets', log: createLog({ service: 'test', level: 'silent' }) })
    const store = createDatasetStore(postgres)
    const scope = testScope(testProject('p1'), 'owner')
    await expect(store.byName(scope, { except: [] }, 'x')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(store.announce(scope, 'x')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await postgres.close()
  })
})
