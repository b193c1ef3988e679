/** Evaluation datasets and scorers over HTTP: merging, paging, versions, who may, and another project. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Method } from '#shared/rest/route.ts'
import { dig, startTraceBench, type Reply, type TraceBench, type Who } from '#tracking/rest/trace-testing.ts'

let bench: TraceBench
let experiment: string
beforeAll(async () => {
  bench = await startTraceBench()
  experiment = await bench.newExperiment()
})
afterAll(() => bench.close())

const v3 = '/api/3.0/mlflow'
const create = async (body: object, who: Who = 'contributor'): Promise<string> => String(dig((await bench.send(who, 'POST', `${v3}/datasets/create`, { body })).body, 'dataset.dataset_id'))
const upsert = (id: string, records: unknown, who: Who = 'contributor'): Promise<Reply> =>
  bench.send(who, 'POST', `${v3}/datasets/${id}/records`, { body: { records: typeof records === 'string' ? records : JSON.stringify(records) } })
const records = async (id: string, query = ''): Promise<{ list: Record<string, unknown>[]; token: unknown }> => {
  const { body } = await bench.send('viewer', 'GET', `${v3}/datasets/${id}/records${query}`)
  return { list: JSON.parse(String(dig(body, 'records'))), token: dig(body, 'next_page_token') }
}
const dataset = async (id: string): Promise<unknown> => dig((await bench.send('viewer', 'GET', `${v3}/datasets/${id}`)).body, 'dataset')

describe('records', () => {
  it('with equal inputs are one: later words win, the rest stays', async () => {
    const id = await create({ name: 'merge' })
    const first = [
      { inputs: { q: 1, z: 's' }, expectations: { a: 2.5 }, tags: { 'mlflow.user': 'me', t: '1' }, source: { source_type: 'TRACE', source_data: { trace_id: 'tr-1' } } },
      { inputs: { q: 2 }, outputs: { o: [1] } },
      { inputs: { z: 's', q: 1 }, outputs: { p: null }, expectations: { b: true } },
    ]
    expect((await upsert(id, first)).body).toEqual({ inserted_count: 2, updated_count: 1 })
    // 2 and 2.0 are two things to Python, so they are to us.
    expect((await upsert(id, '[{"inputs": {"q": 2.0}}]')).body).toEqual({ inserted_count: 1, updated_count: 0 })
    const { list } = await records(id)
    expect(list).toMatchObject([
      { inputs: { q: 1, z: 's' }, expectations: { a: 2.5, b: true }, outputs: { p: null }, tags: { 'mlflow.user': 'me', t: '1' }, source_id: 'tr-1', source_type: 'TRACE', created_by: 'me' },
      { inputs: { q: 2 }, outputs: { o: [1] } },
      { inputs: { q: 2 }, outputs: {} },
    ])
    const found = await dataset(id)
    expect(dig(found, 'profile')).toBe('{"num_records": 3}')
    expect(dig(found, 'schema')).toBe('{"inputs": {"q": "integer", "z": "string"}, "outputs": {"o": "array", "p": "null"}, "expectations": {"a": "float", "b": "boolean"}, "version": "1.0"}')
  })
  it('of many writers at once are each stored once', async () => {
    const id = await create({ name: 'crowd' })
    const replies = await Promise.all(Array.from({ length: 10 }, (_, i) => upsert(id, [{ inputs: { shared: true } }, { inputs: { i } }])))
    expect(replies.reduce((sum, { body }) => sum + Number(dig(body, 'inserted_count')), 0)).toBe(11)
    expect((await records(id)).list).toHaveLength(11)
    expect(dig(await dataset(id), 'profile')).toBe('{"num_records": 11}')
  })
  it('come page by page, in the order in which they came', async () => {
    const id = await create({ name: 'pages' })
    await upsert(
      id,
      Array.from({ length: 7 }, (_, i) => ({ inputs: { i } })),
    )
    const seen: unknown[] = []
    for (let query = '?max_results=3'; ; ) {
      const { list, token } = await records(id, query)
      seen.push(...list.map((record) => dig(record, 'inputs.i')))
      if (token === undefined) break
      query = `?max_results=3&page_token=${encodeURIComponent(String(token))}`
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6])
    for (const query of ['?page_token=%40%40', `?page_token=${Buffer.from('1:../x').toString('base64')}`, '?max_results=-1', '?max_results=99999999'])
      expect([query, (await bench.send('viewer', 'GET', `${v3}/datasets/${id}/records${query}`)).status]).toEqual([query, 400])
  })
  it('go one by one, and only those of this dataset', async () => {
    const [id, other] = [await create({ name: 'go' }), await create({ name: 'stay' })]
    await upsert(id, [{ inputs: { a: 1 } }, { inputs: { a: 2 } }])
    await upsert(other, [{ inputs: { a: 1 } }])
    const ids = [(await records(id)).list[0], (await records(other)).list[0]].map((record) => dig(record, 'dataset_record_id'))
    const remove = (): Promise<Reply> => bench.send('contributor', 'DELETE', `${v3}/datasets/${id}/records`, { body: { dataset_record_ids: [...ids, '../x'] } })
    expect([(await remove()).body, (await remove()).body]).toEqual([{ deleted_count: 1 }, { deleted_count: 0 }])
    expect([(await records(id)).list.length, (await records(other)).list.length]).toEqual([1, 1])
  })
  it.each(['x', '{"a": 1}', '[1]', '[{"inputs": [1]}]', '[{"inputs": {"k": 1}, "source": {"source_type": "NOPE"}}]', `[{"inputs": {"k": ${'9'.repeat(500)}}}]`, `[{"inputs": {"k": 1e400}}]`])(
    'are refused: %s',
    async (text) => {
      expect((await upsert(await create({ name: 'refused' }), text)).status).toBe(400)
    },
  )
  it('keep NUL and keys like __proto__ harmless', async () => {
    const id = await create({ name: 'strange' })
    expect((await upsert(id, '[{"inputs": {"__proto__": {"x": 1}, "k": "\\u0000"}}]')).status).toBe(200)
    expect(JSON.stringify((await records(id)).list)).toContain('"__proto__":{"x":1}')
  })
})

describe('evaluation datasets', () => {
  it('are found by name, words, times and experiment, page by page', async () => {
    const own = await bench.newExperiment()
    for (const [i, name] of ['alpha', 'beta', 'Alpine'].entries()) await create({ name, experiment_ids: [own], tags: JSON.stringify({ n: String(i), 'mlflow.user': 'ada' }) })
    const search = async (body: object): Promise<unknown[]> => {
      const reply = await bench.send('viewer', 'POST', `${v3}/datasets/search`, { body: { experiment_ids: [own], order_by: ['name'], ...body } })
      expect(reply.status).toBe(200)
      const found = dig(reply.body, 'datasets')
      return Array.isArray(found) ? found.map((d) => dig(d, 'name')) : []
    }
    expect(await search({})).toEqual(['Alpine', 'alpha', 'beta'])
    expect(await search({ filter_string: "name LIKE 'al%'" })).toEqual(['alpha'])
    expect(await search({ filter_string: "name ILIKE 'al%' AND tags.n = '2'" })).toEqual(['Alpine'])
    expect(await search({ filter_string: "name IN ('beta', 'none')" })).toEqual(['beta'])
    expect(await search({ filter_string: "created_by = 'ada' AND created_time > 5 AND last_update_time < 99999999999999" })).toHaveLength(3)
    const page = await bench.send('viewer', 'GET', `${v3}/datasets/search?experiment_ids=${own}&max_results=2&order_by=name`)
    const next = await bench.send(
      'viewer',
      'GET',
      `${v3}/datasets/search?experiment_ids=${own}&max_results=2&order_by=name&page_token=${encodeURIComponent(String(dig(page.body, 'next_page_token')))}`,
    )
    expect([dig(next.body, 'datasets.0.name'), dig(next.body, 'next_page_token')]).toEqual(['beta', undefined])
    for (const filter of ["name NOT IN ('a')", "tag.n = '1'", 'tags.n IS NULL', "created_time > 'x'", 'created_time > 5.5', "created_by IN ('u')", "name = 'a' OR name = 'b'"]) {
      const reply = await bench.send('viewer', 'POST', `${v3}/datasets/search`, { body: { filter_string: filter } })
      expect([filter, reply.status]).toEqual([filter, 400])
    }
  })
  it('belong to experiments of the project only', async () => {
    const id = await create({ name: 'belongs' })
    const theirs = await bench.newExperiment(bench.other)
    const change = (verb: string, ids: readonly string[]): Promise<Reply> => bench.send('contributor', 'POST', `${v3}/datasets/${id}/${verb}-experiments`, { body: { experiment_ids: ids } })
    const ids = async (): Promise<unknown> => (await bench.send('viewer', 'GET', `${v3}/datasets/${id}/experiment-ids`)).body
    expect(await change('add', [experiment, '0'])).toMatchObject({ status: 200 })
    expect((await change('add', [theirs])).body).toMatchObject({ error_code: 'RESOURCE_DOES_NOT_EXIST', message: `No Experiment with id=${theirs}` })
    expect(await ids()).toEqual({ experiment_ids: [experiment, '0'] })
    await change('remove', [experiment, theirs])
    expect(await ids()).toEqual({ experiment_ids: ['0'] })
  })
  it('have tags that come and go', async () => {
    const id = await create({ name: 'tagged', tags: '{"a": "b"}' })
    await bench.send('contributor', 'PATCH', `${v3}/datasets/${id}/tags`, { body: { tags: '{"x": 1, "n": null}' } })
    await bench.send('contributor', 'DELETE', `${v3}/datasets/${id}/tags/a`)
    expect(dig(await dataset(id), 'tags')).toBe('{"x": "1"}')
    expect((await bench.send('contributor', 'PATCH', `${v3}/datasets/${id}/tags`, { body: { tags: 'x' } })).status).toBe(400)
  })
})

/** Every way to reach one evaluation dataset by its id. */
const ways: Readonly<Record<string, readonly [method: Method, path: string, body?: object]>> = {
  get: ['GET', '/datasets/ID'],
  experimentIds: ['GET', '/datasets/ID/experiment-ids'],
  records: ['GET', '/datasets/ID/records'],
  setTags: ['PATCH', '/datasets/ID/tags', { tags: '{}' }],
  upsert: ['POST', '/datasets/ID/records', { records: '[]' }],
  deleteRecords: ['DELETE', '/datasets/ID/records', { dataset_record_ids: [] }],
  add: ['POST', '/datasets/ID/add-experiments', { experiment_ids: [] }],
  remove: ['POST', '/datasets/ID/remove-experiments', { experiment_ids: [] }],
}

describe('who may', () => {
  let id: string
  const use = ([method, path, body]: readonly [Method, string, object?], who: Who, project = bench.project): Promise<Reply> =>
    bench.send(who, method, v3 + path.replace('ID', id), { project, ...(body ? { body } : {}) })
  beforeAll(async () => {
    id = await create({ name: 'guarded' }, 'owner')
    await bench.send('owner', 'POST', `${v3}/scorers/register`, { body: { experiment_id: experiment, name: 'guarded', serialized_scorer: '{}' } })
  })
  it.each(Object.entries(ways))('the owner of another project does not find the dataset: %s', async (_, way) => {
    expect((await use(way, 'owner', bench.other)).status).toBe(404)
  })
  it.each([
    ...Object.entries(ways).filter(([, [method]]) => method !== 'GET'),
    ['create', ['POST', '/datasets/create', { name: 'x' }]] as const,
    ['delete', ['DELETE', '/datasets/ID']] as const,
    ['deleteTag', ['DELETE', '/datasets/ID/tags/a']] as const,
  ])('a viewer may not: %s', async (_, way) => {
    expect((await use(way, 'viewer')).status).toBe(403)
  })
  it('another project neither lists nor deletes them', async () => {
    expect((await bench.send('owner', 'POST', `${v3}/datasets/search`, { project: bench.other, body: {} })).body).toEqual({})
    expect((await use(['DELETE', '/datasets/ID'], 'owner', bench.other)).status).toBe(200)
    expect((await use(['GET', '/datasets/ID'], 'viewer')).status).toBe(200)
    expect((await bench.send('owner', 'GET', `${v3}/scorers/list`, { project: bench.other })).body).toEqual({})
    expect((await bench.send('owner', 'GET', `${v3}/scorers/get?experiment_id=${experiment}&name=guarded`, { project: bench.other })).status).toBe(404)
  })
  it("a contributor deletes their own and nobody else's", async () => {
    expect((await use(['DELETE', '/datasets/ID'], 'bob')).status).toBe(403)
    expect((await bench.send('bob', 'DELETE', `${v3}/scorers/delete`, { body: { experiment_id: experiment, name: 'guarded' } })).status).toBe(403)
    const mine = await create({ name: 'mine' }, 'bob')
    expect((await bench.send('bob', 'DELETE', `${v3}/datasets/${mine}`)).status).toBe(200)
  })
  it('ids are never paths', async () => {
    for (const url of [`${v3}/datasets/..%2F..%2Fetc`, `${v3}/datasets/a%2Fb/records`]) expect([url, (await bench.send('owner', 'GET', url)).status]).toEqual([url, 400])
  })
})

describe('scorers', () => {
  const register = (serialized: string, name = 'judge', who: Who = 'contributor'): Promise<Reply> =>
    bench.send(who, 'POST', `${v3}/scorers/register`, { body: { experiment_id: experiment, name, serialized_scorer: serialized } })
  const get = (query: string): Promise<Reply> => bench.send('viewer', 'GET', `${v3}/scorers/${query}experiment_id=${experiment}&name=judge`)
  const remove = (body: object = {}): Promise<Reply> => bench.send('maintainer', 'DELETE', `${v3}/scorers/delete`, { body: { experiment_id: experiment, name: 'judge', ...body } })

  it('are numbered without gaps by many at once, and a number is never given twice', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, (_, i) => register(`{"a": ${i}}`)))
    expect(replies.map(({ body }) => Number(dig(body, 'version'))).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(new Set(replies.map(({ body }) => dig(body, 'scorer_id'))).size).toBe(1)
    expect((await remove({ version: 8 })).body).toEqual({})
    expect(dig((await get('get?')).body, 'scorer.scorer_version')).toBe(7)
    expect(dig((await register('{}')).body, 'version')).toBe(9)
    expect((await get('get?version=8&')).body).toMatchObject({ message: `Scorer with name 'judge' and version 8 not found for experiment ${experiment}.` })
    expect(dig((await get('versions?')).body, 'scorers')).toHaveLength(8)
    await remove()
    expect((await get('versions?')).status).toBe(404)
    expect((await remove()).status).toBe(404)
  })
  it('show an experiment only where it fits the int32 of the proto', async () => {
    await register('{}')
    expect(dig((await get('get?')).body, 'scorer.experiment_id')).toBeUndefined()
    await bench.send('contributor', 'POST', `${v3}/scorers/register`, { body: { experiment_id: '0', name: 'default', serialized_scorer: '{}' } })
    expect(dig((await bench.send('viewer', 'GET', `${v3}/scorers/get?experiment_id=0&name=default`)).body, 'scorer.experiment_id')).toBe(0)
  })
  it.each(['x', '[]', 'null', '{"call_source": "import os"}', '{"ensemble": [{"inner": {"call_source": "x"}}]}'])('are refused: %s', async (serialized) => {
    expect((await register(serialized, 'refused')).status).toBe(400)
  })
  it('have no life on the server', async () => {
    expect((await bench.send('viewer', 'GET', `${v3}/scorers/online-configs?scorer_ids=x`)).body).toEqual({ configs: [] })
    expect((await bench.send('owner', 'PUT', `${v3}/scorers/online-config`, { body: {} })).status).toBe(501)
    expect((await register('{}', 'x', 'viewer')).status).toBe(403)
  })
})
