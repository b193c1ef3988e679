import fastify from 'fastify'
import { expect, it } from 'vitest'
import { guardRequests } from '#gateway/edge/guard.ts'
import { createSites } from '#gateway/edge/hosts.ts'
import { contentKind, securityHeaders } from '#gateway/edge/security-headers.ts'

const policyOf = (path: string, status: number, type?: string) => securityHeaders(contentKind(path, status, type), false)['content-security-policy']

it('lets pages run our scripts only, and answers for programs nothing', () => {
  for (const path of ['/', '/explorer', '/projects/p1']) expect(policyOf(path, 200, 'text/html; charset=utf-8')).toContain("script-src 'self';")
  expect(policyOf('/graphql', 200, 'application/json')).toContain("default-src 'none'")
  expect(policyOf('/p/p1/file', 200)).toContain("default-src 'none'")
})

it('lets HTML of the tools write styles, and nothing else', () => {
  expect(policyOf('/explorer', 200, 'text/html')).toContain("style-src 'self' 'unsafe-inline'")
  expect(policyOf('/', 200, 'text/html')).not.toContain('unsafe')
  expect(policyOf('/explorer', 200, 'application/json')).not.toContain('unsafe')
})

it('says nothing of the policy in a 304, so that the stored page keeps its own', async () => {
  const app = fastify()
  guardRequests(app, { sites: createSites(undefined, []), trustProxy: [], publicUrl: undefined })
  app.get('/page', (request, reply) => (request.headers['if-none-match'] === 'v1' ? reply.code(304).send() : reply.header('etag', 'v1').type('text/html').send('<p>page')))
  const ask = (headers: Record<string, string>) => app.inject({ url: '/page', headers: { host: 'localhost', ...headers } })
  const [first, second] = [await ask({}), await ask({ 'if-none-match': 'v1' })]
  expect([first.statusCode, first.headers['content-security-policy']]).toEqual([200, expect.stringContaining("script-src 'self'")])
  expect([second.statusCode, second.headers['content-security-policy']]).toEqual([304, undefined])
  expect(second.headers['x-content-type-options']).toBe('nosniff')
  await app.close()
})
