/**
 * Artifacts in a real S3 server: versitygw over a directory, so that the test can look at what lies there. Where its
 * binary is missing the tests are reported as not run; in CI that is a failure.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { defaultBuckets } from '#shared/objects/object-store.ts'
import { createS3Store } from '#shared/objects/s3-store.ts'
import { startArtifactBench, type ArtifactBench } from '#tracking/rest/artifacts-testing.ts'

const binary = join(homedir(), '.cache', 'sluice-tools', 'bin', 'versitygw')
const isThere = existsSync(binary)
const credentials = { accessKeyId: 'sluice-test', secretAccessKey: 'sluice-test-secret' }
if (!isThere) process.stdout.write(`NOT RUN: artifacts in S3, because there is no ${binary.replace(homedir(), '~')}\n`)

it.runIf(!isThere && process.env['CI'])('needs versitygw in CI', () => {
  expect.fail(`there is no ${binary.replace(homedir(), '~')}`)
})

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no free port'))))
    })
  })

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

describe.runIf(isThere)('artifacts in S3', () => {
  const proxy = '/api/2.0/mlflow-artifacts/artifacts'
  let directory: string
  let port: number
  let server: ChildProcess
  let bench: ArtifactBench
  const startServer = async (): Promise<void> => {
    server = spawn(binary, ['--port', `127.0.0.1:${port}`, '--access', credentials.accessKeyId, '--secret', credentials.secretAccessKey, '--quiet', 'posix', '--sidecar', join(directory, 'meta'), join(directory, 'data')], { stdio: 'ignore' })
    await vi.waitUntil(() => answers(port), { timeout: 20_000 })
  }
  const stopServer = async (): Promise<void> => {
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGKILL')
    await ended
  }
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-s3-'))
    for (const folder of ['data', 'meta']) await mkdir(join(directory, folder))
    port = await freePort()
    await startServer()
    bench = await startArtifactBench(() => createS3Store({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', ...credentials, buckets: defaultBuckets }))
  })
  afterAll(async () => {
    await stopServer() // first: it must not outlive a set-up that failed
    await bench.stop()
    await rm(directory, { recursive: true, force: true })
  })

  const at = (run: { id: string }, path: string): string => `${proxy}/0/${run.id}/artifacts/${path}`
  /** Everything the server keeps, parts of unfinished uploads included. */
  const kept = async (): Promise<string[]> => {
    const found = await readdir(join(directory, 'data'), { recursive: true, withFileTypes: true })
    return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(join(directory, 'data').length + 1)).sort()
  }

  it('lie under the documented key, and come back with ranges, type and hash', async () => {
    const run = bench.newRun(bench.other)
    expect((await bench.send('contributor', bench.other, 'PUT', at(run, 'a/b c+ü.txt'.replace(' ', '%20').replace('ü', '%C3%BC')), { body: '0123456789' })).status).toBe(200)
    expect(await kept()).toContain(`mlflow-artifacts/p1/0/${run.id}/artifacts/a/b c+ü.txt`)
    const url = at(run, 'a/b%20c+%C3%BC.txt')
    expect(await bench.send('viewer', bench.other, 'GET', url)).toMatchObject({ status: 200, text: '0123456789', headers: { 'content-length': '10', 'content-type': 'text/plain' } })
    expect(await bench.send('viewer', bench.other, 'GET', url, { headers: { range: 'bytes=2-4' } })).toMatchObject({ status: 206, text: '234', headers: { 'content-range': 'bytes 2-4/10' } })
    expect((await bench.send('viewer', bench.other, 'GET', url, { headers: { range: 'bytes=10-' } })).status).toBe(416)
    expect((await bench.send('viewer', bench.other, 'GET', `/api/2.0/mlflow/artifacts/list?run_id=${run.id}&path=a`)).json()['files']).toEqual([{ path: 'a/b c+ü.txt', is_dir: false, file_size: 10 }])
  })

  it('take an empty file and any name', async () => {
    const run = bench.newRun(bench.other)
    for (const name of ['empty', 'x'.repeat(300), "it's 100%.txt", 'what?.txt', 'a;b=c']) {
      const url = at(run, encodeURIComponent(name))
      const body = name === 'empty' ? '' : name
      expect((await bench.send('contributor', bench.other, 'PUT', url, { body })).status, name).toBe(200)
      expect((await bench.send('viewer', bench.other, 'GET', url)).text).toBe(body)
    }
  })

  it('are replaced whole, and leave one object', async () => {
    const run = bench.newRun(bench.other)
    const bodies = ['one', 'second', 'three!!'].map((word) => word.repeat(3_000_000))
    for (const body of bodies) expect((await bench.send('contributor', bench.other, 'PUT', at(run, 'f'), { body })).status).toBe(200)
    expect((await bench.send('viewer', bench.other, 'GET', at(run, 'f'))).text === bodies[2]).toBe(true)
    expect((await kept()).filter((key) => key.includes(run.id) || key.includes('.versions'))).toHaveLength(1 + 1) // and the long name above
  })

  it('are gone from the server when removed, file and folder', async () => {
    const run = bench.newRun(bench.other)
    for (const path of ['a/x', 'a/y/z', 'b']) await bench.send('contributor', bench.other, 'PUT', at(run, path), { body: 'x' })
    expect((await bench.send('maintainer', bench.other, 'DELETE', at(run, 'a'))).status).toBe(200)
    expect((await kept()).filter((key) => key.includes(run.id))).toEqual([`mlflow-artifacts/p1/0/${run.id}/artifacts/b`])
  })

  it('leave nothing of an upload that is cut off, not even parts', async () => {
    const run = bench.newRun(bench.other)
    const before = await kept()
    await new Promise<void>((resolve) => {
      const socket = connect(bench.port, '127.0.0.1', () => {
        socket.write(`PUT ${at(run, 'half')} HTTP/1.1\r\nhost: x\r\nx-who: contributor\r\nx-project: p1\r\ncontent-length: 100000000\r\n\r\n`)
        socket.write(Buffer.alloc(20_000_000), () => setTimeout(() => socket.destroy(), 300)) // two whole parts and a bit
      })
      socket.on('close', () => resolve())
    })
    await expect.poll(async () => (await bench.postgres.query('SELECT FROM artifact WHERE owner_id = $1', [run.id])).rowCount).toBe(0)
    await expect.poll(kept).toEqual(before)
  })

  it('refuse a body that failed, before or while it is read, as the client’s mistake', async () => {
    const run = bench.newRun(bench.other)
    const put = (body: Readable) => bench.half.services.artifacts.put(bench.scope(bench.other, 'contributor'), { owner: { kind: 'run', experimentId: '0', id: run.id }, path: 'f' }, body)
    const early = new Readable({ read() {} })
    const upload = put(early)
    early.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
    await expect(upload).rejects.toMatchObject({ code: 'INVALID' })
    const url = `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run.id}&path=f`
    const tooLarge = await bench.send('contributor', bench.other, 'POST', url, { body: Readable.from([Buffer.alloc(6_000_000), Buffer.alloc(6_000_000)]) }).then((answer) => answer.status, () => 'closed')
    expect([400, 'closed']).toContain(tooLarge)
    expect((await kept()).filter((key) => key.includes(run.id))).toEqual([])
  })

  it('say 503 while the server is away, and go on when it is back', async () => {
    const run = bench.newRun(bench.other)
    await bench.send('contributor', bench.other, 'PUT', at(run, 'f'), { body: 'x' })
    await stopServer()
    expect((await bench.send('viewer', bench.other, 'GET', at(run, 'f'))).json()).toMatchObject({ error_code: 'TEMPORARILY_UNAVAILABLE' })
    expect((await bench.send('contributor', bench.other, 'PUT', at(run, 'g'), { body: 'x' })).status).toBe(503)
    expect((await bench.send('viewer', bench.other, 'GET', `/api/2.0/mlflow/artifacts/list?run_id=${run.id}`)).json()['files']).toEqual([{ path: 'f', is_dir: false, file_size: 1 }])
    await startServer()
    expect((await bench.send('contributor', bench.other, 'PUT', at(run, 'g'), { body: 'y' })).status).toBe(200)
    expect((await bench.send('viewer', bench.other, 'GET', at(run, 'g'))).text).toBe('y')
  })
})
