import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conflict, DomainError } from '#shared/errors.ts'
import { createInnerSigner, createInnerVerifier, innerHeader, newInnerKeys, type InnerSigner } from '#shared/inner-identity.ts'
import { guardPort, mountPorts, remotePort } from '#shared/port-transport.ts'
import { takeBodiesRaw } from '#shared/rest/mount.ts'
import { createLog } from '#shared/telemetry/log.ts'

interface Echo {
  twice(n: number): Promise<number>
  refuse(): Promise<void>
  nothing(): Promise<null>
  hang(): Promise<void>
}
const methods = ['twice', 'refuse', 'nothing', 'hang'] as const
const echo: Echo = { twice: (n) => Promise.resolve(n * 2), refuse: () => Promise.reject(conflict('no')), nothing: () => Promise.resolve(null), hang: () => new Promise(() => undefined) }
const keys = newInnerKeys()
let app: FastifyInstance
let url: string
let signer: InnerSigner
beforeAll(async () => {
  signer = await createInnerSigner(keys.privateKey)
  app = Fastify()
  takeBodiesRaw(app)
  mountPorts(app, echo, methods, await createInnerVerifier(keys.publicKey, 'tracking'), createLog({ service: 'test', level: 'silent' }))
  url = await app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => app.close())

const ports: [string, () => Echo][] = [
  ['in process', () => guardPort<Echo>('tracking', methods, echo)],
  ['over HTTP', () => remotePort<Echo>(methods, { service: 'tracking', url, signer, callerName: 'registry' })],
]

describe.each(ports)('a port %s', (_name, make) => {
  it('answers', async () => {
    expect(await make().twice(21)).toBe(42)
    expect(await make().nothing()).toBeNull()
  })
  it('passes expected failures on', async () => {
    await expect(make().refuse()).rejects.toSatisfy((e) => e instanceof DomainError && e.code === 'CONFLICT' && e.message === 'no')
  })
  it('is UNAVAILABLE when no answer comes', async () => {
    await expect(make().hang()).rejects.toSatisfy((e) => e instanceof DomainError && e.code === 'UNAVAILABLE')
  })
})

describe('the port endpoint', () => {
  const post = (headers: Record<string, string>) => fetch(`${url}/internal/ports/twice`, { method: 'POST', headers, body: '[1]' })
  it('refuses strangers and people', async () => {
    expect((await post({})).status).toBe(401)
    const person = await signer.sign({ principalId: 'u1', kind: 'user', subjectId: 'u1', ceiling: null, requestId: '' }, 'tracking')
    expect((await post({ [innerHeader]: person })).status).toBe(403)
    const elsewhere = await signer.sign({ principalId: 'service:x', kind: 'service', subjectId: 'service:x', ceiling: null, requestId: '' }, 'registry')
    expect((await post({ [innerHeader]: elsewhere })).status).toBe(401)
  })
  it('opens the breaker when the neighbour is gone', async () => {
    const gone = remotePort<Echo>(methods, { service: 'tracking', url: 'http://127.0.0.1:1', signer, callerName: 'registry' })
    for (let i = 0; i < 8; i++) await expect(gone.twice(1)).rejects.toSatisfy((e) => e instanceof DomainError && e.code === 'UNAVAILABLE')
  })
})
