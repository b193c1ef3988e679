import { connect } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Access } from '#shared/access.ts'
import { anonymousCaller, type Actor } from '#shared/actor.ts'
import { unavailable } from '#shared/errors.ts'
import { message, text } from '#shared/rest/mlflow-message.ts'
import { mountRoutes, takeBodiesRaw } from '#shared/rest/mount.ts'
import { platformRoute, projectRoute } from '#shared/rest/route.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { testActor, testProject } from '#shared/testing/actors.ts'

const project = testProject('p1')
const people: Record<string, Actor> = { vera: testActor('vera', [[project, 'viewer']]), bob: testActor('bob', [[project, 'contributor']]), mallory: testActor('mallory') }
const access: Access = { actorOf: (caller) => Promise.resolve(people[caller.principalId] ?? { ...caller, snapshot: testActor('x').snapshot, viewingAs: false }), clear: () => undefined }
const seen: unknown[] = []
const routes = [
  projectRoute({
    method: 'POST',
    path: '/write',
    family: 'mlflow',
    summary: 'writes',
    needs: 'tracking.run.update',
    input: message({ name: text.required() }).read,
    maxBodyBytes: 1_000,
    handle: ({ input, scope }) => {
      seen.push(input.name)
      return Promise.resolve({ project: scope.project.name, big: 9007199254740993n })
    },
  }),
  platformRoute({ method: 'GET', path: '/boom', family: 'own', summary: 'fails', needs: 'public', handle: () => Promise.reject(new Error('secret detail at /srv/x.ts')) }),
  platformRoute({ method: 'GET', path: '/down', family: 'mini', summary: 'is down', needs: 'public', handle: () => Promise.reject(unavailable('tracking')) }),
]
let app: FastifyInstance
beforeAll(async () => {
  app = Fastify({ requestTimeout: 5_000 })
  takeBodiesRaw(app)
  mountRoutes(app, routes, {
    access,
    log: createLog({ service: 'test', level: 'silent' }),
    callerOf: (request) =>
      Promise.resolve(
        typeof request.headers['x-who'] === 'string'
          ? { ...anonymousCaller(request.id), kind: 'user', principalId: request.headers['x-who'], subjectId: request.headers['x-who'] }
          : anonymousCaller(request.id),
      ),
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => app.close())

const write = (who: string | undefined, payload: string | Buffer) =>
  app.inject({ method: 'POST', url: '/write', headers: { 'content-type': 'application/json', ...(who ? { 'x-who': who } : {}) }, payload })

describe('routes', () => {
  it('serve who holds the permission, with exact integers', async () => {
    const answer = await write('bob', '{"name":"n"}')
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toBe('{"project":"p1","big":9007199254740993}')
  })
  it('refuse the others in the family’s words, before the input is looked at', async () => {
    expect((await write(undefined, '{}')).json()).toMatchObject({ error_code: 'UNAUTHENTICATED' })
    expect((await write('vera', '{}')).json()).toMatchObject({ error_code: 'PERMISSION_DENIED' })
    const hidden = await write('mallory', '{}')
    expect(hidden.statusCode).toBe(404)
    expect(hidden.json()).toMatchObject({ error_code: 'RESOURCE_DOES_NOT_EXIST' })
  })
  it('treat broken JSON as missing fields and broken UTF-8 as an error', async () => {
    expect((await write('bob', '{"name":')).json().message).toContain("required parameter 'name'")
    expect((await write('bob', Buffer.from([0x7b, 0xff, 0xfe]))).statusCode).toBe(400)
  })
  it('refuse a body over the limit', async () => {
    expect((await write('bob', JSON.stringify({ name: 'x'.repeat(2_000) }))).statusCode).toBe(413)
  })
  it('do nothing with a body that stops half-way', async () => {
    const before = seen.length
    const address = app.server.address()
    if (typeof address !== 'object' || !address) throw new Error('not listening')
    await new Promise<void>((resolve) => {
      const socket = connect(address.port, '127.0.0.1', () => {
        socket.write('POST /write HTTP/1.1\r\nhost: x\r\nx-who: bob\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{"name":')
        setTimeout(() => socket.destroy(), 50)
      })
      socket.once('close', () => setTimeout(resolve, 50))
    })
    expect(seen.length).toBe(before)
  })
  it('say nothing of our own defects but the request id', async () => {
    const answer = await app.inject('/boom')
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('secret')
    expect(answer.json().error.requestId).toBe(answer.headers['x-request-id'])
  })
  it('answer 503 with Retry-After when a part is down', async () => {
    const answer = await app.inject('/down')
    expect([answer.statusCode, answer.headers['retry-after'], answer.json()]).toEqual([503, '1', { detail: 'tracking is not available. Try again in a moment.' }])
  })
})
