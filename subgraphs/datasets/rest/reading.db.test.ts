import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newTestDatabase, type TestDatabase } from '#shared/testing/database.ts'
import { clientOf } from '#datasets/testing/client.ts'
import { startTestServer, type TestServer } from '#datasets/testing/server.ts'

let database: TestDatabase
let server: TestServer
const csv = 'id,city\n1,Zürich\n2,Wien\n'
const bytes = Buffer.from(csv)

beforeAll(async () => {
  database = await newTestDatabase()
  server = await startTestServer({ databaseUrl: database.url })
  await alice().upload('Städte 1.csv', csv, '', { description: 'Cities' })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

const alice = () => clientOf(server, 'alice', 'p1')
const vera = () => clientOf(server, 'vera', 'p1')
const content = `/datasets/${encodeURIComponent('städte_1')}/versions/1/content`

describe('GET /datasets', () => {
  it('lists what one may read as an array, and pages', async () => {
    await alice().upload('second.csv', csv)
    const first = await vera().get('/datasets?max_results=1')
    expect(first.body).toMatchObject([{ name: 'second', version: 1 }])
    const second = await vera().get(`/datasets?max_results=1&page_token=${encodeURIComponent(first.headers.get('x-next-page-token') ?? '')}`)
    expect(second.body).toMatchObject([{ name: 'städte_1', description: 'Cities', source: 'https://sluice.test/p/p1/datasets/st%C3%A4dte_1/versions/1' }])
    expect(second.headers.get('x-next-page-token')).toBeNull()
    expect((await clientOf(server, 'mallory', 'p2').get('/datasets')).body).toEqual([])
  })
  it.each(['max_results=0', 'max_results=x', 'max_results=1001', 'page_token=%00', 'page_token=e30%3D', 'search=%00'])('refuses ?%s with 400', async (query) => {
    expect((await vera().get(`/datasets?${query}`)).status).toBe(400)
  })
})

describe('GET /datasets/:name and its version', () => {
  it('show hash, size and columns; the name in another normal form is the same name', async () => {
    const { body } = await vera().get(`/datasets/${encodeURIComponent('städte_1'.normalize('NFD'))}`)
    expect(body).toMatchObject({ name: 'städte_1', latest_version: { version: 1, size_bytes: bytes.length, row_count: 2, columns: [{ name: 'id' }, { name: 'city' }] } })
    expect((await vera().get(`/datasets/${encodeURIComponent('städte_1')}/versions/1`)).body).toMatchObject({ file_name: 'Städte 1.csv' })
  })
  it.each([
    ['/datasets/none', 404, 'Dataset not found'],
    ['/datasets/%00', 404, 'Dataset not found'],
    ['/datasets/none/versions/1/content', 404, 'Dataset not found'],
    ['/datasets/second/versions/9', 404, 'Dataset version not found'],
    ['/datasets/second/versions/0', 400, "'version' must be a number from 1 on"],
    ['/datasets/second/versions/1e3', 400, "'version' must be a number from 1 on"],
  ])('%s is %i', async (path, status, detail) => {
    expect(await vera().get(path)).toMatchObject({ status, body: { detail } })
  })
  it('to a stranger nothing of the project exists', async () => {
    for (const path of ['/datasets', '/datasets/second', '/datasets/none', content]) expect((await clientOf(server, 'mallory', 'p1').get(path)).body).toEqual({ detail: "Project 'p1' not found" })
  })
})

describe('a download', () => {
  it('is the same bytes, as an attachment that no browser interprets', async () => {
    const answer = await vera().raw(content)
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="St_dte 1.csv"; filename*=UTF-8''St%C3%A4dte%201.csv`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'accept-ranges': 'bytes',
      'content-length': String(bytes.length),
    })
  })
  it.each([
    ['bytes=0-3', 206, 0, 4],
    ['bytes=5-', 206, 5, bytes.length],
    ['bytes=-4', 206, bytes.length - 4, bytes.length],
    ['bytes=0-99999', 206, 0, bytes.length],
    ['bytes=3-1', 200, 0, bytes.length],
    ['bytes=0-1,4-5', 200, 0, bytes.length],
    ['lines=0-1', 200, 0, bytes.length],
  ])('of %s is %i with bytes %i to %i', async (range, status, from, to) => {
    const answer = await vera().raw(content, { range })
    expect(answer.status).toBe(status)
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes.subarray(from, to))
    expect(answer.headers.get('content-range')).toBe(status === 206 ? `bytes ${from}-${to - 1}/${bytes.length}` : null)
  })
  it('of a range outside the file is 416', async () => {
    const answer = await vera().raw(content, { range: `bytes=${bytes.length}-` })
    expect({ status: answer.status, range: answer.headers.get('content-range') }).toEqual({ status: 416, range: `bytes */${bytes.length}` })
  })
  it('is not repeated for who has the bytes, and ranges of other bytes are the whole', async () => {
    const etag = (await vera().raw(content)).headers.get('etag') ?? ''
    expect((await vera().raw(content, { 'if-none-match': etag })).status).toBe(304)
    expect((await vera().raw(content, { range: 'bytes=0-1', 'if-range': etag })).status).toBe(206)
    expect((await vera().raw(content, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200)
  })
})

describe('DELETE /datasets/:name', () => {
  it('is for maintainers and for who made it', async () => {
    await alice().upload('doomed.csv', csv)
    expect((await vera().remove('/datasets/doomed')).status).toBe(403)
    expect((await clientOf(server, 'bob', 'p1').remove('/datasets/doomed')).status).toBe(403)
    expect((await alice().remove('/datasets/doomed')).status).toBe(200)
    expect((await alice().remove('/datasets/doomed')).status).toBe(404)
  })
})
