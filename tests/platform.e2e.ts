/** The same suite against both topologies: a day of the platform through its public door. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Person } from '../examples/demo/person.ts'
import { makePeople, type Cast } from './harness/people.ts'
import { startPlatform, topologies, type Platform } from './harness/platform.ts'

interface Wire {
  readonly status: number
  readonly body: Record<string, unknown>
}
const mlflow = async (person: Person, method: string, path: string, body?: object): Promise<Wire> => {
  const answer = await person.rest(method, `/p/p1/api/2.0/mlflow/${path}`, body)
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> } // every answer of this family is an object
}
/** An error with its ids taken out, to compare what is missing with what is hidden. */
const anonymised = ({ status, body }: Wire, ...ids: string[]) => ({ status, body: ids.reduce((text, id) => text.replaceAll(id, '<id>'), JSON.stringify(body)) })

describe.each(topologies)('the %s platform', (topology) => {
  let platform: Platform
  let people: Cast
  let experiment: string
  let run: string

  beforeAll(async () => {
    platform = await startPlatform(topology)
    people = await makePeople(platform.admin)
    experiment = String((await mlflow(people.bob, 'POST', 'experiments/create', { name: 'daily' })).body['experiment_id'])
    const created = await mlflow(people.bob, 'POST', 'runs/create', { experiment_id: experiment, run_name: 'r', start_time: Date.now() })
    run = (created.body as { run: { info: { run_id: string } } }).run.info.run_id // MLflow's shape, checked by the conformance run
    await mlflow(people.bob, 'POST', 'runs/log-batch', { run_id: run, metrics: [{ key: 'acc', value: 0.9, timestamp: 1, step: 1 }], params: [{ key: 'lr', value: '0.1' }] })
  })
  afterAll(() => platform?.stop())

  it('is ready, every part of it', async () => {
    const answer = await fetch(`${platform.url}/health/ready`)
    const { services } = (await answer.json()) as { services: { service: string; ok: boolean }[] } // our own endpoint
    expect(answer.status).toBe(200)
    expect(services.map((s) => s.service).sort()).toEqual(expect.arrayContaining(['datasets', 'gateway', 'identity', 'registry', 'tracking']))
    expect(services.filter((s) => !s.ok)).toEqual([])
    const { platform: graph } = await platform.admin.graph<{ platform: { services: { name: string; status: string }[] } }>('{ platform { services { name status } } }')
    expect(graph.services.filter((s) => s.status !== 'HEALTHY')).toEqual([])
  })

  it('shows one run to every member, by REST and in the graph', async () => {
    for (const person of [people.alice, people.bob, people.vera]) {
      expect((await mlflow(person, 'GET', `runs/get?run_id=${run}`)).status).toBe(200)
      const { project } = await person.graph<{ project: { run: { name: string; metrics: { key: string; value: number }[]; params: { key: string; value: string }[]; experiment: { name: string } } } }>(
        'query R($p: String!, $id: ID!) { project(name: $p) { run(id: $id) { name metrics { key value } params { key value } experiment { name } } } }',
        { p: 'p1', id: run },
      )
      expect(project.run).toEqual({ name: 'r', metrics: [{ key: 'acc', value: 0.9 }], params: [{ key: 'lr', value: '0.1' }], experiment: { name: 'daily' } })
    }
  })

  it('refuses a viewer’s writes and leaves nothing behind', async () => {
    const before = await mlflow(people.bob, 'GET', `runs/get?run_id=${run}`)
    for (const [path, body] of [
      ['runs/log-metric', { run_id: run, key: 'm', value: 1, timestamp: 1 }],
      ['runs/delete', { run_id: run }],
      ['experiments/create', { name: 'no' }],
      ['runs/set-tag', { run_id: run, key: 'a', value: 'b' }],
    ] as const) {
      const answer = await mlflow(people.vera, 'POST', path, body)
      expect([path, answer.status, answer.body['error_code']]).toEqual([path, 403, 'PERMISSION_DENIED'])
    }
    expect(await mlflow(people.bob, 'GET', `runs/get?run_id=${run}`)).toEqual(before)
    expect(await people.vera.graphErrors('mutation M($input: CreateExperimentInput!) { createExperiment(input: $input) { __typename } }', { input: { project: 'p1', name: 'no' } })).toContain(
      'FORBIDDEN',
    )
  })

  it('answers strangers as if nothing were there', async () => {
    const missing = 'f'.repeat(32)
    expect(anonymised(await mlflow(people.mallory, 'GET', `runs/get?run_id=${run}`), run)).toEqual(anonymised(await mlflow(people.mallory, 'GET', `runs/get?run_id=${missing}`), missing))
    expect((await mlflow(people.mallory, 'GET', `runs/get?run_id=${run}`)).status).toBe(404)
    expect((await mlflow(people.anonymous, 'GET', `runs/get?run_id=${run}`)).status).toBe(401)
    const ask = (name: string) => people.mallory.rest('POST', '/graphql', { query: 'query P($n: String!) { project(name: $n) { title } }', variables: { n: name } })
    const [hidden, absent] = await Promise.all([ask('p1'), ask('pX')])
    expect(hidden.status).toBe(absent.status)
    expect((await hidden.text()).replaceAll('p1', '<n>')).toBe((await absent.text()).replaceAll('pX', '<n>'))
  })

  it('does not know an id of another project, even for who may read it there', async () => {
    const inP1 = await people.alice.rest('GET', `/p/p1/api/2.0/mlflow/runs/get?run_id=${run}`)
    const inP2 = await people.alice.rest('GET', `/p/p2/api/2.0/mlflow/runs/get?run_id=${run}`)
    expect([inP1.status, inP2.status]).toEqual([200, 404])
    const { project } = await people.alice.graph<{ project: { run: unknown } }>('query R($id: ID!) { project(name: "p2") { run(id: $id) { id } } }', { id: run })
    expect(project.run).toBeNull()
  })

  it('finds the project by prefix, header, token and only membership, and refuses two that differ', async () => {
    const header = (project: string, prefix = '') =>
      fetch(`${platform.url}${prefix}/api/2.0/mlflow/runs/get?run_id=${run}`, { headers: { authorization: `Bearer ${people.tokens.alice}`, 'x-mlflow-workspace': project } })
    expect((await header('p1')).status).toBe(200)
    expect((await header('p2')).status).toBe(404)
    expect((await header('p2', '/p/p1')).status).toBe(400)
    const bound = await fetch(`${platform.url}/api/2.0/mlflow/runs/get?run_id=${run}`, { headers: { authorization: `Bearer ${people.tokens.vera}` } })
    expect(bound.status).toBe(200) // p1 is vera's only membership
  })

  it('ends a revoked membership for writes at once', async () => {
    await people.alice.setMember('p1', 'vera', 'CONTRIBUTOR')
    expect((await mlflow(people.vera, 'POST', 'runs/set-tag', { run_id: run, key: 'by', value: 'vera' })).status).toBe(200)
    await people.alice.setMember('p1', 'vera', 'VIEWER')
    expect((await mlflow(people.vera, 'POST', 'runs/set-tag', { run_id: run, key: 'by', value: 'again' })).status).toBe(403)
  })

  it('keeps files of a run: upload, list, range, and no path out of it', async () => {
    const root = `/p/p1/api/2.0/mlflow-artifacts/artifacts/workspaces/p1/${experiment}/${run}/artifacts`
    const put = (path: string, person: string) => fetch(`${platform.url}${root}/${path}`, { method: 'PUT', body: 'hello artifact', headers: { authorization: `Bearer ${person}` } })
    expect((await put('notes/a.txt', people.tokens.bob)).status).toBe(200)
    expect((await put('notes/b.txt', people.tokens.vera)).status).toBe(403)
    for (const path of ['..%2f..%2fx', '%252e%252e/x', 'a/..%5cb']) expect((await put(path, people.tokens.bob)).status, path).toBe(400)
    const range = await fetch(`${platform.url}${root}/notes/a.txt`, { headers: { authorization: `Bearer ${people.tokens.vera}`, range: 'bytes=6-' } })
    expect([range.status, await range.text(), range.headers.get('x-content-type-options')]).toEqual([206, 'artifact', 'nosniff'])
    expect((await mlflow(people.vera, 'GET', `artifacts/list?run_id=${run}&path=notes`)).body['files']).toEqual([{ path: 'notes/a.txt', is_dir: false, file_size: 14 }])
  })

  it('shows a dataset that was uploaded, and only inside its project', async () => {
    const uploaded = await people.bob.uploadDataset('p1', 'numbers', 'numbers.csv', new TextEncoder().encode('a,b\n1,x\n2,y\n'))
    const { project } = await people.vera.graph<{ project: { dataset: { latestVersion: { columns: { name: string; type: string }[]; preview: { rows: unknown } } } } }>(
      '{ project(name: "p1") { dataset(name: "numbers") { latestVersion { columns { name type } preview(first: 1) { rows } } } } }',
    )
    expect(uploaded.source).toBe(`${platform.url}/p/p1/datasets/numbers/versions/1`)
    expect(project.dataset.latestVersion.columns.map((c) => c.name)).toEqual(['a', 'b'])
    expect(await people.alice.graph('{ project(name: "p2") { dataset(name: "numbers") { id } } }')).toEqual({ project: { dataset: null } })
  })

  it('answers bad input with a 4xx in the surface’s own shape', async () => {
    const bad: readonly (readonly [string, object])[] = [
      ['runs/create', {}],
      ['runs/log-metric', { run_id: run, key: 'm', value: 'abc', timestamp: 1 }],
      ['runs/log-parameter', { run_id: run, key: 'a\u0000b', value: '1' }],
      ['runs/set-tag', { run_id: '../../etc', key: 'k', value: 'v' }],
      ['experiments/create', { name: 'x'.repeat(501) }],
      ['runs/search', { experiment_ids: [experiment], filter: "metrics.acc > 'x' OR 1" }],
    ]
    for (const [path, body] of bad) {
      const answer = await mlflow(people.bob, 'POST', path, body)
      expect(answer.status, path).toBeGreaterThanOrEqual(400)
      expect(answer.status, path).toBeLessThan(500)
      expect(Object.keys(answer.body), path).toEqual(expect.arrayContaining(['error_code', 'message']))
    }
  })

  it('keeps NaN, infinities and 64-bit steps', async () => {
    const step = 9007199254740993n
    const text = `{"run_id":"${run}","metrics":[{"key":"odd","value":"NaN","timestamp":1,"step":1},{"key":"odd","value":"-Infinity","timestamp":2,"step":${step}}]}`
    const logged = await fetch(`${platform.url}/p/p1/api/2.0/mlflow/runs/log-batch`, {
      method: 'POST',
      body: text,
      headers: { authorization: `Bearer ${people.tokens.bob}`, 'content-type': 'application/json' },
    })
    expect(logged.status).toBe(200)
    const history = await people.bob.rest('GET', `/p/p1/api/2.0/mlflow/metrics/get-history?run_id=${run}&metric_key=odd`)
    const answer = await history.text()
    expect(answer).toContain('"NaN"')
    expect(answer).toContain(String(step))
  })

  it('answers a nest of unions or a heap of aliases with 400', async () => {
    const ask = async (query: string) => (await people.alice.rest('POST', '/graphql', { query })).status
    expect(await ask(`{ ${Array.from({ length: 2_000 }, (_, i) => `a${i}: me { id }`).join(' ')} }`)).toBe(400)
    expect(await ask(`{ ${'project(name: "p1") { experiments { nodes { runs { nodes { '.repeat(10)} id ${'} } } } }'.repeat(10)} }`)).toBe(400)
  })
})
