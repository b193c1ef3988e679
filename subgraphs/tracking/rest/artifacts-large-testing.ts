/** For tests of large files: a client in a process of its own, so that what is measured in this one is the server. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import type { ArtifactBench } from '#tracking/rest/artifacts-testing.ts'

const MiB = 1024 * 1024

/** Uploads blocks that differ, reads them back, prints what it saw. */
const client = `
const { request } = require('node:http'), { createHash } = require('node:crypto')
const [port, path, mebibytes] = process.argv.slice(1)
const options = (method) => ({ port, host: '127.0.0.1', method, path, headers: { 'x-who': 'contributor', 'x-project': 'p1' } })
const sent = createHash('sha256')
const upload = request(options('PUT'), (answer) => {
  answer.resume().on('end', () => request(options('GET'), (download) => {
    const received = createHash('sha256')
    let size = 0
    download.on('data', (chunk) => { received.update(chunk); size += chunk.length })
    download.on('end', () => console.log(JSON.stringify({ status: answer.statusCode, size, sent: sent.digest('hex'), received: received.digest('hex'), etag: download.headers.etag })))
  }).end())
})
let i = 0
const write = () => {
  while (i < mebibytes) {
    const block = Buffer.alloc(1 << 20, i++ % 251)
    sent.update(block)
    if (!upload.write(block)) return upload.once('drain', write)
  }
  upload.end()
}
write()`

/** Up and down again, equal to the byte. */
async function transfer(port: number, path: string, mebibytes: number): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', client, String(port), path, String(mebibytes)])
  const { status, size, sent, received, etag } = JSON.parse(stdout)
  expect([status, size, received, etag]).toEqual([200, mebibytes * MiB, sent, `"${sent}"`])
}

/** By how many MiB the resident memory rose above where it began while `work` ran. */
async function growthWhile(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage().rss
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 5)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  return (most - before) / MiB
}

/** Moves 300 MiB in and out after a warm-up: what every process needs once is not growth by this file. */
export async function growthByLargeFile(bench: ArtifactBench): Promise<number> {
  const run = bench.newRun(bench.other)
  const root = `/api/2.0/mlflow-artifacts/artifacts/0/${run.id}/artifacts`
  await transfer(bench.port, `${root}/warm-up`, 40)
  const growth = await growthWhile(() => transfer(bench.port, `${root}/large`, 300))
  process.stdout.write(`300 MiB in and out: +${growth.toFixed(1)} MiB resident\n`)
  return growth
}
