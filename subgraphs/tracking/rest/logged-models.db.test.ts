import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startArtifactBench, type ArtifactBench } from '#tracking/rest/artifacts-testing.ts'

const base = '/api/2.0/mlflow/logged-models'
let bench: ArtifactBench
beforeAll(async () => {
  bench = await startArtifactBench()
})
afterAll(() => bench.stop())

interface WireModel {
  info: { model_id: string; name: string; status: string; last_updated_timestamp_ms: number; tags?: object[] }
  data: { params?: object[]; metrics?: object[] }
}
const call = async (
  method: string,
  path: string,
  body?: object,
  who: 'contributor' | 'viewer' | 'maintainer' | 'owner' = 'contributor',
  project = bench.other,
): Promise<[number, Record<string, unknown>]> => {
  const answer = await bench.send(who, project, method, path, body ? { body } : {})
  return [answer.status, answer.json()]
}
const create = async (body: object, project = bench.other): Promise<WireModel> => {
  const [status, answer] = await call('POST', base, body, 'contributor', project)
  expect(status, JSON.stringify(answer)).toBe(200)
  return answer['model'] as WireModel // the shape that the first test pins
}

describe('logged models', () => {
  it('answer as MLflow was recorded', async () => {
    const experiment = bench.newExperiment(bench.defaultProject)
    const run = bench.newRun(bench.defaultProject, { experimentId: experiment.id })
    const send = (method: string, path: string, body?: object) => call(method, path, body, 'owner', bench.defaultProject)
    const [, created] = await send('POST', base, {
      experiment_id: experiment.id,
      name: 'lm',
      model_type: 't',
      source_run_id: run.id,
      params: [{ key: 'a', value: 'b' }],
      tags: [{ key: 'c', value: 'd' }],
    })
    const id = (created['model'] as WireModel).info.model_id
    const golden = (status: string) => ({
      info: {
        model_id: expect.stringMatching(/^m-[0-9a-f]{32}$/),
        experiment_id: experiment.id,
        name: 'lm',
        creation_timestamp_ms: expect.any(Number),
        last_updated_timestamp_ms: expect.any(Number),
        artifact_uri: `mlflow-artifacts:/${experiment.id}/models/${id}/artifacts`,
        status,
        model_type: 't',
        source_run_id: run.id,
        tags: [{ key: 'c', value: 'd' }],
      },
      data: { params: [{ key: 'a', value: 'b' }] },
    })
    expect(created).toEqual({ model: golden('LOGGED_MODEL_PENDING') })
    const refusal = (message: string, code = 'INVALID_PARAMETER_VALUE') => ({
      error_code: code,
      message,
      sqlstate: 'KAM00',
      error_class: code === 'RESOURCE_DOES_NOT_EXIST' ? 'RESOURCE_NOT_FOUND' : code,
    })
    const missing = (name: string) => refusal(`Missing value for required parameter '${name}'. See the API docs for more information about request parameters.`)
    expect(await send('POST', base, {})).toEqual([400, missing('experiment_id')])
    expect(await send('POST', base, { experiment_id: experiment.id, name: 'a/b' })).toEqual([
      400,
      refusal(`Invalid model name ('a/b') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`),
    ])
    expect(await send('GET', `${base}/${id}`)).toEqual([200, { model: golden('LOGGED_MODEL_PENDING') }])
    expect(await send('GET', `${base}/m-zzz`)).toEqual([404, refusal("Logged model with ID 'm-zzz' not found.", 'RESOURCE_DOES_NOT_EXIST')])
    expect(await send('PATCH', `${base}/${id}`, { model_id: id, status: 'LOGGED_MODEL_READY' })).toEqual([200, { model: golden('LOGGED_MODEL_READY') }])
    expect(await send('PATCH', `${base}/${id}/tags`, { tags: [{ key: 'x', value: 'y' }] })).toEqual([200, {}])
    expect(await send('DELETE', `${base}/${id}/tags/x`)).toEqual([200, {}])
    expect(await send('DELETE', `${base}/${id}/tags/x`)).toEqual([404, refusal(`No tag with key 'x' found for model with ID '${id}'.`, 'RESOURCE_DOES_NOT_EXIST')])
    expect(await send('POST', `${base}/${id}/params`, { params: [{ key: 'n', value: '1' }] })).toEqual([400, missing('model_id')])
    expect(await send('POST', `${base}/search`, { experiment_ids: [experiment.id], max_results: 1 })).toEqual([200, { models: [golden('LOGGED_MODEL_READY')] }])
    expect(await send('POST', `${base}/search`, {})).toEqual([400, missing('experiment_ids')])
    expect((await send('POST', `${base}/search`, { experiment_ids: [experiment.id], filter: "foo = 'a'" }))[0]).toBe(400) // MLflow: 500
    expect(await send('POST', `${base}/search`, { experiment_ids: [experiment.id], order_by: [{ field_name: 'name', ascending: true }] })).toEqual([200, { models: [golden('LOGGED_MODEL_READY')] }])
    expect(await send('DELETE', `${base}/${id}`)).toEqual([200, {}])
    expect(await send('GET', `${base}/${id}`)).toEqual([404, refusal(`Logged model with ID '${id}' not found.`, 'RESOURCE_DOES_NOT_EXIST')])
    expect((await send('GET', `${base}/${id}?allow_deleted=true`))[0]).toBe(200)
    expect((await send('DELETE', `${base}/${id}`))[0]).toBe(200)
    expect((await send('POST', `${base}/search`, { experiment_ids: [experiment.id] }))[1]).toEqual({})
  })

  it('get a name where none was given, and the whole answer where nothing else was', async () => {
    const experiment = bench.newExperiment(bench.other)
    const model = await create({ experiment_id: experiment.id })
    expect(model.info.name).toMatch(/^[a-z]+-[a-z]+-\d+$/)
    expect(model).toMatchObject({ info: { model_type: '', source_run_id: '' }, data: {} })
    expect(model.info).not.toHaveProperty('tags')
  })

  it('are refused in experiments that are missing or deleted', async () => {
    const experiment = bench.newExperiment(bench.other)
    experiment.active = false
    expect(await call('POST', base, { experiment_id: experiment.id })).toMatchObject([
      400,
      { error_code: 'INVALID_PARAMETER_VALUE', message: `The experiment ${experiment.id} must be in the 'active' state. Current state is deleted.` },
    ])
    expect((await call('POST', base, { experiment_id: '123' }))[0]).toBe(404)
  })

  it('take params once: the same again is well, another value is not, and then nothing is added', async () => {
    const experiment = bench.newExperiment(bench.other)
    const { info } = await create({ experiment_id: experiment.id, params: [{ key: 'a', value: '1' }] })
    const log = (...params: object[]) => call('POST', `${base}/${info.model_id}/params`, { model_id: info.model_id, params })
    expect((await log({ key: 'a', value: '1' }, { key: 'b', value: '2' }))[0]).toBe(200)
    expect((await log({ key: 'c', value: '3' }, { key: 'a', value: '9' }))[0]).toBe(400)
    const [, got] = await call('GET', `${base}/${info.model_id}`)
    expect((got['model'] as WireModel).data.params).toEqual([
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ])
  })

  it('refuse what PostgreSQL cannot keep with 400, never 500', async () => {
    const experiment = bench.newExperiment(bench.other)
    for (const body of [{ name: 'a\u0000' }, { model_type: '\ud800' }, { tags: [{ key: 'k\u0000', value: 'v' }] }, { params: [{ key: 'k', value: '\u0000' }] }, { source_run_id: '\u0000' }]) {
      expect((await call('POST', base, { experiment_id: experiment.id, ...body }))[0]).toBe(400)
    }
    const { info } = await create({ experiment_id: experiment.id })
    for (const body of [
      { filter: "name = '\u0000'" },
      { experiment_ids: ['\u0000'] },
      { order_by: [{ field_name: 'metrics.\u0000' }] },
      { datasets: [{ dataset_name: '\u0000' }] },
      { max_results: -1 },
    ]) {
      expect((await call('POST', `${base}/search`, { experiment_ids: [experiment.id], ...body }))[0]).toBe(400)
    }
    expect((await call('DELETE', `${base}/${info.model_id}/tags/%00`))[0]).toBe(400)
    for (const id of ['m-%00', 'm-%ED%A0%80', '..%2F..%2Fx', 'x'.repeat(90)]) {
      const answer = await bench.send('viewer', bench.other, 'GET', `${base}/${id}`)
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
    }
  })

  it('live in their project alone', async () => {
    const experiment = bench.newExperiment(bench.other)
    const { info } = await create({ experiment_id: experiment.id, name: 'hidden' })
    const path = `${base}/${info.model_id}`
    for (const [method, url, body] of [
      ['GET', path],
      ['PATCH', path, { model_id: info.model_id, status: 'LOGGED_MODEL_READY' }],
      ['DELETE', path],
      ['PATCH', `${path}/tags`, { tags: [] }],
      ['DELETE', `${path}/tags/x`],
      ['POST', `${path}/params`, { model_id: info.model_id }],
      ['GET', `${path}/artifacts/directories`],
    ] as const) {
      expect((await call(method, url, body, 'owner', bench.defaultProject))[0]).toBe(404)
    }
    expect((await call('POST', `${base}/search`, { experiment_ids: [experiment.id] }, 'owner', bench.defaultProject))[1]).toEqual({})
  })

  it('are read by viewers and changed by contributors; deleted by their makers and maintainers', async () => {
    const experiment = bench.newExperiment(bench.other)
    const { info } = await create({ experiment_id: experiment.id })
    const path = `${base}/${info.model_id}`
    expect((await call('GET', path, undefined, 'viewer'))[0]).toBe(200)
    for (const [method, url, body] of [
      ['POST', base, { experiment_id: experiment.id }],
      ['PATCH', path, { model_id: info.model_id, status: 'LOGGED_MODEL_READY' }],
      ['DELETE', path],
      ['PATCH', `${path}/tags`, { tags: [] }],
    ] as const)
      expect((await call(method, url, body, 'viewer'))[0]).toBe(403)
    const byOwner = await bench.send('owner', bench.other, 'POST', base, { body: { experiment_id: experiment.id } })
    const theirs = (byOwner.json()['model'] as WireModel).info.model_id
    expect((await call('DELETE', `${base}/${theirs}`))[0]).toBe(403)
    expect((await call('DELETE', path))[0]).toBe(200)
  })
})

describe('files of a logged model', () => {
  it('are uploaded through the proxy, listed by folder and downloaded by path', async () => {
    const experiment = bench.newExperiment(bench.other)
    const { info } = await create({ experiment_id: experiment.id })
    const root = `${experiment.id}/models/${info.model_id}/artifacts`
    for (const file of ['MLmodel', 'code/a.py', 'code/b.py'])
      expect((await bench.send('contributor', bench.other, 'PUT', `/api/2.0/mlflow-artifacts/artifacts/workspaces/p1/${root}/${file}`, { body: file })).status).toBe(200)
    const uri = `mlflow-artifacts:/workspaces/p1/${root}`
    expect(await call('GET', `${base}/${info.model_id}/artifacts/directories`)).toEqual([
      200,
      {
        root_uri: uri,
        files: [
          { path: 'MLmodel', is_dir: false, file_size: 7 },
          { path: 'code', is_dir: true },
        ],
      },
    ])
    expect(await call('GET', `${base}/${info.model_id}/artifacts/directories?artifact_directory_path=code`)).toEqual([
      200,
      {
        root_uri: uri,
        files: [
          { path: 'code/a.py', is_dir: false, file_size: 9 },
          { path: 'code/b.py', is_dir: false, file_size: 9 },
        ],
      },
    ])
    const files = `/ajax-api/2.0/mlflow/logged-models/${info.model_id}/artifacts/files`
    expect((await bench.send('viewer', bench.other, 'GET', `${files}?artifact_file_path=code/a.py`)).text).toBe('code/a.py')
    expect((await bench.send('viewer', bench.other, 'GET', files)).json()).toMatchObject({ error_code: 'BAD_REQUEST', message: 'Request must include the "artifact_file_path" query parameter.' })
    expect((await bench.send('viewer', bench.other, 'GET', `${files}?artifact_file_path=../x`)).status).toBe(400)
    expect((await bench.send('viewer', bench.other, 'GET', `/api/2.0/mlflow-artifacts/artifacts/1/models/${info.model_id}/artifacts/MLmodel`)).status).toBe(404)
    await call('DELETE', `${base}/${info.model_id}`)
    expect((await bench.send('viewer', bench.other, 'GET', `${files}?artifact_file_path=MLmodel`)).status).toBe(404)
  })
})

describe('a search', () => {
  let experiment: { id: string }
  const search = async (body: object): Promise<string[]> => {
    const [status, answer] = await call('POST', `${base}/search`, { experiment_ids: [experiment.id], ...body })
    expect(status, JSON.stringify(answer)).toBe(200)
    return ((answer['models'] ?? []) as WireModel[]).map(({ info }) => info.name)
  }
  beforeAll(async () => {
    experiment = bench.newExperiment(bench.other)
    const scope = bench.scope(bench.other, 'contributor')
    for (const [name, type, lr, accuracy] of [
      ['a', 'x', '0.1', 0.5],
      ['b', 'y', '0.2', 0.9],
      ['c', 'x', '0.1', Number.NaN],
      ['d', '', '0.3', undefined],
    ] as const) {
      const { info } = await create({ experiment_id: experiment.id, name, model_type: type, params: [{ key: 'lr', value: lr }], tags: [{ key: 'team', value: `Team ${name}` }] })
      if (name === 'b') await call('PATCH', `${base}/${info.model_id}`, { model_id: info.model_id, status: 'LOGGED_MODEL_READY' })
      if (accuracy === undefined) continue
      const run = bench.newRun(bench.other)
      const point = { key: 'acc', step: 1, timestamp: 10, value: accuracy, modelId: info.model_id }
      await bench.half.services.loggedModels.recordMetrics(scope, run.id, [
        point,
        ...(name === 'c' ? [{ ...point, key: 'f1' }] : []),
        { ...point, key: 'acc', step: 0, value: 0.99, datasetName: 'train', datasetDigest: name },
        { key: 'of the run only', step: 0, timestamp: 0, value: 1 },
      ])
      await bench.half.services.loggedModels.recordMetrics(scope, run.id, [point])
    }
  })

  it('finds by attributes, tags, params and metrics', async () => {
    const found = async (filter: string) => (await search({ filter })).sort().join('')
    expect(await found("name = 'a'")).toBe('a')
    expect(await found("name IN ('a', 'c')")).toBe('ac')
    expect(await found("model_type = 'x' AND params.lr = '0.1'")).toBe('ac')
    expect(await found("params.lr != '0.1'")).toBe('bd')
    expect(await found("metrics.acc > 0.1 AND params.lr = 0.2 AND name LIKE '%'")).toBe('b')
    expect(await found("tags.team LIKE 'Team%' AND tags.team ILIKE '%D'")).toBe('d')
    expect(await found("status = 'READY'")).toBe('b')
    expect(await found("status = 'LOGGED_MODEL_READY'")).toBe('b')
    expect(await found('creation_timestamp > 0 AND last_updated_timestamp > 1e3')).toBe('abcd')
    expect(await found('creation_time < 5')).toBe('')
    expect(await found('metrics.acc > 0.6')).toBe('abc') // each was measured at 0.99 on train
    expect(await found('metrics.acc < 0.6')).toBe('a')
    expect(await found('metrics.f1 > 0')).toBe('') // NaN is not more than anything
    expect(await found('metrics.f1 != 0')).toBe('c')
    expect(await found("tags.`team` = 'Team a'")).toBe('a')
  })

  it('narrows metrics to datasets, and finds what was measured on one', async () => {
    expect((await search({ filter: 'metrics.acc > 0.6', datasets: [{ dataset_name: 'train', dataset_digest: 'a' }] })).join('')).toBe('a')
    expect((await search({ datasets: [{ dataset_name: 'train' }] })).sort().join('')).toBe('abc')
    expect((await search({ datasets: [{ dataset_name: 'test' }] })).join('')).toBe('')
    expect((await call('POST', `${base}/search`, { experiment_ids: [experiment.id], datasets: [{ dataset_digest: 'a' }] }))[0]).toBe(400)
  })

  it('orders by attributes and metrics, with missing values and NaN last', async () => {
    expect((await search({})).join('')).toBe('dcba')
    expect((await search({ order_by: [{ field_name: 'name' }] })).join('')).toBe('abcd')
    expect((await search({ order_by: [{ field_name: 'metrics.acc', ascending: false }] })).join('').slice(0, 2)).toBe('ba')
    expect((await search({ order_by: [{ field_name: 'metrics.acc', ascending: true }] })).join('').slice(0, 2)).toBe('ab')
    expect((await search({ order_by: [{ field_name: 'metrics.acc', ascending: true, dataset_name: 'train', dataset_digest: 'c' }] }))[0]).toBe('c')
    for (const field_name of ['foo', 'params.lr', 'constructor']) expect((await call('POST', `${base}/search`, { experiment_ids: [experiment.id], order_by: [{ field_name }] }))[0]).toBe(400)
  })

  it('pages with a token that is good for the same search only', async () => {
    const order_by = [{ field_name: 'name', ascending: true }]
    const [, first] = await call('POST', `${base}/search`, { experiment_ids: [experiment.id], max_results: 3, order_by })
    const token = first['next_page_token']
    expect((first['models'] as WireModel[]).map(({ info }) => info.name)).toEqual(['a', 'b', 'c'])
    const [, second] = await call('POST', `${base}/search`, { experiment_ids: [experiment.id], max_results: 3, order_by, page_token: token })
    expect((second['models'] as WireModel[]).map(({ info }) => info.name)).toEqual(['d'])
    expect(second).not.toHaveProperty('next_page_token')
    for (const other of [{ order_by: [] }, { order_by, filter: "name = 'a'" }, { order_by, experiment_ids: ['1'] }]) {
      expect((await call('POST', `${base}/search`, { experiment_ids: [experiment.id], page_token: token, ...other }))[0]).toBe(400)
    }
    for (const page_token of ['@@@', 'YWJj', Buffer.from('{"offset":-1}').toString('base64')])
      expect((await call('POST', `${base}/search`, { experiment_ids: [experiment.id], page_token }))[0]).toBe(400)
  })

  it('never takes text of a caller for SQL', async () => {
    for (const filter of ["params.`a' OR true --` = 'x'", "tags.\"k') OR true --\" = 'x'", "name = 'x\\' OR true --'", "metrics.`x' OR 1=1` > 0"]) {
      const [status, answer] = await call('POST', `${base}/search`, { experiment_ids: [experiment.id], filter })
      expect([200, 400]).toContain(status)
      expect(answer).not.toHaveProperty('models')
    }
    await call('POST', `${base}/search`, { experiment_ids: [experiment.id], order_by: [{ field_name: "metrics.a' ; DROP TABLE logged_model --" }] })
    expect((await search({})).join('')).toBe('dcba')
  })
})

describe('metrics of a model', () => {
  it('come back exactly, each point once', async () => {
    const experiment = bench.newExperiment(bench.other)
    const run = bench.newRun(bench.other)
    const { info } = await create({ experiment_id: experiment.id })
    const scope = bench.scope(bench.other, 'contributor')
    const points = [
      { key: 'm', step: 2n ** 62n, timestamp: 1, value: 0.1 },
      { key: 'm', step: 3, timestamp: 1, value: Number.NaN },
      { key: 'n', step: -1, timestamp: 2, value: Number.POSITIVE_INFINITY, datasetName: 'd', datasetDigest: 'g' },
    ].map((p) => ({ ...p, modelId: info.model_id }))
    for (let i = 0; i < 2; i++) await bench.half.services.loggedModels.recordMetrics(scope, run.id, points)
    const { text } = await bench.send('viewer', bench.other, 'GET', `${base}/${info.model_id}`)
    expect(text).toContain('"step":4611686018427387904')
    const ids = { run_id: run.id, model_id: info.model_id }
    expect(JSON.parse(text).model.data.metrics).toEqual([
      { key: 'm', value: 'NaN', timestamp: 1, step: 3, ...ids },
      { key: 'm', value: 0.1, timestamp: 1, step: 2 ** 62, ...ids },
      { key: 'n', value: Number.MAX_VALUE, timestamp: 2, step: -1, dataset_name: 'd', dataset_digest: 'g', ...ids },
    ])
  })

  it('are refused for models of another project', async () => {
    const experiment = bench.newExperiment(bench.other)
    const { info } = await create({ experiment_id: experiment.id })
    const record = bench.half.services.loggedModels.recordMetrics(bench.scope(bench.defaultProject, 'owner'), 'r', [{ key: 'm', step: 0, timestamp: 0, value: 1, modelId: info.model_id }])
    await expect(record).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
