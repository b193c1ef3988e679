import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newTestDatabase, type TestDatabase } from '#shared/testing/database.ts'
import { clientOf } from '#datasets/testing/client.ts'
import { startTestServer, type TestServer } from '#datasets/testing/server.ts'

let database: TestDatabase
let server: TestServer
let sql: pg.Client
let count = 0
let name: string

beforeAll(async () => {
  database = await newTestDatabase()
  server = await startTestServer({ databaseUrl: database.url, maxFileBytes: 1_000_000 })
  sql = new pg.Client({ connectionString: database.url })
  await sql.connect()
})
afterAll(async () => {
  await sql.end()
  await server.stop()
  await database.drop()
})
beforeEach(() => {
  name = `data ${++count}`
})

const csv = 'id,city,when,score\n1,Bern,2026-01-01,1.5\n2,Wien,2026-01-02,\n'
const sha = (content: string) => createHash('sha256').update(content).digest('hex')
const alice = (project = 'p1') => clientOf(server, 'alice', project)

/** Rows and objects that mention a text; what a refused upload must not leave. */
async function tracesOf(text: string): Promise<{ rows: number; files: string[]; spooled: number; announced: number }> {
  const { rows } = await sql.query('SELECT name FROM datasets.dataset WHERE name LIKE $1', [`%${text}%`])
  const announced = await sql.query('SELECT id FROM datasets.announced_object')
  const files = await readdir(join(server.directory, 'objects'), { recursive: true })
  const spool = (await readdir(server.directory)).find((entry) => entry.startsWith('sluice-datasets-')) ?? ''
  return { rows: rows.length, files: files.filter((file) => file.includes(text)), spooled: (await readdir(join(server.directory, spool))).length, announced: announced.rows.length }
}
const nothing = { rows: 0, files: [], spooled: 0, announced: 0 }

describe('POST /datasets/upload', () => {
  it("answers the mini platform's fields and stores the same bytes in the bucket datasets", async () => {
    const { status, body } = await alice('default').upload('My DataSet.csv', csv)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      name: 'my_dataset',
      description: '',
      version: 1,
      row_count: 2,
      format: 'csv',
      sha256: sha(csv),
      source: 'https://sluice.test/p/default/datasets/my_dataset/versions/1',
    })
    expect(body['id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(body['created_at']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(body['location']).toBe(`datasets/my_dataset/${sha(csv)}/My DataSet.csv`)
    expect(await readFile(join(server.directory, 'objects', String(body['location'])), 'utf8')).toBe(csv)
    expect(body['columns']).toEqual([
      { name: 'id', type: 'BIGINT', nullable: false },
      { name: 'city', type: 'VARCHAR', nullable: false },
      { name: 'when', type: 'DATE', nullable: false },
      { name: 'score', type: 'DOUBLE', nullable: true },
    ])
  })
  it('keeps a project other than default in a folder of its own', async () => {
    const { body } = await alice().upload(`${name}.csv`, csv)
    expect(body['location']).toBe(`datasets/p1/data_${count}/${sha(csv)}/${name}.csv`)
  })
  it('refuses a taken name in the words of the mini platform', async () => {
    await alice().upload(`${name}.csv`, csv)
    const { status, body } = await alice().upload(`${name}.csv`, csv)
    expect({ status, body }).toEqual({ status: 400, body: { detail: 'A dataset with this name already exists.' } })
  })
  it('makes other bytes the next version, and the same bytes the version that they are', async () => {
    await alice().upload(`${name}.csv`, csv)
    expect((await alice().upload(`${name}.csv`, 'a\n1\n', '?as_version=true', { message: 'less' })).body).toMatchObject({ version: 2, row_count: 1 })
    expect((await alice().upload('Renamed.csv', csv, `?as_version=true&name=${encodeURIComponent(name)}`)).body).toMatchObject({ version: 1, sha256: sha(csv) })
    expect((await alice().upload(`${name}.csv`, 'a\n2\n', '', { as_version: 'true' })).body).toMatchObject({ version: 3 })
    const { rows } = await sql.query('SELECT v.version FROM datasets.dataset_version v JOIN datasets.dataset d ON d.id = v.dataset_id WHERE d.name = $1 ORDER BY 1', [`data_${count}`])
    expect(rows.map(({ version }) => version)).toEqual([1, 2, 3])
    expect(await tracesOf('Renamed')).toEqual(nothing)
  })
  it('gives ten uploads at once ten versions, and ten equal ones one', async () => {
    const many = await Promise.all(Array.from({ length: 10 }, (_, i) => alice().upload(`${name}.csv`, `a\n${i}\n`, '?as_version=true')))
    expect(many.map(({ body }) => body['version']).sort((a, b) => Number(a) - Number(b))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    const equal = await Promise.all(Array.from({ length: 10 }, (_, i) => alice().upload(`same ${name} ${i}.csv`, csv, `?as_version=true&name=same_${count}`)))
    expect(new Set(equal.map(({ body }) => body['version']))).toEqual(new Set([1]))
    expect((await tracesOf(`same ${name}`)).files).toHaveLength(1)
    expect((await tracesOf('')).announced).toBe(0)
  })
  it('lets one of two uploads under a new name win', async () => {
    const both = await Promise.all([alice().upload(`${name}.csv`, 'a\n1\n'), alice().upload(`${name}.csv`, 'a\n2\n')])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400])
    expect((await tracesOf(`${name}.csv`)).files).toHaveLength(1)
  })
  it('takes bare bytes by PUT', async () => {
    const { status, body } = await alice().put(`filename=x.tsv&name=${name}&description=bare`, 'a\tb\n1\t2,5\n')
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        name: `data_${count}`,
        format: 'tsv',
        description: 'bare',
        columns: [
          { name: 'a', type: 'BIGINT' },
          { name: 'b', type: 'VARCHAR' },
        ],
      },
    })
    expect((await alice().put('name=x', 'a\n1\n')).body).toEqual({ detail: "'filename' is required: its extension says what the file is" })
  })
  it('keeps a formula as the text that it is', async () => {
    const { body } = await alice().upload(`${name}.csv`, 'a,b\n=1+2,@SUM(A1)\n')
    expect(body['columns']).toMatchObject([{ type: 'VARCHAR' }, { type: 'VARCHAR' }])
  })
  it('does not reuse a version number or show the past when a deleted name comes back', async () => {
    const first = await alice().upload(`${name}.csv`, csv)
    expect((await alice().remove(`/datasets/data_${count}`)).body).toMatchObject({ message: 'Dataset deleted successfully', dataset: `data_${count}` })
    expect((await alice().get(`/datasets/data_${count}`)).status).toBe(404)
    const second = await alice().upload(`${name}.csv`, csv)
    expect(second.body).toMatchObject({ version: 1 })
    expect(second.body['id']).not.toBe(first.body['id'])
  })
})

describe('a refused upload leaves no row, no object and no temporary file', () => {
  const repeat = 'a,b,c\n'.concat('1,2,3\n'.repeat(30_000))
  it.each<[string, string, string | Uint8Array<ArrayBuffer>, string]>([
    ['an empty file', 'x.csv', '', 'The file is empty.'],
    ['a blank file', 'x.csv', '\n \n', 'The file is empty.'],
    ['a blank header', 'x.csv', '\na,b\n1,2\n', 'Line 1 must name the columns, but it is blank.'],
    ['a short line', 'x.csv', 'a,b,c\n1,2,3\n4,5\n', 'Line 3 has 2 columns, but the first line names 3.'],
    ['a long line', 'x.csv', 'a,b,c\n1,2,3\n4,5,6,7\n', 'Line 3 has 4 columns, but the first line names 3.'],
    ['a short line far down', 'x.csv', `${repeat}4,5\n`, 'Line 30002 has 2 columns, but the first line names 3.'],
    ['Latin-1', 'x.csv', Buffer.from('a,b\n1,café\n', 'latin1'), 'Line 2 is not valid UTF-8. Save the file as UTF-8 and send it again.'],
    ['UTF-16', 'x.csv', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'), 'The file is UTF-16 text. Send csv, tsv, jsonl, parquet or arrow; text as UTF-8, not compressed.'],
    ['a NUL byte', 'x.csv', 'a,b\n1,x\0y\n', 'The file holds a NUL byte (at byte 8): it is not text.'],
    ['an open quotation mark', 'x.csv', 'a,b\n1,2\n"x,3\n', 'Line 3 has a quotation mark that is not closed or not escaped.'],
    ['broken JSON', 'x.jsonl', '{"a":1}\n{oops\n', 'Line 2 is not valid JSON. Each line of a jsonl file must be one JSON object.'],
    ['JSON that is no object', 'x.jsonl', '[1]\n[2]\n', 'Each line of a jsonl file must be a JSON object; this file has other values.'],
    ['a JSON array under no known name', 'x.json', '[{"a":1}]', 'The format of the file is not known. Send csv, tsv, jsonl (one JSON object per line), parquet or arrow.'],
    ['text that is named Parquet', 'x.parquet', csv, 'The file is named like parquet, but its content is something else.'],
    ['Parquet that is named csv', 'x.csv', 'PAR1 and so on', 'The file is named like csv, but its content is parquet.'],
    ['Parquet without a footer', 'x.parquet', 'PAR1 this is not parquet PAR1', 'The file is not a whole Parquet file: its footer or one of its pages cannot be read.'],
    ['Arrow without a footer', 'x.arrow', 'ARROW1 this is not arrow ARROW1', 'The file is not a whole Arrow file: its footer or one of its batches cannot be read.'],
    ['a zip archive', 'x.csv', Buffer.from([0x50, 0x4b, 3, 4, 1, 1]), 'The file is a zip archive or a spreadsheet. Send csv, tsv, jsonl, parquet or arrow; text as UTF-8, not compressed.'],
    ['a name of nothing', '---.csv', csv, 'The name of the dataset is empty: name the file with letters or digits.'],
    ['too many columns', 'x.csv', Array.from({ length: 4_097 }, (_, i) => `c${i}`).join(), 'The file has 4097 columns; a dataset has at most 4096.'],
  ])('%s', async (_what, fileName, content, detail) => {
    const given = fileName === '---.csv' ? fileName : `${name} ${fileName}`
    const { status, body } = await alice().upload(given, content)
    expect({ status, body }).toEqual({ status: 400, body: { detail } })
    expect(await tracesOf(`data ${count}`)).toEqual(nothing)
    expect(await tracesOf(`data_${count}`)).toEqual(nothing)
  })
  it('a file over the limit', async () => {
    const { status, body } = await alice().upload(`${name}.csv`, `a\n${'1\n'.repeat(600_000)}`)
    expect({ status, body }).toEqual({ status: 413, body: { detail: 'The file is larger than 1000000 bytes.' } })
    expect(await tracesOf(`data_${count}`)).toEqual(nothing)
  })
  it.each([
    ['PUT', 'PUT /datasets/upload?filename=flood.csv', '', ''],
    ['POST', 'POST /datasets/upload', 'content-type: multipart/form-data; boundary=x\r\n', '--x\r\ncontent-disposition: form-data; name="file"; filename="flood.csv"\r\n\r\n'],
  ])('a %s far over the limit, whose sender reads the refusal while it is sending', async (_method, line, type, start) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    const chunk = '1\n'.repeat(50_000)
    let answer = ''
    socket.on('data', (bytes) => (answer += bytes.toString('utf8')))
    socket.on('error', () => undefined) // the server may close before everything is sent
    socket.write(`${line} HTTP/1.1\r\nhost: x\r\nx-test-user: alice\r\nx-test-project: p1\r\n${type}content-length: ${start.length + 300 * chunk.length}\r\n\r\n${start}`)
    for (let i = 0; i < 300 && socket.writable; i++) if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined)
    await expect.poll(() => answer).toContain('The file is larger than 1000000 bytes.')
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    socket.destroy()
    await expect.poll(() => tracesOf('flood')).toEqual(nothing)
  })
  it('a form without a file, and a body that is no form', async () => {
    const form = new FormData()
    form.set('other', 'x')
    const headers = { 'x-test-user': 'alice', 'x-test-project': 'p1' }
    const without = await fetch(`${server.url}/datasets/upload`, { method: 'POST', body: form, headers })
    expect({ status: without.status, body: await without.json() }).toEqual({ status: 400, body: { detail: "The form has no file: send it as the field 'file'." } })
    const json = await fetch(`${server.url}/datasets/upload`, { method: 'POST', body: '{}', headers: { ...headers, 'content-type': 'application/json' } })
    expect(json.status).toBe(415)
  })
  it.each<[string, string, string]>([
    ['a flag that is none', '--x\r\ncontent-disposition: form-data; name="as_version"\r\n\r\nmaybe\r\n--x--\r\n', "'as_version' must be true or false"],
    [
      'a second file',
      `--x\r\ncontent-disposition: form-data; name="file"; filename="bad form.csv"\r\n\r\na\n1\r\n--x\r\ncontent-disposition: form-data; name="file"; filename="b.csv"\r\n\r\na\n1\r\n--x--\r\n`,
      'Send one file at a time.',
    ],
    ['a file of another name', '--x\r\ncontent-disposition: form-data; name="data"; filename="bad form.csv"\r\n\r\na\n1\r\n--x--\r\n', "The form has no file: send it as the field 'file'."],
    ['a field that is too long', `--x\r\ncontent-disposition: form-data; name="message"\r\n\r\n${'m'.repeat(70_000)}\r\n--x--\r\n`, "The field 'message' is longer than 65536 bytes"],
    [
      'a description that is too long',
      `--x\r\ncontent-disposition: form-data; name="description"\r\n\r\n${'m'.repeat(5_001)}\r\n--x\r\ncontent-disposition: form-data; name="file"; filename="bad form.csv"\r\n\r\na\n1\r\n--x--\r\n`,
      "'description' exceeds the maximum length of 5000 characters",
    ],
    ['no end', '--x\r\ncontent-disposition: form-data; name="file"; filename="bad form.csv"\r\n\r\na\n1', 'The upload ended early.'],
    ['no parts', 'nothing of a form', 'The upload ended early.'],
    [
      'a file whose name hides',
      '--x\r\ncontent-disposition: form-data; name="file"; filename="bad form\u202evsc.exe"\r\n\r\na\n1\r\n--x--\r\n',
      "'filename' must not contain control or invisible characters",
    ],
  ])('a form with %s', async (_what, body, detail) => {
    const headers = { 'x-test-user': 'alice', 'x-test-project': 'p1', 'content-type': 'multipart/form-data; boundary=x' }
    const answer = await fetch(`${server.url}/datasets/upload`, { method: 'POST', body, headers })
    expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 400, body: { detail } })
    expect(await tracesOf('bad')).toEqual(nothing)
  })
  it('a form without a boundary', async () => {
    const headers = { 'x-test-user': 'alice', 'x-test-project': 'p1', 'content-type': 'multipart/form-data' }
    const answer = await fetch(`${server.url}/datasets/upload`, { method: 'POST', body: 'x', headers })
    expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 400, body: { detail: 'The form cannot be read: its boundary is missing.' } })
  })
  it.each([
    ['POST', 'POST /datasets/upload', 'content-type: multipart/form-data; boundary=x\r\n', `--x\r\ncontent-disposition: form-data; name="file"; filename="cut off.csv"\r\n\r\n${csv}`],
    ['PUT', 'PUT /datasets/upload?filename=cut%20off.csv', '', csv],
  ])('a %s that is cut off', async (_method, line, type, body) => {
    const { port } = new URL(server.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(`${line} HTTP/1.1\r\nhost: x\r\nx-test-user: alice\r\nx-test-project: p1\r\n${type}content-length: 100000\r\n\r\n${body}`)
    await expect.poll(async () => (await tracesOf('cut')).spooled).toBe(1)
    socket.destroy()
    await expect.poll(() => tracesOf('cut')).toEqual(nothing)
  })
})

describe('who may upload', () => {
  it('a contributor may, a viewer not', async () => {
    expect((await clientOf(server, 'bob', 'p1').upload(`${name}.csv`, csv)).status).toBe(200)
    const { status, body } = await clientOf(server, 'vera', 'p1').upload(`vera ${name}.csv`, csv)
    expect(status).toBe(403)
    expect(body['detail']).toContain('datasets.dataset.create')
    expect(await tracesOf('vera')).toEqual(nothing)
  })
  it('nobody who may not see the answer: refused before anything is kept', async () => {
    const { status, body } = await clientOf(server, 'deb', 'p1').upload(`deb ${name}.csv`, csv)
    expect([status, body['detail']]).toEqual([403, expect.stringContaining('datasets.dataset.read')])
    expect(await tracesOf('deb')).toEqual(nothing)
  })
  it('to somebody else the project does not exist', async () => {
    expect((await clientOf(server, 'mallory', 'p1').upload(`${name}.csv`, csv)).body).toEqual({ detail: "Project 'p1' not found" })
  })
})
