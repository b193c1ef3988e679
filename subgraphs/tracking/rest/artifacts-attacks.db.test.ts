/** The requests behind MLflow's path-traversal advisories (security.md section 1.1), against a store with a secret beside it. */
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startArtifactBench, type ArtifactBench, type Reply, type TestRun } from '#tracking/rest/artifacts-testing.ts'

const canary = 'canary-7f3a'
const proxy = '/api/2.0/mlflow-artifacts'
let bench: ArtifactBench
let run: TestRun
let modelId: string
let secret: string
beforeAll(async () => {
  bench = await startArtifactBench()
  secret = join(dirname(bench.directory), 'secret')
  await writeFile(secret, canary)
  await writeFile(join(bench.directory, 'secret'), canary)
  run = bench.newRun(bench.defaultProject)
  const experiment = bench.newExperiment(bench.defaultProject)
  modelId = (await bench.half.services.loggedModels.create(bench.scope(bench.defaultProject, 'owner'), { experimentId: experiment.id })).id
  await bench.send('owner', bench.defaultProject, 'PUT', `${proxy}/artifacts/0/${run.id}/artifacts/a/b`, { body: 'inside' })
})
afterAll(() => bench.stop())

/** As they arrive, before the server's decoding. `up` climbs out of any root. */
const up = '../../../../../../..'
const attacks: readonly (readonly [advisory: string, path: string])[] = [
  ['issue 7166', `../secret`],
  ['issue 7166, deep', `${up}/secret`],
  ['below a real folder', `a/../../../../../../secret`],
  ['CVE-2023-3765 absolute', `/etc/passwd`],
  ['CVE-2023-6977 double slash', `//proc/self/root/etc/passwd`],
  ['CVE-2023-3765 drive', `C:/secret`],
  ['CVE-2023-6753 drive, backslash', `C:\\secret`],
  ['CVE-2023-6753 UNC', `\\\\host\\share`],
  ['CVE-2023-6753 backslashes', `..\\..\\secret`],
  ['CVE-2023-2780 mixed', `..\\../secret`],
  ['CVE-2023-6909 query', `?/../..${up}/secret`],
  ['CVE-2024-1483 fragment', `#/../..${up}/secret`],
  ['CVE-2024-2928 fragment, first', `a#/../../secret`],
  ['CVE-2024-3848 fragment alone', `a#b`],
  ['CVE-2024-1558 encoded', `%2e%2e/%2e%2e/secret`],
  ['CVE-2024-1593 params', `;/../../secret`],
  ['CVE-2024-1593 params, inside', `a;..%2f..%2f/../../secret`],
  ['CVE-2024-1560 double encoding', `%252e%252e%252fsecret`],
  ['triple encoding', `%25252e%25252e%25252fsecret`],
  ['CVE-2024-8859 upload', `a%3f/../../../secret`],
  ['CVE-2026-116690 schemeless', `./../../../etc`],
  ['file uri', `file:///etc/passwd`],
  ['NUL', `a\u0000/../../secret`],
  ['NUL at the end', `../secret\u0000.txt`],
  ['line break', `a\n../secret`],
  ['right-to-left mark', `a\u202e/b`],
  ['dot', `a/./b`],
  ['empty segment', `a//b`],
]
const encoded = (path: string): string =>
  path
    .split('')
    .map((c) => (/[\w.~/-]/.test(c) ? c : encodeURIComponent(c)))
    .join('')
const everything = (path: string): string => [...Buffer.from(path)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

async function expectRefusal(answer: Reply, what: string): Promise<void> {
  expect([400, 403, 404], `${what}: ${answer.status} ${answer.text}`).toContain(answer.status)
  expect(answer.text).not.toContain(canary)
  expect(answer.text).not.toMatch(/root:x:|node:internal|\.ts:/)
}

describe.each(attacks)('%s', (name, path) => {
  it('is refused by every face and touches nothing outside', async () => {
    const before = await bench.files()
    const p = bench.defaultProject
    const root = `0/${run.id}/artifacts`
    for (const spelling of [encoded(path), everything(path), encoded(path).replaceAll('/', '%2F')]) {
      for (const below of [`${proxy}/artifacts/${root}/`, `${proxy}/artifacts/workspaces/default/${root}/`]) {
        for (const method of ['GET', 'PUT', 'DELETE'])
          await expectRefusal(await bench.send('owner', p, method, below + spelling, method === 'PUT' ? { body: 'evil' } : {}), `${method} ${below}${spelling}`)
      }
      for (const step of ['mpu/create', 'mpu/complete', 'mpu/abort'])
        await expectRefusal(await bench.send('owner', p, 'POST', `${proxy}/${step}/${root}/${spelling}`, { body: { path: 'x', parts: [] } }), step)
      await expectRefusal(await bench.send('owner', p, 'GET', `${proxy}/presigned/${root}/${spelling}`), 'presigned')
      const query = encodeURIComponent(decodeURIComponent(spelling))
      for (const url of [
        `${proxy}/artifacts?path=${root}/${query}`,
        `${proxy}/artifacts?path=${query}`,
        `/api/2.0/mlflow/artifacts/list?run_id=${run.id}&path=${query}`,
        `/ajax-api/2.0/mlflow/artifacts/list?run_id=${run.id}&path=${query}`,
        `/get-artifact?run_id=${run.id}&path=${query}`,
        `/ajax-api/2.0/mlflow/logged-models/${modelId}/artifacts/files?artifact_file_path=${query}`,
        `/api/2.0/mlflow/logged-models/${modelId}/artifacts/directories?artifact_directory_path=${query}`,
      ]) {
        await expectRefusal(await bench.send('owner', p, 'GET', url), url)
      }
      await expectRefusal(await bench.send('owner', p, 'POST', `/ajax-api/2.0/mlflow/upload-artifact?run_uuid=${run.id}&path=${query}`, { body: 'evil' }), 'upload-artifact')
    }
    expect(await bench.files(), name).toEqual(before)
    expect(await readFile(secret, 'utf8')).toBe(canary)
  })

  it('is no source of a model version', async () => {
    const source = (text: string) => bench.half.modelSource(bench.defaultProject, text, null)
    for (const text of [
      path,
      encoded(path),
      `runs:/${run.id}/${path}`,
      `runs:/${run.id}/${encoded(path)}`,
      `mlflow-artifacts:/0/${run.id}/artifacts/${path}`,
      `mlflow-artifacts:/0/${run.id}/artifacts/${encoded(path)}`,
      `mlflow-artifacts:/${path}`,
      `models:/${path}`,
      `file://${path}`,
      `dbfs:/${run.id}/artifacts/${path}`,
      `http:///${path}`,
    ]) {
      expect(await source(text), text).toBeNull()
    }
  })
})

describe('raw requests that no client library would send', () => {
  it('never climb out, whatever the path is', async () => {
    const before = await bench.files()
    for (const method of ['GET', 'PUT', 'DELETE']) {
      for (const path of [
        `${proxy}/artifacts/../../../../secret`,
        `${proxy}/artifacts/%2e%2e/%2e%2e/secret`,
        `${proxy}/artifacts//etc/passwd`,
        `${proxy}/artifacts/..;/..;/secret`,
        `${proxy}/artifacts/%`,
        `${proxy}/artifacts/%c0%ae%c0%ae/secret`,
        `${proxy}/artifacts/workspaces/../secret`,
        `${proxy}/artifacts/workspaces`,
        `${proxy}/artifacts/workspaces/p1/0/x`,
        `${proxy}/artifacts/0`,
        `${proxy}/artifacts/0/${run.id}`,
        `${proxy}/artifacts/0/${run.id}/other/x`,
        `${proxy}/artifacts/0/traces/tr-1/artifacts/x`,
      ]) {
        const answer = await bench.send('owner', bench.defaultProject, method, path, method === 'PUT' ? { body: 'evil' } : {})
        if (path.includes(';')) continue // `..;` is a file name like any other: it lies inside, below
        await expectRefusal(answer, `${method} ${path}`)
      }
    }
    expect(await bench.files()).toEqual(before)
  })

  it('keep a file called `a?` inside, and nothing can be reached through it', async () => {
    expect((await bench.send('owner', bench.defaultProject, 'PUT', `${proxy}/artifacts/0/${run.id}/artifacts/a%3f/a`, { body: 'x' })).status).toBe(200)
    expect(await bench.files()).toContain(`mlflow-artifacts/0/${run.id}/artifacts/a?/a`)
    for (const source of [`dbfs:/${run.id}/artifacts/a%3f/../../../..`, `runs:/${run.id}/a?/../../..`, `mlflow-artifacts:/0/${run.id}/artifacts/a%3f/../..`])
      expect(await bench.half.modelSource(bench.defaultProject, source, run.id)).toBeNull()
    await bench.send('owner', bench.defaultProject, 'DELETE', `${proxy}/artifacts/0/${run.id}/artifacts/a%3f`)
  })

  it('whose ids are any text touch nothing but files of the project itself', async () => {
    const segment = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('..', '.', '', '0', run.id, modelId, 'models', 'artifacts', 'workspaces', 'default', 'p1', '%2e%2e', '..%2f', '~', '\\', 'C:', '.incoming', '.versions', '.files'),
    )
    const before = await bench.files()
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 6 }), fc.constantFrom('GET', 'PUT', 'DELETE'), async (segments, method) => {
        const tail = segments.map((s) => encodeURIComponent(s.toWellFormed())).join('/')
        for (const url of [
          `${proxy}/artifacts/${tail}`,
          `/get-artifact?run_id=${encodeURIComponent(segments[0]?.toWellFormed() ?? '')}&path=x`,
          `/api/2.0/mlflow/logged-models/${encodeURIComponent(segments[0]?.toWellFormed() ?? '')}`,
        ]) {
          const answer = await bench.send('owner', bench.defaultProject, url.startsWith(proxy) ? method : 'GET', url, method === 'PUT' && url.startsWith(proxy) ? { body: 'x' } : {})
          expect(answer.status, `${method} ${url} ${answer.text}`).toBeLessThan(500)
          expect(answer.text).not.toContain(canary)
        }
      }),
      { numRuns: 300 },
    )
    const grown = (await bench.files()).filter((file) => !before.includes(file))
    for (const file of grown) expect(file).toMatch(new RegExp(`^mlflow-artifacts/(\\.files|\\.versions|0/${run.id}/artifacts)/`))
    expect(await readFile(secret, 'utf8')).toBe(canary)
  })
})

describe('the source of a model version', () => {
  const source = (text: string, runId: string | null = null, project = bench.defaultProject) => bench.half.modelSource(project, text, runId)

  it('maps runs, logged models and our own locations onto roots of the project', async () => {
    const root = `mlflow-artifacts:/0/${run.id}/artifacts`
    expect(await source(`runs:/${run.id}/model`, run.id)).toEqual({ artifactUri: `${root}/model`, runId: run.id, modelId: null })
    expect(await source(`runs:/${run.id}/`)).toEqual({ artifactUri: root, runId: run.id, modelId: null })
    expect(await source(`${root}/model`)).toEqual({ artifactUri: `${root}/model`, runId: run.id, modelId: null })
    const found = await source(`models:/${modelId}`)
    expect(found).toEqual({ artifactUri: expect.stringMatching(/^mlflow-artifacts:\/\d+\/models\/m-[0-9a-f]{32}\/artifacts$/), runId: null, modelId })
    expect(await source(found?.artifactUri ?? '')).toEqual(found)
  })

  it('is nothing for other schemes, other runs, other projects, and what does not exist', async () => {
    const theirs = bench.newRun(bench.other)
    for (const text of [
      '',
      's3://bucket/x',
      'http://127.0.0.1:1/x',
      'https://host/x',
      'file:///etc',
      '/etc',
      'etc',
      'ftp://h/x',
      'hdfs://h/x',
      'abfss://h/x',
      'models:/name/1',
      'models:/name@alias',
      `models:/m-${'0'.repeat(32)}`,
      `runs:/${'0'.repeat(32)}/x`,
      `runs://profile/${run.id}/x`,
      `mlflow-artifacts://host/0/${run.id}/artifacts`,
      `mlflow-artifacts:///0/${run.id}/artifacts`,
      `mlflow-artifacts:/1/${run.id}/artifacts`,
      `mlflow-artifacts:/a/b.txt`,
      `runs:/${theirs.id}/x`,
      theirs.artifactUri,
      `MLFLOW-ARTIFACTS:/0/${run.id}/artifacts`,
      `runs:/${run.id}/a%20b`,
      `runs:/${run.id}/a?b`,
      `runs:/${run.id}/a;b`,
      `${run.artifactUri}/a%20b`,
      `${run.artifactUri}/a?b`,
      `${run.artifactUri}/a;b`,
    ])
      expect(await source(text), text).toBeNull()
    expect(await source(`runs:/${run.id}/x`, theirs.id)).toBeNull()
    expect(await source(run.artifactUri, null, bench.other)).toBeNull()
    expect(await source(theirs.artifactUri, null, bench.other)).not.toBeNull()
  })

  it('never leaves the project, whatever text it is', async () => {
    const scheme = fc.constantFrom('runs:/', 'models:/', 'mlflow-artifacts:/', 'mlflow-artifacts:/workspaces/', 'file://', 'http://', 's3://', '//', '', 'dbfs:/')
    const piece = fc.oneof(fc.constantFrom('..', '%2e%2e', '%252f', '?', '#', ';', '\\', '/', '//', '[::1]', '0', 'p1', 'artifacts', 'models', run.id, modelId, '@', ':'), fc.string({ maxLength: 6 }))
    await fc.assert(
      fc.asyncProperty(scheme, fc.array(piece, { maxLength: 8 }), fc.boolean(), async (start, pieces, isSlashed) => {
        const found = await source(start + pieces.join(isSlashed ? '/' : ''))
        if (!found) return
        expect(found.artifactUri).toMatch(new RegExp(`^mlflow-artifacts:/\\d+/(${run.id}|models/${modelId})/artifacts`))
        expect(found.artifactUri.split('/')).not.toContain('..')
      }),
      { numRuns: 1_000 },
    )
  })
})
