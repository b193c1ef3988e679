import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasVersitygw, startVersitygw, type LocalS3 } from '#shared/local-servers/versitygw.ts'
import { createS3Store } from '#shared/objects/s3-store.ts'
import { newTestDatabase, type TestDatabase } from '#shared/testing/database.ts'
import { clientOf } from '#datasets/testing/client.ts'
import { startTestServer, type TestServer } from '#datasets/testing/server.ts'

const buckets = { artifacts: 'test-artifacts', datasets: 'test-datasets', models: 'test-models' }
const credentials = { accessKeyId: 'tester', secretAccessKey: 'tester-secret' }
const isInstalled = hasVersitygw()
if (!isInstalled) process.stdout.write('versitygw is not installed: datasets on S3 are NOT tested\n')

it.runIf(process.env['CI'] !== undefined)('finds an S3 server in CI', () => expect(isInstalled).toBe(true))

describe.runIf(isInstalled)('datasets on an S3 server', () => {
  let directory: string
  let s3: LocalS3
  let database: TestDatabase
  let server: TestServer
  let client: S3Client

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-s3-'))
    s3 = await startVersitygw({ directory, ...credentials })
    database = await newTestDatabase()
    const objects = await createS3Store({ endpoint: s3.endpoint, region: 'us-east-1', ...credentials, buckets })
    server = await startTestServer({ databaseUrl: database.url, objects, buckets })
    client = new S3Client({ endpoint: s3.endpoint, forcePathStyle: true, region: 'us-east-1', credentials })
  })
  afterAll(async () => {
    client.destroy()
    await server.stop()
    await server.objects.close()
    await s3.stop()
    await database.drop()
    await rm(directory, { recursive: true, force: true })
  })

  const alice = () => clientOf(server, 'alice', 'default')
  const keys = async (prefix: string) => ((await client.send(new ListObjectsV2Command({ Bucket: buckets.datasets, Prefix: prefix }))).Contents ?? []).map(({ Key }) => Key)
  const csv = `n,text\n${Array.from({ length: 2_000 }, (_, i) => `${i},row ${i}`).join('\n')}\n`
  const sha256 = createHash('sha256').update(csv).digest('hex')

  it('lie in the bucket, and come back as the same bytes', async () => {
    const { status, body } = await alice().upload('My DataSet.csv', csv)
    expect({ status, body }).toMatchObject({ status: 200, body: { name: 'my_dataset', row_count: 2_000, location: `test-datasets/my_dataset/${sha256}/My DataSet.csv` } })
    expect(await keys('my_dataset/')).toEqual([`my_dataset/${sha256}/My DataSet.csv`])
    expect(await (await alice().raw('/datasets/my_dataset/versions/1/content')).text()).toBe(csv)
    expect(await (await alice().raw('/datasets/my_dataset/versions/1/content', { range: 'bytes=0-6' })).text()).toBe('n,text\n')
  })
  it('are copied for a deep preview, and the copy is gone afterwards', async () => {
    const query = 'query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Project { dataset(name: "my_dataset") { latestVersion { preview(first: 2, offset: 1500) { rows } } } } } }'
    const { data } = await server.graph('alice', query, { keys: [{ __typename: 'Project', id: server.projects.default.id }] })
    expect(data?.['_entities']).toEqual([
      {
        dataset: {
          latestVersion: {
            preview: {
              rows: [
                [1_500, 'row 1500'],
                [1_501, 'row 1501'],
              ],
            },
          },
        },
      },
    ])
    const spool = (await readdir(server.directory)).find((entry) => entry.startsWith('sluice-datasets-')) ?? ''
    expect(await readdir(join(server.directory, spool))).toEqual([])
  })
  it('that are refused leave no object', async () => {
    expect((await alice().upload('broken.csv', 'a,b\n1\n')).status).toBe(400)
    expect(await keys('broken')).toEqual([])
  })
  it('are 503 while the server is down, with no row, and work again when it is back', async () => {
    const { port } = new URL(s3.endpoint)
    await s3.stop()
    expect((await alice().upload('outage.csv', csv)).status).toBe(503)
    expect((await alice().get('/datasets/my_dataset/versions/1/content')).status).toBe(503)
    expect(await server.subsystem.health()).toContainEqual(expect.objectContaining({ name: 'objects', ok: false }))
    s3 = await startVersitygw({ directory, ...credentials, port: Number(port) })
    const sql = new pg.Client({ connectionString: database.url })
    await sql.connect()
    expect((await sql.query("SELECT name FROM datasets.dataset WHERE name = 'outage'")).rows).toEqual([])
    await sql.end()
    expect(await keys('outage')).toEqual([])
    expect((await alice().upload('outage.csv', csv)).status).toBe(200)
  })
})
