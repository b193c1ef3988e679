import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createArtifactStore } from '#tracking/store/artifact-store.ts'
import { startArtifactBench, type ArtifactBench } from '#tracking/rest/artifacts-testing.ts'

const proxy = '/api/2.0/mlflow-artifacts/artifacts'
let bench: ArtifactBench
beforeAll(async () => {
  bench = await startArtifactBench()
})
afterAll(() => bench.stop())

const at = (run: { experimentId: string; id: string }, path: string): string => `${proxy}/${run.experimentId}/${run.id}/artifacts/${path}`

describe('the artifact proxy', () => {
  it('answers as MLflow was recorded', async () => {
    const { send, defaultProject: p } = bench
    expect(await send('owner', p, 'PUT', `${proxy}/a/b.txt`, { body: 'hello', headers: { 'content-type': 'text/plain' } })).toMatchObject({ status: 200, text: '' })
    const got = await send('owner', p, 'GET', `${proxy}/a/b.txt`)
    expect(got).toMatchObject({ status: 200, text: 'hello' })
    expect(got.headers['content-type']).toBe('text/plain')
    expect((await send('owner', p, 'GET', `${proxy}?path=a`)).json()).toEqual({ files: [{ path: 'b.txt', is_dir: false, file_size: 5 }] })
    expect((await send('owner', p, 'GET', proxy)).json()).toEqual({ files: [{ path: 'a', is_dir: true }] })
    expect(await send('owner', p, 'GET', `${proxy}/zzz.txt`).then((r) => [r.status, r.json()])).toEqual([
      404,
      { error_code: 'RESOURCE_DOES_NOT_EXIST', message: "No such artifact: 'zzz.txt'", sqlstate: 'KAM00', error_class: 'RESOURCE_NOT_FOUND' },
    ])
    expect(await send('owner', p, 'GET', `${proxy}/..%2Fx`).then((r) => [r.status, r.json()])).toEqual([
      400,
      { error_code: 'INVALID_PARAMETER_VALUE', message: 'Invalid path', sqlstate: 'KAM00', error_class: 'INVALID_PARAMETER_VALUE' },
    ])
    expect(await send('owner', p, 'GET', `${proxy}?path=../x`).then((r) => [r.status, r.json()])).toEqual([
      400,
      { error_code: 'INVALID_PARAMETER_VALUE', message: 'Invalid path', sqlstate: 'KAM00', error_class: 'INVALID_PARAMETER_VALUE' },
    ])
    expect(await send('owner', p, 'DELETE', `${proxy}/a/b.txt`).then((r) => [r.status, r.json()])).toEqual([200, {}])
    expect((await send('owner', p, 'GET', proxy)).json()).toEqual({})
    const mpu = await send('owner', p, 'POST', '/api/2.0/mlflow-artifacts/mpu/create/a', { body: { path: 'a/f.bin', num_parts: 2 } })
    expect([mpu.status, mpu.json()]).toEqual([501, { error_code: 'NOT_IMPLEMENTED', message: 'Multipart upload is not supported for the current artifact repository' }])
  })

  it('serves the twin below /ajax-api', async () => {
    const run = bench.newRun(bench.other)
    await bench.send('contributor', bench.other, 'PUT', at(run, 'x.txt'), { body: '1' })
    expect((await bench.send('viewer', bench.other, 'GET', `/ajax-api${at(run, 'x.txt').slice(4)}`)).text).toBe('1')
  })

  it('keeps files of default where stock MLflow has them, of others in a folder of their own', async () => {
    const mine = bench.newRun(bench.defaultProject)
    const theirs = bench.newRun(bench.other)
    await bench.send('contributor', bench.defaultProject, 'PUT', at(mine, 'model/MLmodel'), { body: 'x' })
    await bench.send('contributor', bench.other, 'PUT', `${proxy}/workspaces/p1/0/${theirs.id}/artifacts/model/MLmodel`, { body: 'y' })
    const files = await bench.files()
    expect(files).toContain(`mlflow-artifacts/0/${mine.id}/artifacts/model/MLmodel`)
    expect(files).toContain(`mlflow-artifacts/p1/0/${theirs.id}/artifacts/model/MLmodel`)
  })

  it('lists folders by name, relative to the listed folder', async () => {
    const run = bench.newRun(bench.other)
    for (const [path, body] of [
      ['b.txt', '22'],
      ['a/x', '1'],
      ['a/y/z', '333'],
      ['a-b', ''],
    ] as const)
      expect((await bench.send('contributor', bench.other, 'PUT', at(run, path), { body })).status).toBe(200)
    const root = `0/${run.id}/artifacts`
    const proxied = await bench.send('viewer', bench.other, 'GET', `${proxy}?path=workspaces%2Fp1%2F${encodeURIComponent(root)}`)
    expect(proxied.json()).toEqual({
      files: [
        { path: 'a', is_dir: true },
        { path: 'a-b', is_dir: false, file_size: 0 },
        { path: 'b.txt', is_dir: false, file_size: 2 },
      ],
    })
    const ofRun = await bench.send('viewer', bench.other, 'GET', `/api/2.0/mlflow/artifacts/list?run_id=${run.id}&path=a`)
    expect(ofRun.json()).toEqual({
      root_uri: `mlflow-artifacts:/workspaces/p1/${root}`,
      files: [
        { path: 'a/x', is_dir: false, file_size: 1 },
        { path: 'a/y', is_dir: true },
      ],
    })
    expect((await bench.send('viewer', bench.other, 'GET', `/api/2.0/mlflow/artifacts/list?run_uuid=${run.id}&path=a/x`)).json()).toEqual({ root_uri: `mlflow-artifacts:/workspaces/p1/${root}` })
  })

  it('keeps any name a file may have, however long or strange', async () => {
    const run = bench.newRun(bench.other)
    const names = ['100%.txt', 'a b;c=1.txt', 'what?.txt', '日本語.txt', 'x'.repeat(300), `deep/${'é'.repeat(250)}/f`, '.versions/x', "it's.csv"]
    for (const name of names) {
      const url = at(run, name.split('/').map(encodeURIComponent).join('/'))
      expect((await bench.send('contributor', bench.other, 'PUT', url, { body: name })).status).toBe(200)
      expect((await bench.send('viewer', bench.other, 'GET', url)).text).toBe(name)
    }
    const listed = (await bench.send('viewer', bench.other, 'GET', `/api/2.0/mlflow/artifacts/list?run_id=${run.id}`)).json()
    expect(listed['files']).toHaveLength(names.length)
  })

  it('refuses uploads to runs that are missing, deleted, or in another experiment', async () => {
    const run = bench.newRun(bench.other)
    const gone = bench.newRun(bench.other)
    gone.active = false
    expect((await bench.send('contributor', bench.other, 'PUT', at({ ...run, id: 'f'.repeat(32) }, 'x'), { body: 'x' })).status).toBe(404)
    expect((await bench.send('contributor', bench.other, 'PUT', at({ ...run, experimentId: '1' }, 'x'), { body: 'x' })).status).toBe(404)
    expect(await bench.send('contributor', bench.other, 'PUT', at(gone, 'x'), { body: 'x' }).then((r) => [r.status, r.json()['message']])).toEqual([
      400,
      `The run ${gone.id} must be in the 'active' state. Current state is deleted.`,
    ])
    expect((await bench.files()).some((file) => file.includes(gone.id) || file.includes('f'.repeat(32)))).toBe(false)
  })

  it('never lets a name be a file and a folder', async () => {
    const run = bench.newRun(bench.other)
    await bench.send('contributor', bench.other, 'PUT', at(run, 'a/b'), { body: '1' })
    expect((await bench.send('contributor', bench.other, 'PUT', at(run, 'a'), { body: '2' })).status).toBe(400)
    expect((await bench.send('contributor', bench.other, 'PUT', at(run, 'a/b/c'), { body: '3' })).status).toBe(400)
    expect((await bench.send('contributor', bench.other, 'GET', at(run, 'a'))).json()['message']).toMatch(/refers to a directory/)
    await bench.send('maintainer', bench.other, 'DELETE', at(run, 'a'))
    expect((await bench.send('contributor', bench.other, 'PUT', at(run, 'a'), { body: '2' })).status).toBe(200)
    expect((await bench.send('contributor', bench.other, 'GET', at(run, 'a'))).text).toBe('2')
  })
})

describe('overwriting', () => {
  it('shows the newest content under one name and keeps one object', async () => {
    const run = bench.newRun(bench.other)
    for (const body of ['one', 'second', 'third!!']) {
      expect((await bench.send('contributor', bench.other, 'PUT', at(run, 'f'), { body })).status).toBe(200)
      expect((await bench.send('viewer', bench.other, 'GET', at(run, 'f'))).text).toBe(body)
    }
    const { rows } = await bench.postgres.query<{ state: string; object_key: string; size: string; sha256: string }>('SELECT state, object_key, size, sha256 FROM artifact WHERE owner_id = $1', [
      run.id,
    ])
    expect(rows).toEqual([{ state: 'READY', object_key: `p1/0/${run.id}/artifacts/f`, size: '7', sha256: createHash('sha256').update('third!!').digest('hex') }])
  })

  it('by many at once leaves one whole file and nothing beside it', async () => {
    const run = bench.newRun(bench.other)
    const before = (await bench.files()).length
    const bodies = Array.from({ length: 8 }, (_, i) => String(i).repeat(50_000 + i))
    const answers = await Promise.all(bodies.map((body) => bench.send('contributor', bench.other, 'PUT', at(run, 'f'), { body })))
    expect(answers.map((a) => a.status)).toEqual(bodies.map(() => 200))
    const got = await bench.send('viewer', bench.other, 'GET', at(run, 'f'))
    expect(bodies).toContain(got.text)
    expect(got.headers['etag']).toBe(`"${createHash('sha256').update(got.body).digest('hex')}"`)
    expect((await bench.files()).length).toBe(before + 1)
  })

  it('does not disturb who is reading', async () => {
    const run = bench.newRun(bench.other)
    const old = Buffer.alloc(8_000_000, 'o')
    await bench.send('contributor', bench.other, 'PUT', at(run, 'f'), { body: old })
    const reading = await bench.open('viewer', bench.other, 'GET', at(run, 'f'))
    await bench.send('contributor', bench.other, 'PUT', at(run, 'f'), { body: 'new' })
    let size = 0
    for await (const chunk of reading) size += (chunk as Buffer).length // node:http yields buffers
    expect(size).toBe(old.length)
  })
})

describe('a download', () => {
  it('is an attachment of a guessed type that no browser runs', async () => {
    const run = bench.newRun(bench.other)
    for (const [name, type] of [
      ['x.html', 'text/html'],
      ['x.svg', 'image/svg+xml'],
      ['MLmodel', 'text/plain'],
      ['MLproject', 'text/plain'],
      ['x.json', 'text/plain'],
      ['x.pkl', 'application/octet-stream'],
      ['x.js', 'text/plain'],
    ] as const) {
      await bench.send('contributor', bench.other, 'PUT', at(run, name), { body: '<script>1</script>' })
      for (const url of [at(run, name), `/get-artifact?run_id=${run.id}&path=${name}`]) {
        const { headers } = await bench.send('viewer', bench.other, 'GET', url)
        expect(headers).toMatchObject({
          'content-type': type,
          'content-disposition': `attachment; filename=${name}`,
          'x-content-type-options': 'nosniff',
          'content-security-policy': 'sandbox',
          'accept-ranges': 'bytes',
          'content-length': '18',
        })
      }
    }
  })

  it('serves single ranges exactly and refuses what lies outside', async () => {
    const run = bench.newRun(bench.other)
    await bench.send('contributor', bench.other, 'PUT', at(run, 'f'), { body: '0123456789' })
    const range = async (value: string, more: Record<string, string> = {}) => {
      const { status, text, headers } = await bench.send('viewer', bench.other, 'GET', at(run, 'f'), { headers: { range: value, ...more } })
      return [status, status === 416 ? '' : text, headers['content-range']]
    }
    expect(await range('bytes=0-3')).toEqual([206, '0123', 'bytes 0-3/10'])
    expect(await range('bytes=4-')).toEqual([206, '456789', 'bytes 4-9/10'])
    expect(await range('bytes=-2')).toEqual([206, '89', 'bytes 8-9/10'])
    expect(await range('bytes=8-99')).toEqual([206, '89', 'bytes 8-9/10'])
    expect(await range('bytes=-99')).toEqual([206, '0123456789', 'bytes 0-9/10'])
    expect(await range('bytes=10-')).toEqual([416, '', 'bytes */10'])
    expect(await range('bytes=-0')).toEqual([416, '', 'bytes */10'])
    for (const whole of ['bytes=3-1', 'bytes=0-1,3-4', 'lines=0-1', 'bytes=a-b', 'bytes=-']) expect(await range(whole)).toEqual([200, '0123456789', undefined])
    expect(await range('bytes=0-3', { 'if-range': '"other"' })).toEqual([200, '0123456789', undefined])
  })
})

describe('an upload that is cut off', () => {
  it('leaves no file, no object and no row', async () => {
    const run = bench.newRun(bench.other)
    const before = await bench.files()
    await new Promise<void>((resolve) => {
      const socket = connect(bench.port, '127.0.0.1', () => {
        socket.write(`PUT ${at(run, 'half')} HTTP/1.1\r\nhost: x\r\nx-who: contributor\r\nx-project: p1\r\ncontent-length: 1000000\r\n\r\n`)
        socket.write('x'.repeat(200_000), () => setTimeout(() => socket.destroy(), 50))
      })
      socket.on('close', () => resolve())
    })
    await expect.poll(async () => (await bench.postgres.query('SELECT FROM artifact WHERE owner_id = $1', [run.id])).rowCount).toBe(0)
    expect(await bench.files()).toEqual(before)
    expect((await bench.send('viewer', bench.other, 'GET', at(run, 'half'))).status).toBe(404)
  })

  it('keeps the file that it would have replaced', async () => {
    const run = bench.newRun(bench.other)
    await bench.send('contributor', bench.other, 'PUT', at(run, 'f'), { body: 'old' })
    const broken = new Readable({ read() {} })
    broken.push('new')
    const upload = bench.half.services.artifacts.put(bench.scope(bench.other, 'contributor'), { owner: { kind: 'run', experimentId: '0', id: run.id }, path: 'f' }, broken)
    setTimeout(() => broken.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })), 20)
    await expect(upload).rejects.toMatchObject({ code: 'INVALID', message: 'The upload ended early.' })
    expect((await bench.send('viewer', bench.other, 'GET', at(run, 'f'))).text).toBe('old')
  })

  it('is refused when it failed before anybody read it, and the process goes on', async () => {
    const run = bench.newRun(bench.other)
    const place = { owner: { kind: 'run', experimentId: '0', id: run.id }, path: 'f' } as const
    const late = new Readable({ read() {} })
    const upload = bench.half.services.artifacts.put(bench.scope(bench.other, 'contributor'), place, late)
    late.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
    await expect(upload).rejects.toMatchObject({ code: 'INVALID' })
    await Promise.all(
      Array.from(
        { length: 20 },
        (_, delay) =>
          new Promise<void>((resolve) => {
            const socket = connect(bench.port, '127.0.0.1', () => {
              socket.write(`POST /ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run.id}&path=f HTTP/1.1\r\nhost: x\r\nx-who: contributor\r\nx-project: p1\r\ncontent-length: 1000\r\n\r\nx`, () =>
                setTimeout(() => socket.destroy(), delay),
              )
            })
            socket.on('close', () => resolve())
          }),
      ),
    )
    await expect.poll(async () => (await bench.postgres.query('SELECT FROM artifact WHERE owner_id = $1', [run.id])).rowCount).toBe(0)
  })

  it('is swept when the process died before it could tidy up', async () => {
    const run = bench.newRun(bench.other)
    await bench.send('contributor', bench.other, 'PUT', at(run, 'f'), { body: 'x' })
    await bench.postgres.query(`UPDATE artifact SET state = 'PENDING', changed_at = 0 WHERE owner_id = $1`, [run.id])
    expect(await bench.half.services.artifacts.sweep()).toBe(1)
    expect((await bench.files()).some((file) => file.includes(run.id))).toBe(false)
    expect(await bench.half.services.artifacts.sweep()).toBe(0)
  })
})

describe('permissions', () => {
  it('let a viewer read and list, and nothing else', async () => {
    const run = bench.newRun(bench.other)
    await bench.send('contributor', bench.other, 'PUT', at(run, 'f'), { body: 'x' })
    expect((await bench.send('viewer', bench.other, 'GET', at(run, 'f'))).status).toBe(200)
    expect((await bench.send('viewer', bench.other, 'GET', `/api/2.0/mlflow/artifacts/list?run_id=${run.id}`)).status).toBe(200)
    for (const [method, url] of [
      ['PUT', at(run, 'f')],
      ['PUT', at(run, 'g')],
      ['DELETE', at(run, 'f')],
      ['POST', `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run.id}&path=f`],
    ] as const) {
      expect(await bench.send('viewer', bench.other, method, url, { body: 'y' }).then((r) => [r.status, r.json()['error_code']])).toEqual([403, 'PERMISSION_DENIED'])
    }
    expect((await bench.send('viewer', bench.other, 'GET', at(run, 'f'))).text).toBe('x')
    const scope = bench.scope(bench.other, 'viewer')
    await expect(bench.half.services.artifacts.put(scope, { owner: { kind: 'run', experimentId: '0', id: run.id }, path: 'f' }, Readable.from(['y']))).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('let contributors delete in their own runs only', async () => {
    const mine = bench.newRun(bench.other, { owner: 'contributor' })
    const theirs = bench.newRun(bench.other, { owner: 'maintainer' })
    for (const run of [mine, theirs]) await bench.send('contributor', bench.other, 'PUT', at(run, 'f'), { body: 'x' })
    expect((await bench.send('contributor', bench.other, 'DELETE', at(mine, 'f'))).status).toBe(200)
    expect((await bench.send('contributor', bench.other, 'DELETE', at(theirs, 'f'))).status).toBe(403)
    expect((await bench.send('maintainer', bench.other, 'DELETE', at(theirs, 'f'))).status).toBe(200)
  })

  it('hide one project from the other, whatever path names it', async () => {
    const run = bench.newRun(bench.other)
    await bench.send('owner', bench.other, 'PUT', at(run, 'secret'), { body: 'canary' })
    const root = `0/${run.id}/artifacts`
    for (const url of [
      `${proxy}/${root}/secret`,
      `${proxy}/workspaces/p1/${root}/secret`,
      `${proxy}/p1/${root}/secret`,
      `/get-artifact?run_id=${run.id}&path=secret`,
      `/api/2.0/mlflow/artifacts/list?run_id=${run.id}`,
      `${proxy}?path=workspaces/p1/${root}`,
      `${proxy}?path=${root}`,
    ]) {
      const answer = await bench.send('owner', bench.defaultProject, 'GET', url)
      expect(answer.status).toBe(404)
      expect(answer.text).not.toContain('canary')
    }
    for (const method of ['PUT', 'DELETE'])
      for (const path of [`${root}/secret`, `workspaces/p1/${root}/secret`]) expect((await bench.send('owner', bench.defaultProject, method, `${proxy}/${path}`, { body: 'z' })).status).toBe(404)
    // The folder of project p1 in the bucket is not a folder of default's own files.
    expect((await bench.send('owner', bench.defaultProject, 'PUT', `${proxy}/p1/${root}/secret`, { body: 'z' })).status).toBe(200)
    expect(await bench.files()).toContain(`mlflow-artifacts/.files/p1/${root}/secret`)
    expect((await bench.send('owner', bench.other, 'GET', at(run, 'secret'))).text).toBe('canary')
    expect((await bench.send('nobody', bench.other, 'GET', at(run, 'secret'))).status).toBe(404)
    expect((await bench.send('anonymous', bench.other, 'GET', at(run, 'secret'))).status).toBe(401)
  })
})

describe('every statement', () => {
  it('names the project, should a decision before it ever be wrong', async () => {
    const run = bench.newRun(bench.other)
    await bench.send('owner', bench.other, 'PUT', at(run, 'a/f'), { body: 'x' })
    const store = createArtifactStore(bench.postgres)
    const owner = { kind: 'run', experimentId: '0', id: run.id } as const
    const { rows } = await bench.postgres.query<{ artifact_id: string }>('SELECT artifact_id FROM artifact WHERE owner_id = $1', [run.id])
    const artifactId = rows[0]?.artifact_id ?? ''
    const wrong = bench.defaultProject.id
    expect(await store.find(wrong, owner, 'a/f')).toBeNull()
    expect(await store.list(wrong, owner, '')).toEqual([])
    expect(await store.list(wrong, owner, 'a')).toEqual([])
    expect(await store.remove(wrong, owner, '')).toEqual([])
    expect(await store.remove(wrong, owner, 'a')).toEqual([])
    await expect(store.commit(wrong, artifactId, { size: 0, sha256: '' })).rejects.toThrow('an upload outlived its claim')
    await bench.postgres.query(`UPDATE artifact SET state = 'DELETED' WHERE artifact_id = $1`, [artifactId])
    await store.forget(wrong, [artifactId])
    expect((await bench.postgres.query('SELECT FROM artifact WHERE artifact_id = $1', [artifactId])).rowCount).toBe(1)
  })
})

describe('the upload of the UI', () => {
  const ui = '/ajax-api/2.0/mlflow/upload-artifact'
  it('takes up to 10 MiB', async () => {
    const run = bench.newRun(bench.other)
    const url = `${ui}?run_uuid=${run.id}&path=a/f`
    expect((await bench.send('contributor', bench.other, 'POST', url, { body: Buffer.alloc(10 * 1024 * 1024) })).status).toBe(200)
    const tooLarge = Buffer.alloc(10 * 1024 * 1024 + 1)
    for (const body of [tooLarge, Readable.from([tooLarge])])
      expect(
        (
          await bench.send('contributor', bench.other, 'POST', url, { body }).then(
            (r) => r.json(),
            () => ({ message: 'closed' }),
          )
        )['message'],
      ).toMatch(/too large|closed/)
    expect((await bench.send('viewer', bench.other, 'GET', at(run, 'a/f'))).body.length).toBe(10 * 1024 * 1024)
  })
  it('wants a run, a path and data', async () => {
    const run = bench.newRun(bench.other)
    const message = async (query: string, body: string) => (await bench.send('contributor', bench.other, 'POST', ui + query, { body })).json()['message']
    expect(await message('?path=f', 'x')).toBe('Request must specify run_uuid.')
    expect(await message(`?run_uuid=${run.id}`, 'x')).toBe('Request must specify path.')
    expect(await message(`?run_uuid=${run.id}&path=f`, '')).toBe('Request must specify data.')
    expect(await message(`?run_uuid=${run.id}&path=../f`, 'x')).toBe('Invalid path')
  })
})

describe('presigned addresses', () => {
  it('are refused in MLflow’s words', async () => {
    const run = bench.newRun(bench.other)
    const post = async (path: string, body: object) => (await bench.send('contributor', bench.other, 'POST', `/api/2.0/mlflow/artifacts/${path}`, { body })).json()
    expect(await post('presigned-upload-url', { run_id: run.id, path: 'f' })).toMatchObject({
      error_code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('not supported for proxied artifact storage'),
    })
    expect(await post('presigned-upload-url', { path: 'f' })).toMatchObject({ message: 'Exactly one of run_id and model_id must be provided.' })
    expect(await post('presigned-download-url', { run_id: run.id, path: 'f', expiration: 0 })).toMatchObject({ message: 'expiration must be between 1 and 604800 seconds (got 0).' })
    expect((await bench.send('viewer', bench.other, 'GET', '/api/2.0/mlflow-artifacts/presigned/f')).status).toBe(501)
  })
})
