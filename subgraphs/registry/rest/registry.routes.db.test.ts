import { readFileSync } from 'node:fs'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Access } from '#shared/access.ts'
import type { Actor } from '#shared/actor.ts'
import { repositoryPath } from '#shared/paths.ts'
import { mountRoutes, takeBodiesRaw } from '#shared/rest/mount.ts'
import { testActor, testProject } from '#shared/testing/actors.ts'
import { log, newTestRegistry, sourceKey, type TestRegistry } from '#registry/testing/registry.ts'

/** A request and what MLflow 3.17.2 answered: recorded from the real server. */
interface Golden {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly query?: Record<string, string>
  readonly body?: unknown
  readonly status: number
  readonly answer: unknown
}
const repeats = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && '$repeat' in value && Array.isArray(value.$repeat) ? String(value.$repeat[0]).repeat(Number(value.$repeat[1])) : value
const goldens: Golden[] = JSON.parse(readFileSync(repositoryPath('subgraphs/registry/testing/mlflow-goldens.json'), 'utf8'), repeats)

/** Bad input never answers 5xx here: stock clients would repeat it seven times. */
const ourWay: Readonly<Record<string, { status: number; answer: unknown }>> = {
  'mv stage archive bad': {
    status: 400,
    answer: {
      error_code: 'INVALID_PARAMETER_VALUE',
      message: "Model version transition cannot archive existing model versions because 'None' is not an Active stage. Valid stages are ['Staging', 'Production']",
      sqlstate: 'KAM00',
      error_class: 'INVALID_PARAMETER_VALUE',
    },
  },
}

const project = testProject('default')
const other = testProject('other')
const runId = '0123456789abcdef0123456789abcdef'
const people: Record<string, Actor> = {
  olga: testActor('olga', [[project, 'owner']]),
  carl: testActor('carl', [[project, 'contributor']]),
  vera: testActor('vera', [[project, 'viewer']]),
  oscar: testActor('oscar', [[other, 'owner']]),
}
let test: TestRegistry
let app: FastifyInstance
let base: string

async function serve(): Promise<void> {
  test = await newTestRegistry([project, other])
  test.tracking.sources.set(sourceKey(project.id, 's3://b/p'), { artifactUri: 's3://b/p', runId: null, modelId: null })
  test.tracking.runs.add(runId)
  app = Fastify()
  takeBodiesRaw(app)
  const access: Access = { actorOf: async (caller) => ({ ...people[caller.principalId]!, ...(caller.projectName ? { projectName: caller.projectName } : {}) }), clear: () => undefined }
  mountRoutes(app, test.registry.routes, {
    access,
    log,
    callerOf: async (request) => {
      const name = String(request.headers['x-test-user'] ?? 'olga')
      return {
        principalId: name,
        subjectId: name,
        kind: 'user',
        ceiling: null,
        requestId: 'r',
        ...(request.headers['x-mlflow-workspace'] ? { projectName: String(request.headers['x-mlflow-workspace']) } : {}),
      }
    },
  })
  base = await app.listen({ port: 0, host: '127.0.0.1' })
}

interface Sent {
  readonly method: string
  readonly path: string
  readonly query?: Record<string, string> | string
  readonly body?: unknown
  readonly as?: string
}
async function send({ method, path, query, body, as = 'olga' }: Sent): Promise<{ status: number; answer: unknown }> {
  const search = query === undefined ? '' : `?${new URLSearchParams(query)}`
  const response = await fetch(base + path + search, {
    method,
    headers: { 'x-test-user': as, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, answer: await response.json() }
}
const api = '/api/2.0/mlflow'
const post = (path: string, body: unknown, as?: string) => send({ method: 'POST', path: api + path, body, as })
const get = (path: string, query: Record<string, string> | string, as?: string) => send({ method: 'GET', path: api + path, query, as })

/** As the recording normalises: times and run ids vary. */
const normalised = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_key, v: unknown) => {
    if (typeof v === 'number' && v > 1.7e12 && v < 2e12) return '<ms>'
    return typeof v === 'string' ? v.replaceAll(/\b[0-9a-f]{32}\b/g, '<hex32>') : v
  })
const withRun = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll('$run', runId))

describe('the recorded answers of MLflow', () => {
  beforeAll(serve)
  afterAll(async () => {
    await app.close()
    await test.stop()
  })

  it.each(goldens.map((golden) => [golden.name, golden] as const))('%s', async (name, golden) => {
    const got = await send({ ...golden, body: golden.body === undefined ? undefined : withRun(golden.body) })
    const wanted = ourWay[name] ?? golden
    expect({ status: got.status, answer: normalised(got.answer) }).toEqual({ status: wanted.status, answer: wanted.answer })
  })
})

describe('the routes of the registry', () => {
  beforeAll(serve)
  afterAll(async () => {
    await app.close()
    await test.stop()
  })

  it('are the 22 endpoints of ModelRegistryService, each with its twin', () => {
    const routes = test.registry.routes.filter((r) => !r.path.includes('/webhooks'))
    const served = new Set(routes.map((r) => `${r.method} ${r.path}`))
    expect(served.size).toBe(44)
    for (const route of routes.filter((r) => r.path.startsWith('/api/'))) expect(served).toContain(`${route.method} /ajax-api${route.path.slice(4)}`)
  })

  it('answer through the twins as through the originals', async () => {
    await post('/registered-models/create', { name: 'twins' })
    const original = await get('/registered-models/get', { name: 'twins' })
    expect(await send({ method: 'GET', path: '/ajax-api/2.0/mlflow/registered-models/get', query: { name: 'twins' } })).toEqual(original)
  })

  it('page through models with MLflow’s tokens until nothing is left', async () => {
    for (const name of ['page-c', 'page-a', 'page-b']) await post('/registered-models/create', { name })
    const seen: string[] = []
    let token = ''
    do {
      const { answer } = await get('/registered-models/search', { filter: "name LIKE 'page-%'", max_results: '1', ...(token ? { page_token: token } : {}) })
      const page = answer as { registered_models: { name: string }[]; next_page_token?: string } // the shape asserted above
      seen.push(...page.registered_models.map((m) => m.name))
      token = page.next_page_token ?? ''
    } while (token)
    expect(seen).toEqual(['page-a', 'page-b', 'page-c'])
    expect(await get('/registered-models/search', { page_token: 'abc' })).toMatchObject({ status: 400, answer: { message: 'Invalid page token, could not base64-decode' } })
  })

  it('delete by a JSON body and by the query alike', async () => {
    await post('/registered-models/create', { name: 'gone1' })
    await post('/registered-models/create', { name: 'gone2' })
    expect((await send({ method: 'DELETE', path: `${api}/registered-models/delete`, body: { name: 'gone1' } })).status).toBe(200)
    expect((await send({ method: 'DELETE', path: `${api}/registered-models/delete`, query: { name: 'gone2' } })).status).toBe(200)
    expect((await get('/registered-models/get', { name: 'gone2' })).status).toBe(404)
  })

  it('serve get-latest-versions to GET and POST, with stages in any case', async () => {
    await post('/registered-models/create', { name: 'staged' })
    for (let i = 0; i < 3; i++) await post('/model-versions/create', { name: 'staged', source: 's3://b/p' })
    await post('/model-versions/transition-stage', { name: 'staged', version: '2', stage: 'PRODUCTION', archive_existing_versions: false })
    const numbers = (answer: unknown) => (answer as { model_versions: { version: string }[] }).model_versions.map((v) => v.version) // asserted by its use
    expect(numbers((await get('/registered-models/get-latest-versions', { name: 'staged' })).answer)).toEqual(['2', '3'])
    expect(numbers((await get('/registered-models/get-latest-versions', 'name=staged&stages=production&stages=archived')).answer)).toEqual(['2'])
    expect(numbers((await post('/registered-models/get-latest-versions', { name: 'staged', stages: ['none'] })).answer)).toEqual(['3'])
    expect((await get('/registered-models/get', { name: 'staged' })).answer).toMatchObject({
      registered_model: {
        latest_versions: [
          { version: '2', current_stage: 'Production' },
          { version: '3', current_stage: 'None' },
        ],
      },
    })
  })

  it('list aliases on the model as pairs and on the version as names', async () => {
    await post('/registered-models/create', { name: 'aliased' })
    await post('/model-versions/create', { name: 'aliased', source: 's3://b/p' })
    await post('/registered-models/alias', { name: 'aliased', alias: 'champion', version: '1' })
    expect((await get('/registered-models/get', { name: 'aliased' })).answer).toMatchObject({ registered_model: { aliases: [{ alias: 'champion', version: '1' }] } })
    expect((await get('/model-versions/get', { name: 'aliased', version: '1' })).answer).toMatchObject({ model_version: { aliases: ['champion'] } })
    expect((await get('/registered-models/alias', { name: 'aliased', alias: 'latest' })).answer).toMatchObject({ model_version: { version: '1' } })
  })

  it('hide another project’s models and refuse what a role does not hold', async () => {
    await post('/registered-models/create', { name: 'ours' })
    await post('/model-versions/create', { name: 'ours', source: 's3://b/p' })
    const hidden = await get('/registered-models/get', { name: 'ours' }, 'oscar')
    expect(hidden).toMatchObject({ status: 404, answer: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'Registered Model with name=ours not found' } })
    expect(hidden.answer).toEqual({ ...((await get('/registered-models/get', { name: 'theirs' }, 'oscar')).answer as object), message: 'Registered Model with name=ours not found' })
    expect((await get('/registered-models/search', {}, 'oscar')).answer).toEqual({})
    expect((await get('/model-versions/search', {}, 'oscar')).answer).toEqual({})
    expect(await post('/registered-models/create', { name: 'x' }, 'vera')).toMatchObject({ status: 403, answer: { error_code: 'PERMISSION_DENIED' } })
    expect(await post('/model-versions/create', { name: 'ours', source: 's3://b/p' }, 'carl')).toMatchObject({ status: 200 })
    expect(await post('/model-versions/transition-stage', { name: 'ours', version: '1', stage: 'Production', archive_existing_versions: false }, 'carl')).toMatchObject({ status: 403 })
    expect(await post('/registered-models/alias', { name: 'ours', alias: 'a', version: '1' }, 'carl')).toMatchObject({ status: 403 })
  })

  it.each([
    ['/registered-models/get', { name: 'a\u0000b' }],
    ['/registered-models/search', { filter: "name = '\u0000'" }],
    ['/registered-models/search', { max_results: '-1' }],
    ['/registered-models/search', { order_by: 'name; DROP' }],
    ['/model-versions/search', { max_results: '0' }],
    ['/model-versions/search', { filter: `version_number > ${'9'.repeat(60)}` }],
    ['/model-versions/get', { name: 'none', version: '99999999999999999999' }],
    ['/model-versions/search', { page_token: 'eyJvZmZzZXQiOiA5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OX0=' }],
    ['/registered-models/alias', { name: 'none', alias: '\u0000' }],
  ])('never answer 5xx to %s %j', async (path, query) => {
    const { status } = await get(path, query)
    expect(status).toBeLessThan(500)
  })

  it('word an unreachable tracking as 503, so that the client comes again', async () => {
    await post('/registered-models/create', { name: 'later' })
    test.tracking.down = true
    expect(await post('/model-versions/create', { name: 'later', source: 's3://b/p' })).toMatchObject({ status: 503, answer: { error_code: 'TEMPORARILY_UNAVAILABLE' } })
    expect((await get('/model-versions/get', { name: 'later', version: '1' })).answer).toMatchObject({ model_version: { status: 'PENDING_REGISTRATION' } })
    test.tracking.down = false
    expect(await post('/model-versions/create', { name: 'later', source: 's3://b/p' })).toMatchObject({ status: 200, answer: { model_version: { version: '1', status: 'READY' } } })
    expect(await post('/model-versions/create', { name: 'later', source: 's3://b/p' })).toMatchObject({ status: 200, answer: { model_version: { version: '2' } } })
  })
})
