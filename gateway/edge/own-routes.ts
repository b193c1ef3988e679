/** The door's own few addresses: greeting, health, metrics, the web app. All of them are public, see gateway/platform.e2e.ts. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Metrics } from '#gateway/edge/observe.ts'
import { wantsHtml } from '#gateway/edge/paths.ts'
import { type Face, mainFace } from '#gateway/faces.ts'
import type { WebApp } from '#gateway/web/web-app.ts'
import type { HealthPort } from '#ports'

export interface OwnRoutesOptions {
  readonly web: WebApp
  readonly health: HealthPort
  readonly metrics: Metrics
  readonly metricsToken: string | undefined
  readonly faces: Readonly<Record<number, Face>>
  /** The local port of the main listener, whose greeting is its own. */
  readonly mainPort: () => number
}

export function mountOwnRoutes(app: FastifyInstance, { web, health, metrics, metricsToken, faces, mainPort }: OwnRoutesOptions): void {
  const faceOf = (request: FastifyRequest): Face => {
    const port = request.raw.socket.localPort
    return (port === undefined || port === mainPort() ? undefined : faces[port]) ?? mainFace
  }
  const identityAnswers = async (): Promise<boolean> => (await health.health()).find((h) => h.service === 'identity')?.ok ?? false

  app.get('/', async (request, reply) => {
    const { greet } = faceOf(request)
    if (!greet || wantsHtml(request.method, request.headers.accept)) return web.page(reply)
    const { status, contentType, body } = await greet(identityAnswers)
    return reply.code(status).header('content-type', contentType).header('vary', 'accept').send(body)
  })
  // What a stock client prints as "view run at" opens in the app; the fragment of the address stays with the browser.
  for (const url of ['/p/:project', '/p/:project/']) app.get<{ Params: { project: string } }>(url, (request, reply) => reply.redirect(`/projects/${encodeURIComponent(request.params.project)}`))

  app.get('/health', (_request, reply) => reply.type('text/plain; charset=utf-8').send('OK'))
  app.get('/health/live', () => ({ status: 'live' }))
  app.get('/health/ready', async (_request, reply) => {
    const services = (await health.health()).filter((h) => h.service !== 'web')
    const isReady = services.every((s) => s.ok)
    return reply
      .code(isReady ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: isReady ? 'ready' : 'not ready', services })
  })
  app.get('/metrics', async (request, reply) => {
    if (metricsToken !== undefined && !isSame(request.headers.authorization, `Bearer ${metricsToken}`))
      return reply
        .code(401)
        .header('www-authenticate', 'Bearer')
        .send({ error: { code: 'UNAUTHENTICATED', message: 'Send the metrics token as Bearer.', requestId: request.id } })
    return reply.header('content-type', metrics.contentType).send(await metrics.text())
  })
}

/** Compares digests, so that neither length nor content shows in the time it takes. */
function isSame(given: string | undefined, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given ?? ''), digest(expected))
}
