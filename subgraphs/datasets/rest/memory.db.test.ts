import { fork, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'
import { newTestDatabase, type TestDatabase } from '#shared/testing/database.ts'

let database: TestDatabase
let child: ChildProcess
let url: string

beforeAll(async () => {
  database = await newTestDatabase()
  child = fork(repositoryPath('subgraphs/datasets/testing/upload-server.ts'), [], {
    execArgv: ['--import', 'tsx', '--max-old-space-size=256', '--expose-gc'],
    env: { ...process.env, DATABASE_URL: database.url },
  })
  const [ready]: { url: string }[] = await once(child, 'message')
  url = ready?.url ?? ''
})
afterAll(async () => {
  child.send('stop')
  await once(child, 'exit')
  await database.drop()
})

async function peak(): Promise<number> {
  child.send('peak')
  const [answer]: { peak: number }[] = await once(child, 'message')
  return answer?.peak ?? Number.NaN
}

const MB = 1024 ** 2
const header = 'text,rest,n,x\n'
const block = 'a line of about a hundred characters, so that there are three million of them in the file,1234567,0.5\n'.repeat(10_000)
const headers = { 'x-test-user': 'alice', 'x-test-project': 'p1' }

/** A csv of about `megabytes`, made as it is read. */
function* csvOf(megabytes: number): Generator<Buffer> {
  yield Buffer.from(header)
  for (let i = 0; i < megabytes; i++) yield Buffer.from(block)
}
function sha256Of(chunks: Iterable<Buffer>): string {
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

async function inAndOut(name: string, megabytes: number): Promise<void> {
  const sha256 = sha256Of(csvOf(megabytes))
  const request = { method: 'PUT', headers, body: Readable.toWeb(Readable.from(csvOf(megabytes))), duplex: 'half' } as RequestInit // undici takes node's web streams; its types are the DOM's
  const answer = await fetch(`${url}/datasets/upload?filename=${name}.csv`, request)
  expect(await answer.json()).toMatchObject({ name, row_count: megabytes * 10_000, size_bytes: header.length + megabytes * block.length, sha256 })
  const hash = createHash('sha256')
  const { body } = await fetch(`${url}/datasets/${name}/versions/1/content`, { headers })
  if (body) for await (const chunk of body) hash.update(chunk)
  expect(hash.digest('hex')).toBe(sha256)
}

describe('a file of 300 MB', () => {
  it('goes in and out without the server holding 64 MB more than with a file of 5 MB', async () => {
    await inAndOut('small', 5)
    const before = await peak()
    await inAndOut('big', 300)
    const grown = (await peak()) - before
    process.stdout.write(`the server grew by ${(grown / MB).toFixed(0)} MB over ${(before / MB).toFixed(0)} MB\n`)
    expect(grown).toBeLessThan(64 * MB)
  })
})
