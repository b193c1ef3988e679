/** A CSV of a gigabyte passes through: the server's memory does not follow the file's size. */
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serverFlags } from '../scripts/bootstrap/server-flags.mjs'
import { startPlatform, type Platform } from './harness/platform.ts'
import { makePeople, type Cast } from './harness/people.ts'

const GIGABYTE = 1_000_000_000
const ALLOWED_GROWTH = 64 * 1024 * 1024
let platform: Platform
let people: Cast
beforeAll(async () => {
  platform = await startPlatform('embedded', { env: { NODE_OPTIONS: serverFlags.join(' ') } })
  people = await makePeople(platform.admin)
})
afterAll(() => platform?.stop())

/** Resident memory of the server process, in bytes; on Linux only. */
const resident = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${platform.process.child.pid}/status`, 'utf8'))?.[1]) * 1024

/** Sends a table of `bytes` bytes as a form, made as it goes. Answers the status and body. */
function upload(name: string, bytes: number): Promise<{ status: number | undefined; body: string }> {
  const boundary = 'a-boundary-of-the-test'
  const row = `${'1234567.25,'.repeat(9)}some text\n`
  const block = Buffer.from(row.repeat(2_000))
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="name"\r\n\r\n${name}\r\n--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}.csv"\r\ncontent-type: text/csv\r\n\r\n${Array.from({ length: 10 }, (_, i) => `c${i}`).join(',')}\n`
  return new Promise((resolve, reject) => {
    const call = request(
      `${platform.url}/p/p1/datasets/upload`,
      { method: 'POST', headers: { authorization: `Bearer ${people.tokens.bob}`, 'content-type': `multipart/form-data; boundary=${boundary}` } },
      (answer) => {
        let body = ''
        answer.on('data', (chunk: Buffer) => {
          body += chunk.toString()
        })
        answer.once('end', () => resolve({ status: answer.statusCode, body }))
      },
    )
    call.once('error', reject)
    call.write(head)
    let sent = 0
    const more = (): void => {
      while (sent < bytes) {
        sent += block.length
        if (!call.write(block)) return void call.once('drain', more)
      }
      call.end(`\r\n--${boundary}--\r\n`)
    }
    more()
  })
}

it('keeps its memory while a gigabyte goes by', async () => {
  for (const name of ['first', 'second']) expect((await upload(name, 30_000_000)).status).toBe(200) // buffers and code are there from now on
  const before = resident()
  let peak = before
  const watch = setInterval(() => {
    peak = Math.max(peak, resident())
  }, 50)
  const { status, body } = await upload('gigabyte', GIGABYTE)
  clearInterval(watch)
  expect([status, body.includes('gigabyte')]).toEqual([200, true])
  expect(peak - before, `${Math.round(before / 2 ** 20)} MB before, ${Math.round(peak / 2 ** 20)} MB at most`).toBeLessThan(ALLOWED_GROWTH)
  const { project } = await people.vera.graph<{ project: { dataset: { latestVersion: { sizeBytes: number; rowCount: number } } } }>(
    '{ project(name: "p1") { dataset(name: "gigabyte") { latestVersion { sizeBytes rowCount } } } }',
  )
  expect(project.dataset.latestVersion.sizeBytes).toBeGreaterThan(GIGABYTE)
  expect(project.dataset.latestVersion.rowCount).toBeGreaterThan(9_000_000)
}, 300_000)
