import { createHmac } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { testProject, testScope } from '#shared/testing/actors.ts'
import { type Answering, newReceiver, type Receiver } from '#shared/testing/receiver.ts'
import type { RegistryServices } from '#registry/domain/services.ts'
import type { EventName } from '#registry/domain/webhook-events.ts'
import type { WebhookInput } from '#registry/domain/webhooks.ts'
import { newTestRegistry, sourceKey, type TestRegistry } from '#registry/testing/registry.ts'

const project = testProject('default')
const other = testProject('p2')
const mona = testScope(project, 'maintainer', 'mona')
const oscar = testScope(other, 'owner', 'oscar')
const source = 'mlflow-artifacts:/1/a'
const prompt = { key: 'mlflow.prompt.is_prompt', value: 'true' }
const everything: readonly EventName[] = [
  'registered_model.created',
  'model_version.created',
  'model_version_tag.set',
  'model_version_tag.deleted',
  'model_version_alias.created',
  'model_version_alias.deleted',
  'prompt.created',
  'prompt_version.created',
  'prompt_tag.set',
  'prompt_tag.deleted',
  'prompt_version_tag.set',
  'prompt_version_tag.deleted',
  'prompt_alias.created',
  'prompt_alias.deleted',
]

let test: TestRegistry
let receiver: Receiver
let answering: Answering
const services = (of: TestRegistry = test): RegistryServices => of.registry.context(mona.actor) as unknown as RegistryServices // what createRegistry's context makes
const listen = (more: Partial<WebhookInput> = {}, scope = mona) => services().webhooks.create(scope, { name: 'w', url: `http://127.0.0.1:${receiver.port}/hook`, events: everything, ...more })
const ids = (): (string | undefined)[] => receiver.received.map((r) => r.headers['x-mlflow-delivery-id'])
const bodies = () => receiver.received.map((r) => JSON.parse(r.body))

async function query<R extends pg.QueryResultRow>(text: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: test.url })
  await client.connect()
  try {
    return (await client.query<R>(text)).rows
  } finally {
    await client.end()
  }
}
const waiting = () =>
  query<{ id: string; state: string; attempts: number; last_status: number | null; last_reason: string | null }>(
    'SELECT id, state, attempts, last_status, last_reason FROM registry.webhook_delivery ORDER BY created_at',
  )
/** Waits and leases are over: the clock is the database's, so it is there that time passes. */
const timePasses = () => query(`UPDATE registry.webhook_delivery SET due_at = clock_timestamp() WHERE state = 'PENDING'`)

beforeEach(async () => {
  answering = (response) => response.end('ok')
  receiver = await newReceiver((...args) => answering(...args))
  test = await newTestRegistry([project, other], { allowPrivate: true, schemes: ['http'] })
  for (const p of [project, other]) test.tracking.sources.set(sourceKey(p.id, source), { artifactUri: source, runId: 'r1', modelId: null })
})
afterEach(async () => {
  await test.stop()
  await receiver.stop()
})

describe('what a webhook hears', () => {
  it('is what MLflow tells of models', async () => {
    await listen()
    const { models, registration, versions } = services()
    await models.create(mona, { name: 'M', tags: [{ key: 'a', value: 'b' }] })
    await models.setTag(mona, 'M', { key: 'x', value: 'y' })
    await registration.register(mona, { name: 'M', source, tags: [{ key: 'a', value: 'b' }] })
    await versions.setTag(mona, 'M', 1, { key: 'k', value: 'v' })
    await versions.deleteTag(mona, 'M', 1, 'k')
    await versions.deleteTag(mona, 'M', 1, 'k')
    await versions.setAlias(mona, 'M', 'al', 1)
    await versions.setStage(mona, 'M', 1, 'Production', false)
    await versions.deleteAlias(mona, 'M', 'al')
    await versions.deleteAlias(mona, 'M', 'al')
    await test.registry.deliver()
    const heard = bodies().map(({ entity, action, data }) => [`${entity}.${action}`, data])
    // MLflow has no event for a model's tag or a version's stage; what was gone already is not deleted again.
    expect(heard).toHaveLength(6)
    expect(heard).toEqual(
      expect.arrayContaining([
        ['registered_model.created', { name: 'M', tags: { a: 'b' }, description: '' }],
        ['model_version.created', { name: 'M', version: '1', source, run_id: 'r1', tags: { a: 'b' }, description: null }],
        ['model_version_tag.set', { name: 'M', version: '1', key: 'k', value: 'v' }],
        ['model_version_tag.deleted', { name: 'M', version: '1', key: 'k' }],
        ['model_version_alias.created', { name: 'M', alias: 'al', version: '1' }],
        ['model_version_alias.deleted', { name: 'M', alias: 'al' }],
      ]),
    )
  })

  it('is what MLflow tells of prompts', async () => {
    await listen()
    const { models, registration, versions } = services()
    await models.create(mona, { name: 'P', tags: [prompt, { key: 'a', value: 'b' }] })
    await registration.register(mona, { name: 'P', source: 'prompt-template', tags: [prompt, { key: 'mlflow.prompt.text', value: 'Hi' }, { key: 'z', value: '1' }] })
    await models.setTag(mona, 'P', { key: 'k', value: 'v' })
    await models.deleteTag(mona, 'P', 'k')
    await versions.setTag(mona, 'P', 1, { key: 'k', value: 'v' })
    await versions.deleteTag(mona, 'P', 1, 'k')
    await versions.setAlias(mona, 'P', 'al', 1)
    await versions.deleteAlias(mona, 'P', 'al')
    await test.registry.deliver()
    const heard = bodies().map(({ entity, action, data }) => [`${entity}.${action}`, data])
    expect(heard).toHaveLength(8)
    expect(heard).toEqual(
      expect.arrayContaining([
        ['prompt.created', { name: 'P', tags: { a: 'b' }, description: '' }],
        ['prompt_version.created', { name: 'P', version: '1', template: 'Hi', tags: { z: '1' }, description: null }],
        ['prompt_tag.set', { name: 'P', key: 'k', value: 'v' }],
        ['prompt_tag.deleted', { name: 'P', key: 'k' }],
        ['prompt_version_tag.set', { name: 'P', version: '1', key: 'k', value: 'v' }],
        ['prompt_version_tag.deleted', { name: 'P', version: '1', key: 'k' }],
        ['prompt_alias.created', { name: 'P', alias: 'al', version: '1' }],
        ['prompt_alias.deleted', { name: 'P', alias: 'al' }],
      ]),
    )
  })

  it('is signed over the delivery, the time and the exact body, so that the receiver can check it', async () => {
    await listen({ secret: 'hunter2' })
    await listen({ events: ['registered_model.created'] })
    await services().models.create(mona, { name: 'Grüße' })
    await test.registry.deliver()
    const signed = receiver.received.filter((r) => r.headers['x-mlflow-signature'])
    expect(receiver.received).toHaveLength(2)
    expect(signed).toHaveLength(1)
    const [{ headers, body }] = signed as [(typeof signed)[0]] // one, as just said
    const [id, timestamp] = [headers['x-mlflow-delivery-id'], headers['x-mlflow-timestamp']]
    expect(headers['content-type']).toBe('application/json')
    expect(headers['x-mlflow-signature']).toBe(`v1,${createHmac('sha256', 'hunter2').update(`${id}.${timestamp}.${body}`).digest('base64')}`)
    expect(new Set(ids()).size).toBe(2)
  })

  it('is only what it listens to, in its own project, which is named outside of default', async () => {
    await listen({ events: ['model_version.created'] })
    await listen({ url: `http://127.0.0.1:${receiver.port}/other`, events: ['registered_model.created'] }, oscar)
    await services().models.create(mona, { name: 'mine' })
    await services().models.create(oscar, { name: 'theirs' })
    await test.registry.deliver()
    expect(receiver.received.map((r) => r.path)).toEqual(['/other'])
    expect(bodies()).toMatchObject([{ data: { name: 'theirs' }, workspace: 'p2' }])
  })

  it('is nothing while it is disabled, also not what waited, and nothing once it is removed', async () => {
    const { webhooks, models } = services()
    const paused = await listen()
    const removed = await listen()
    await models.create(mona, { name: 'a' })
    await webhooks.update(mona, paused.id, { status: 'DISABLED' })
    await webhooks.remove(mona, removed.id)
    await models.create(mona, { name: 'b' })
    await webhooks.update(mona, paused.id, { status: 'ACTIVE' })
    await test.registry.deliver()
    expect(receiver.received).toEqual([])
    await models.create(mona, { name: 'c' })
    await test.registry.deliver()
    expect(bodies().map((b) => b.data.name)).toEqual(['c'])
  })

  it('is nothing of what did not happen', async () => {
    await listen()
    const { models, versions } = services()
    await models.create(mona, { name: 'M' })
    await expect(models.create(mona, { name: 'M' })).rejects.toThrow('already exists')
    await expect(versions.setAlias(mona, 'M', 'al', 7)).rejects.toThrow('not found')
    expect(await waiting()).toHaveLength(1)
  })

  it('is part of the change: when it cannot be left, the change has not happened', async () => {
    await listen()
    await query('ALTER TABLE registry.webhook_delivery RENAME TO away')
    await expect(services().models.create(mona, { name: 'M' })).rejects.toThrow()
    await query('ALTER TABLE registry.away RENAME TO webhook_delivery')
    await expect(services().models.resolve(mona, 'M')).rejects.toThrow('not found')
  })

  it('is nothing of what failed in the end, at the commit itself', async () => {
    await listen()
    await query(`CREATE FUNCTION registry.fails() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''not today''; END'`)
    await query('CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON registry.registered_model DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registry.fails()')
    await expect(services().models.create(mona, { name: 'M' })).rejects.toThrow('not today')
    expect(await waiting()).toEqual([])
  })

  it('is a version when it is READY, whoever finished it', async () => {
    await listen({ events: ['model_version.created'] })
    await services().models.create(mona, { name: 'M' })
    test.tracking.down = true
    await expect(services().registration.register(mona, { name: 'M', source })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await waiting()).toEqual([])
    test.tracking.down = false
    test.clock.at += 60_000
    await test.registry.reconcile()
    await test.registry.reconcile()
    await test.registry.deliver()
    expect(bodies()).toMatchObject([{ entity: 'model_version', data: { name: 'M', version: '1' } }])
  })
})

describe('a delivery', () => {
  it('is repeated after 503 and 429, under one id, until it is taken', async () => {
    answering = (response, nth) => response.writeHead([503, 429, 200][nth - 1] ?? 500, nth === 2 ? { 'retry-after': '2' } : {}).end()
    await listen({ secret: 's' })
    await services().models.create(mona, { name: 'M' })
    for (let round = 0; round < 5; round++) {
      await test.registry.deliver()
      await timePasses()
    }
    expect(receiver.received).toHaveLength(3)
    expect(new Set(ids()).size).toBe(1)
    expect(new Set(receiver.received.map((r) => r.body)).size).toBe(1)
    expect(await waiting()).toEqual([{ id: ids()[0], state: 'DELIVERED', attempts: 3, last_status: 200, last_reason: null }])
  })

  it('is not repeated before its time', async () => {
    answering = (response) => response.writeHead(503, { 'retry-after': '600' }).end()
    await listen()
    await services().models.create(mona, { name: 'M' })
    await test.registry.deliver()
    await test.registry.deliver()
    expect(receiver.received).toHaveLength(1)
  })

  it('is given up after three repeats', async () => {
    answering = (response) => response.writeHead(500).end()
    await listen()
    await services().models.create(mona, { name: 'M' })
    for (let round = 0; round < 6; round++) {
      await test.registry.deliver()
      await timePasses()
    }
    expect(receiver.received).toHaveLength(4)
    expect(await waiting()).toMatchObject([{ state: 'FAILED', attempts: 4, last_status: 500 }])
  })

  it.each([400, 401, 404, 410, 302])('is not repeated after %d', async (status) => {
    answering = (response) => response.writeHead(status, { location: `http://127.0.0.1:${receiver.port}/elsewhere` }).end()
    await listen()
    await services().models.create(mona, { name: 'M' })
    await test.registry.deliver()
    await timePasses()
    await test.registry.deliver()
    expect(receiver.received).toHaveLength(1)
    expect(await waiting()).toMatchObject([{ state: 'FAILED', last_status: status }])
  })

  it('is repeated when the receiver is gone for a while', async () => {
    await listen()
    await services().models.create(mona, { name: 'M' })
    const { port } = receiver
    await receiver.stop()
    await test.registry.deliver()
    expect(await waiting()).toMatchObject([{ state: 'PENDING', attempts: 1, last_reason: 'The connection failed.' }])
    receiver = await newReceiver(undefined, { port })
    await timePasses()
    await test.registry.deliver()
    expect(receiver.received).toHaveLength(1)
  })

  it('comes from the next process when one dies between commit and delivery, under the id it was given then', async () => {
    await listen({ secret: 's' })
    await services().models.create(mona, { name: 'M' })
    const [left] = await waiting()
    expect(receiver.received).toEqual([])
    test = await test.restart()
    await test.registry.deliver()
    expect(ids()).toEqual([left?.id])
    expect(receiver.received[0]?.headers['x-mlflow-signature']).toMatch(/^v1,/)
  })

  it('comes again, under the same id, when a process dies while delivering; its late end changes nothing', async () => {
    let answerFirst = (): void => undefined
    answering = (response, nth) => {
      if (nth === 1) answerFirst = () => void response.writeHead(500).end()
      else response.end()
    }
    await listen()
    await services().models.create(mona, { name: 'M' })
    const first = test.registry.deliver()
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1))
    const next = await test.beside()
    await next.deliver()
    expect(receiver.received).toHaveLength(1) // the first still holds it
    await timePasses()
    await next.deliver()
    expect(receiver.received).toHaveLength(2)
    expect(new Set(ids()).size).toBe(1)
    answerFirst()
    await first
    expect(await waiting()).toMatchObject([{ state: 'DELIVERED', attempts: 2, last_status: 200 }])
    await next.stop()
  })

  it('is made by one of several workers', async () => {
    let open = 0
    const openAtOnce = new Map<string, number>()
    answering = (response, _nth, { headers }) => {
      const id = String(headers['x-mlflow-delivery-id'])
      openAtOnce.set(id, (openAtOnce.get(id) ?? 0) + 1)
      open++
      setTimeout(() => {
        open--
        response.end()
      }, 5)
    }
    for (let i = 0; i < 4; i++) await listen({ events: ['registered_model.created'] })
    for (let i = 0; i < 8; i++) await services().models.create(mona, { name: `m${i}` })
    const others = [await test.beside(), await test.beside()]
    await Promise.all([test.registry, ...others].map((worker) => worker.deliver()))
    expect(receiver.received).toHaveLength(32)
    expect(new Set(ids()).size).toBe(32)
    expect([...openAtOnce.values()].every((count) => count === 1)).toBe(true)
    expect(open).toBe(0)
    for (const worker of others) await worker.stop()
  })

  it('needs the key its secret was sealed with', async () => {
    const { id } = await listen({ secret: 's' })
    const { id: unsigned } = await listen({ events: ['registered_model.created'] })
    await query(`UPDATE registry.webhook SET secret = (SELECT secret FROM registry.webhook WHERE id = '${id}') WHERE id = '${unsigned}'`)
    await services().models.create(mona, { name: 'M' })
    await test.registry.deliver()
    expect(receiver.received).toHaveLength(1)
    expect((await waiting()).map((d) => d.last_reason)).toEqual(expect.arrayContaining([null, 'The secret cannot be read: set it again.']))
  })
})

describe('the worker', () => {
  it('delivers by itself once it is started, and what others left', async () => {
    await listen()
    await services().models.create(mona, { name: 'before' })
    await test.registry.start()
    await services().models.create(mona, { name: 'after' })
    await vi.waitFor(() => expect(bodies().map((b) => b.data.name)).toEqual(expect.arrayContaining(['before', 'after'])), { timeout: 10_000 })
  })

  it('is not held up by a receiver that hangs, and gives back what was on its way when it stops', async () => {
    answering = (response, _nth, { path }) => void (path === '/hook' && response.end())
    await listen({ url: `http://127.0.0.1:${receiver.port}/hangs` })
    for (let i = 0; i < 40; i++) await services().models.create(mona, { name: `m${i}` })
    await listen()
    await services().models.create(mona, { name: 'last' })
    await test.registry.start()
    await vi.waitFor(() => expect(receiver.received.map((r) => r.path)).toContain('/hook'), { timeout: 10_000 })
    expect(receiver.received.filter((r) => r.path === '/hangs').length).toBeLessThanOrEqual(2)
    test = await test.restart()
    expect((await waiting()).filter((d) => d.state === 'PENDING').map((d) => d.attempts)).toEqual(Array.from({ length: 41 }, () => 0))
    answering = (response) => void response.end()
    await test.registry.deliver()
    expect((await waiting()).filter((d) => d.state !== 'DELIVERED')).toEqual([])
  })

  it('forgets in time what has ended, and ends what died in its last attempt', async () => {
    await listen()
    await services().models.create(mona, { name: 'a' })
    await test.registry.deliver()
    await services().models.create(mona, { name: 'b' })
    await query(`UPDATE registry.webhook_delivery SET finished_at = finished_at - interval '8 days'`)
    await query(`UPDATE registry.webhook_delivery SET attempts = 4, lease = gen_random_uuid() WHERE state = 'PENDING'`)
    await test.registry.sweep()
    expect(await waiting()).toMatchObject([{ state: 'FAILED', attempts: 4, last_reason: 'The server ended during the last attempt.' }])
  })
})
