import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startArtifactBench, type ArtifactBench } from '#tracking/rest/artifacts-testing.ts'
import { hasS3Server, newS3Server, type S3Server } from '#tracking/store/artifact-s3-testing.ts'

describe.runIf(hasS3Server())('artifacts in S3', () => {
  const proxy = '/api/2.0/mlflow-artifacts/artifacts'
  let server: S3Server
  let bench: ArtifactBench
  beforeAll(async () => {
    server = await newS3Server()
    await server.start()
    bench = await startArtifactBench(server.store)
  })
  afterAll(async () => {
    await server.remove() // first: it must not outlive a set-up that failed
    await bench.stop()
  })

  const at = (run: { id: string }, path: string): string => `${proxy}/0/${run.id}/artifacts/${path}`
  it('lie under the documented key, and come back with ranges, type and hash', async () => {
    const run = bench.newRun(bench.other)
    expect((await bench.send('contributor', bench.other, 'PUT', at(run, 'a/b c+ü.txt'.replace(' ', '%20').replace('ü', '%C3%BC')), { body: '0123456789' })).status).toBe(200)
    expect(await server.kept()).toContain(`mlflow-artifacts/p1/0/${run.id}/artifacts/a/b c+ü.txt`)
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
    expect((await server.kept()).filter((key) => key.includes(run.id) || key.includes('.versions'))).toHaveLength(1 + 1) // and the long name above
  })

  it('are gone from the server when removed, file and folder', async () => {
    const run = bench.newRun(bench.other)
    for (const path of ['a/x', 'a/y/z', 'b']) await bench.send('contributor', bench.other, 'PUT', at(run, path), { body: 'x' })
    expect((await bench.send('maintainer', bench.other, 'DELETE', at(run, 'a'))).status).toBe(200)
    expect((await server.kept()).filter((key) => key.includes(run.id))).toEqual([`mlflow-artifacts/p1/0/${run.id}/artifacts/b`])
  })

  it('leave nothing of an upload that is cut off, not even parts', async () => {
    const run = bench.newRun(bench.other)
    const before = await server.kept()
    await new Promise<void>((resolve) => {
      const socket = connect(bench.port, '127.0.0.1', () => {
        socket.write(`PUT ${at(run, 'half')} HTTP/1.1\r\nhost: x\r\nx-who: contributor\r\nx-project: p1\r\ncontent-length: 100000000\r\n\r\n`)
        socket.write(Buffer.alloc(20_000_000), () => setTimeout(() => socket.destroy(), 300)) // two whole parts and a bit
      })
      socket.on('close', () => resolve())
    })
    await expect.poll(async () => (await bench.postgres.query('SELECT FROM artifact WHERE owner_id = $1', [run.id])).rowCount).toBe(0)
    await expect.poll(server.kept).toEqual(before)
  })

  it('refuse a body that failed, before or while it is read, as the client’s mistake', async () => {
    const run = bench.newRun(bench.other)
    const put = (body: Readable) => bench.half.services.artifacts.put(bench.scope(bench.other, 'contributor'), { owner: { kind: 'run', experimentId: '0', id: run.id }, path: 'f' }, body)
    const early = new Readable({ read() {} })
    const upload = put(early)
    early.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
    await expect(upload).rejects.toMatchObject({ code: 'INVALID' })
    const url = `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run.id}&path=f`
    const tooLarge = await bench.send('contributor', bench.other, 'POST', url, { body: Readable.from([Buffer.alloc(6_000_000), Buffer.alloc(6_000_000)]) }).then(
      (answer) => answer.status,
      () => 'closed',
    )
    expect([400, 'closed']).toContain(tooLarge)
    expect((await server.kept()).filter((key) => key.includes(run.id))).toEqual([])
  })

  it('say 503 while the server is away, and go on when it is back', async () => {
    const run = bench.newRun(bench.other)
    await bench.send('contributor', bench.other, 'PUT', at(run, 'f'), { body: 'x' })
    await server.kill()
    expect((await bench.send('viewer', bench.other, 'GET', at(run, 'f'))).json()).toMatchObject({ error_code: 'TEMPORARILY_UNAVAILABLE' })
    expect((await bench.send('contributor', bench.other, 'PUT', at(run, 'g'), { body: 'x' })).status).toBe(503)
    expect((await bench.send('viewer', bench.other, 'GET', `/api/2.0/mlflow/artifacts/list?run_id=${run.id}`)).json()['files']).toEqual([{ path: 'f', is_dir: false, file_size: 1 }])
    await server.start()
    expect((await bench.send('contributor', bench.other, 'PUT', at(run, 'g'), { body: 'y' })).status).toBe(200)
    expect((await bench.send('viewer', bench.other, 'GET', at(run, 'g'))).text).toBe('y')
  })
})
