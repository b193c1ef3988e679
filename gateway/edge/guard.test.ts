import fastify from 'fastify'
import { expect, it } from 'vitest'
import { guardRequests } from '#gateway/edge/guard.ts'
import { createSites } from '#gateway/edge/hosts.ts'

async function challenge(headers: Record<string, string>): Promise<unknown> {
  const app = fastify()
  guardRequests(app, { sites: createSites(undefined, []), trustProxy: [], publicUrl: undefined })
  app.get('/closed', (_request, reply) => reply.code(401).header('www-authenticate', 'Basic realm="sluice"').send({}))
  const answer = await app.inject({ url: '/closed', headers: { host: 'localhost', ...headers } })
  await app.close()
  return answer.headers['www-authenticate']
}

it('never asks a page for Basic, which would open the dialog of the browser over it', async () => {
  const pages: Record<string, string>[] = [{ 'sec-fetch-mode': 'cors' }, { origin: 'http://localhost' }, { cookie: 'sluice_session=ended' }]
  for (const headers of pages) expect(await challenge(headers), JSON.stringify(headers)).toBe('Session realm="sluice"')
})

it('asks a client for Basic, and a browser that goes to an address by itself', async () => {
  const clients: Record<string, string>[] = [{}, { 'sec-fetch-mode': 'navigate' }]
  for (const headers of clients) expect(await challenge(headers)).toBe('Basic realm="sluice"')
})
