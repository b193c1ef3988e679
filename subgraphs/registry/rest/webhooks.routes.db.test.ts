import Fastify, { type FastifyInstance } from 'fastify'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Access } from '#shared/access.ts'
import type { Actor } from '#shared/actor.ts'
import { mountRoutes, takeBodiesRaw } from '#shared/rest/mount.ts'
import { testActor, testProject } from '#shared/testing/actors.ts'
import { newReceiver, type Receiver } from '#shared/testing/receiver.ts'
import { log, newTestRegistry, type TestRegistry } from '#registry/testing/registry.ts'
import { webhookGoldens } from '#registry/testing/webhook-goldens.ts'
import type { RegistryDeps } from '#registry/subsystem.ts'

const project = testProject('default')
const other = testProject('other')
const people: Record<string, Actor> = {
  mona: testActor('mona', [[project, 'maintainer']]),
  carl: testActor('carl', [[project, 'contributor']]),
  vera: testActor('vera', [[project, 'viewer']]),
  oscar: testActor('oscar', [[other, 'owner']]),
}
const base = '/api/2.0/mlflow/webhooks'
const created = [{ entity: 'MODEL_VERSION', action: 'CREATED' }]
let test: TestRegistry
let app: FastifyInstance
let receiver: Receiver

async function serve(webhooks: RegistryDeps['webhooks']): Promise<void> {
  test = await newTestRegistry([project, other], webhooks)
  app = Fastify()
  takeBodiesRaw(app)
  const access: Access = { actorOf: async (caller) => people[caller.principalId]!, clear: () => undefined }
  const callerOf = async (request: { headers: Record<string, unknown> }) => {
    const name = String(request.headers['x-test-user'])
    return { principalId: name, subjectId: name, kind: 'user' as const, ceiling: null, requestId: 'r' }
  }
  mountRoutes(app, test.registry.routes, { access, log, callerOf })
  await app.ready()
}
async function close(): Promise<void> {
  await app.close()
  await test.stop()
}
interface Answer {
  readonly status: number
  readonly answer: Record<string, unknown>
}
async function send(method: string, path: string, body?: unknown, as = 'mona'): Promise<Answer> {
  const response = await app.inject({
    method: method as 'GET', // one of the methods below
    url: path,
    headers: { 'x-test-user': as, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  return { status: response.statusCode, answer: response.json() }
}
const create = async (more: object = {}, as?: string): Promise<Answer & { id: string }> => {
  const made = await send('POST', base, { name: 'w', url: `http://127.0.0.1:${receiver.port}/hook`, events: created, ...more }, as)
  return { ...made, id: String((made.answer['webhook'] as { webhook_id?: string } | undefined)?.webhook_id) } // the shape asserted below
}

describe('the recorded answers of MLflow about webhooks', () => {
  beforeAll(() => serve({ resolve: () => Promise.reject(new Error('ENOTFOUND')) }))
  afterAll(close)

  it.each(webhookGoldens.map((golden) => [golden.name, golden] as const))('%s', async (_name, golden) => {
    expect(await send(golden.method, golden.path, golden.body)).toEqual({ status: golden.status, answer: golden.answer })
  })

  it('are 4xx where MLflow answers 500', async () => {
    for (const events of [['x'], [{ entity: 'NOPE', action: 'CREATED' }], [{ entity: 'MODEL_VERSION' }], [{}], [{ entity: 99, action: 1 }]])
      expect((await send('POST', base, { name: 'w', url: 'https://example.com', events })).status).toBe(400)
  })
})

describe('webhooks', () => {
  beforeAll(async () => {
    receiver = await newReceiver((response, _nth, { path }) => response.writeHead(path.includes('deny') ? 401 : 200).end('the receiver’s own words'))
    await serve({ allowPrivate: true, schemes: ['http', 'https'] })
  })
  afterAll(async () => {
    await close()
    await receiver.stop()
  })

  it('are six endpoints, each with its twin', () => {
    const served = test.registry.routes.filter((r) => r.path.includes('/webhooks')).map((r) => `${r.method} ${r.path}`)
    expect(served).toHaveLength(12)
    expect(served).toContain('POST /ajax-api/2.0/mlflow/webhooks/:webhook_id/test')
  })

  it('come back as MLflow writes them: events sorted and once, and no secret', async () => {
    const events = [
      { entity: 'REGISTERED_MODEL', action: 'CREATED' },
      { entity: 2, action: 1 },
      { entity: 'MODEL_VERSION_TAG', action: 'SET' },
      { entity: 'MODEL_VERSION', action: 'CREATED' },
    ]
    const { status, answer, id } = await create({ description: 'd', secret: 'hunter2', events })
    expect({ status, answer }).toEqual({
      status: 200,
      answer: {
        webhook: {
          webhook_id: id,
          name: 'w',
          description: 'd',
          url: `http://127.0.0.1:${receiver.port}/hook`,
          events: [
            { entity: 'MODEL_VERSION', action: 'CREATED' },
            { entity: 'MODEL_VERSION_TAG', action: 'SET' },
            { entity: 'REGISTERED_MODEL', action: 'CREATED' },
          ],
          status: 'ACTIVE',
          creation_timestamp: expect.any(Number),
          last_updated_timestamp: expect.any(Number),
        },
      },
    })
    expect(await send('GET', `${base}/${id}`)).toEqual({ status, answer })
    for (const [method, path, body] of [
      ['GET', base, undefined],
      ['PATCH', `${base}/${id}`, { secret: 'hunter3' }],
      ['POST', `${base}/${id}/test`, {}],
    ] as const)
      expect(JSON.stringify((await send(method, path, body)).answer)).not.toContain('hunter')
  })

  it('are sealed in the database: what is stored neither holds nor repeats the secret', async () => {
    await create({ secret: 'hunter2' })
    await create({ secret: 'hunter2' })
    const client = new pg.Client({ connectionString: test.url })
    await client.connect()
    const { rows } = await client.query<{ secret: Buffer; row: string }>('SELECT secret, w::text AS row FROM registry.webhook w WHERE secret IS NOT NULL')
    await client.end()
    expect(rows.length).toBeGreaterThan(1)
    expect(new Set(rows.map((row) => row.secret.toString('hex'))).size).toBe(rows.length)
    for (const { secret, row } of rows) expect(secret.toString('latin1') + row).not.toContain('hunter')
  })

  it('change in what is named and keep the rest', async () => {
    const { id } = await create({ description: 'd' })
    const patch = async (body: object) => (await send('PATCH', `${base}/${id}`, body)).answer['webhook']
    expect(await patch({ name: 'w9' })).toMatchObject({ name: 'w9', description: 'd', status: 'ACTIVE' })
    expect(await patch({ name: '', url: '', events: [] })).toMatchObject({ name: 'w9', events: created })
    expect(await patch({ description: '' })).not.toHaveProperty('description')
    expect(await patch({ status: 'DISABLED', events: [{ entity: 'PROMPT', action: 'CREATED' }] })).toMatchObject({ status: 'DISABLED', events: [{ entity: 'PROMPT', action: 'CREATED' }] })
    expect((await send('PATCH', `${base}/${id}`, { name: '-x' })).status).toBe(400)
    expect((await send('PATCH', `${base}/${id}`, { url: 'ftp://x' })).answer['message']).toBe("Invalid webhook URL scheme: 'ftp'. Allowed schemes are: http, https.")
    expect(await send('DELETE', `${base}/${id}`)).toEqual({ status: 200, answer: {} })
    expect((await send('DELETE', `${base}/${id}`)).status).toBe(404)
    expect((await send('GET', `${base}/${id}`)).status).toBe(404)
  })

  it('list newest first, in pages with MLflow’s tokens', async () => {
    const ids = [(await create()).id, (await create()).id]
    const first = await send('GET', `${base}?max_results=1`)
    expect(first.answer).toMatchObject({ webhooks: [{ webhook_id: ids[1] }], next_page_token: 'eyJvZmZzZXQiOiAxfQ==' })
    expect((await send('GET', `${base}?max_results=1&page_token=eyJvZmZzZXQiOiAxfQ==`)).answer).toMatchObject({ webhooks: [{ webhook_id: ids[0] }] })
    expect((await send('GET', `${base}?max_results=0`)).status).toBe(200)
  })

  it('are nobody’s below maintainer, and nobody’s of another project', async () => {
    const { id } = await create({ secret: 's' })
    const requests = [
      ['POST', base, { name: 'w', url: `http://127.0.0.1:${receiver.port}/`, events: created }],
      ['GET', base, undefined],
      ['GET', `${base}/${id}`, undefined],
      ['PATCH', `${base}/${id}`, { status: 'DISABLED' }],
      ['POST', `${base}/${id}/test`, {}],
      ['DELETE', `${base}/${id}`, undefined],
    ] as const
    const before = receiver.received.length
    for (const [method, path, body] of requests) for (const who of ['vera', 'carl']) expect((await send(method, path, body, who)).status, `${who} ${method} ${path}`).toBe(403)
    for (const [method, path, body] of requests.slice(2)) expect((await send(method, path, body, 'oscar')).status, `oscar ${method} ${path}`).toBe(404)
    expect((await send('GET', base, undefined, 'oscar')).answer).toEqual({})
    expect((await send('GET', `${base}/${id}`)).answer['webhook']).toMatchObject({ status: 'ACTIVE' })
    expect(receiver.received.length).toBe(before)
  })

  it('can be tested: the answer is the status and never what the receiver wrote', async () => {
    const { id } = await create({ events: [{ entity: 'REGISTERED_MODEL', action: 'CREATED' }] })
    expect((await send('POST', `${base}/${id}/test`, {})).answer).toEqual({ result: { success: true, response_status: 200 } })
    expect(JSON.parse(receiver.received.at(-1)!.body)).toEqual({
      entity: 'registered_model',
      action: 'created',
      timestamp: expect.stringMatching(/\+00:00$/),
      data: { name: 'example_model', tags: { example_key: 'example_value' }, description: 'An example registered model' },
    })
    expect((await send('POST', `${base}/${id}/test`, { event: { entity: 'PROMPT_ALIAS', action: 'DELETED' } })).status).toBe(200)
    expect(JSON.parse(receiver.received.at(-1)!.body)).toMatchObject({ entity: 'prompt_alias', action: 'deleted', data: { name: 'example_prompt', alias: 'example_alias' } })
    expect(await send('POST', `${base}/${id}/test`, { event: { entity: 'PROMPT', action: 'DELETED' } })).toMatchObject({ status: 400 })
    const denied = await create({ url: `http://127.0.0.1:${receiver.port}/deny` })
    expect((await send('POST', `${base}/${denied.id}/test`, {})).answer).toEqual({ result: { success: false, response_status: 401 } })
    const gone = await create({ url: 'http://127.0.0.1:1/' })
    expect((await send('POST', `${base}/${gone.id}/test`, {})).answer).toEqual({ result: { success: false, error_message: 'The connection failed.' } })
  })

  it('are at most a hundred in a project, also when many come at once', async () => {
    const count = async (): Promise<number> => ((await send('GET', `${base}?max_results=1000`)).answer['webhooks'] as unknown[]).length // there are some by now
    while ((await count()) < 90) await create()
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => create()))
    expect(outcomes.filter((o) => o.status === 200)).toHaveLength(10)
    expect(outcomes.find((o) => o.status !== 200)?.answer['message']).toBe('A project can have at most 100 webhooks.')
    expect(await count()).toBe(100)
  })
})
