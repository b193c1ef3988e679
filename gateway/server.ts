/**
 * The HTTP server at the door, the same in both topologies: what differs, how a subgraph's routes are reached, comes in as
 * `parts`. The order is guard, authenticate, then a route; nothing here knows what a route is about.
 */
import { randomUUID } from 'node:crypto'
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Socket } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Authenticate, EdgeRequest } from '#gateway/edge/authenticate.ts'
import { cutPrefixes, decorateWithDoorFacts } from '#gateway/edge/door-facts.ts'
import { guardRequests } from '#gateway/edge/guard.ts'
import type { Sites } from '#gateway/edge/hosts.ts'
import { createMetrics, observeRequests } from '#gateway/edge/observe.ts'
import { mountOwnRoutes } from '#gateway/edge/own-routes.ts'
import { familyOf, isAppPath, splitProject, wantsHtml } from '#gateway/edge/paths.ts'
import { answerOwnErrors, answerUnknownPaths, asDomainError, type KnownRoute, rememberRoutes } from '#gateway/edge/unknown-paths.ts'
import type { Face } from '#gateway/faces.ts'
import type { Graph } from '#gateway/graphql/graph.ts'
import { mountGraphql } from '#gateway/graphql/graphql-route.ts'
import { serveWebApp } from '#gateway/web/web-app.ts'
import type { HealthPort } from '#ports'
import type { Access } from '#shared/access.ts'
import type { Caller } from '#shared/actor.ts'
import { mountRoutes, sendError, takeBodiesRaw, type MountOptions } from '#shared/rest/mount.ts'
import type { Route } from '#shared/rest/route.ts'
import type { Log } from '#shared/telemetry/log.ts'

/** How the REST routes of one subgraph are served: mounted here, or forwarded to its process. */
export type RestPart = (app: FastifyInstance, options: MountOptions) => void
export const mounted =
  (routes: readonly Route[]): RestPart =>
  (app, options) =>
    mountRoutes(app, routes, options)

export interface ServerOptions {
  readonly graph: Graph
  readonly parts: readonly RestPart[]
  readonly access: Access
  readonly authenticate: Authenticate
  readonly health: HealthPort
  readonly sites: Sites
  readonly log: Log
  /** Folder of the built web app; need not exist. */
  readonly webRoot: string
  readonly trustProxy: readonly string[]
  readonly publicUrl: string | undefined
  readonly metricsToken: string | undefined
  /** What a program is greeted with, by local port. */
  readonly faces: Readonly<Record<number, Face>>
}

export interface Door {
  readonly app: FastifyInstance
  readonly routes: readonly KnownRoute[]
  /** Listens on the main port and on one more per face. Returns the main address. */
  listen(host: string, port: number, facePorts: readonly number[]): Promise<{ readonly host: string; readonly port: number }>
  /** Lets requests in flight finish, for at most 30 s. */
  close(): Promise<void>
}

/** A client has this long to send its headers (slowloris), and this long to send a whole body (uploads). */
const timeouts = { headersTimeout: 20_000, requestTimeout: 3_600_000, keepAliveTimeout: 72_000, connectionsCheckingInterval: 5_000 } as const
const IDLE_SOCKET_MS = 120_000
const CLOSE_MS = 30_000

export async function createServer(options: ServerOptions): Promise<Door> {
  const { log, access } = options
  const app: FastifyInstance = Fastify({
    logger: false,
    genReqId: requestIdOf,
    routerOptions: { maxParamLength: 2_000 },
    rewriteUrl: cutProject,
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    http: { ...timeouts },
    requestTimeout: timeouts.requestTimeout,
    keepAliveTimeout: timeouts.keepAliveTimeout,
    connectionTimeout: IDLE_SOCKET_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    clientErrorHandler: refuseBytes,
    frameworkErrors: (error, request, reply) => void sendError(reply, familyOf(request.raw.url ?? '/'), asDomainError(error), request.id, log),
  })
  decorateWithDoorFacts(app)
  takeBodiesRaw(app)

  const metrics = createMetrics()
  guardRequests(app, options)
  observeRequests(app, metrics, log)
  let isClosing = false
  app.addHook('onSend', (_request, reply, payload, done) => {
    // A connection that is kept for later would keep us from stopping.
    if (isClosing) reply.header('connection', 'close')
    done(null, payload)
  })
  const routes = rememberRoutes(app)
  const web = await serveWebApp(app, options.webRoot)
  answerUnknownPaths(app, web, routes)
  answerOwnErrors(app, log)

  const callerOf = async (request: FastifyRequest): Promise<Caller> => (request.door.caller ??= await options.authenticate(edgeOf(request)))
  mountOwnRoutes(app, { web, health: options.health, metrics, metricsToken: options.metricsToken, faces: options.faces, mainPort: () => mainPort })
  mountGraphql(app, { graph: options.graph, callerOf, log })
  for (const part of options.parts) part(app, { access, log, callerOf })

  let mainPort = 0
  const extra: Server[] = []
  return {
    app,
    routes,
    async listen(host, port, facePorts) {
      await app.listen({ host, port })
      mainPort = (app.server.address() as AddressInfo).port // a TCP server that listens has an AddressInfo
      for (const face of facePorts) if (face !== mainPort) extra.push(await listenAlso(app, host, face))
      return { host, port: mainPort }
    },
    async close() {
      isClosing = true
      const timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS)
      await Promise.all([app.close(), ...extra.map((server) => endServer(server))])
      clearTimeout(timer)
    },
  }
}

const edgeOf = (request: FastifyRequest): EdgeRequest => ({
  id: request.id,
  method: request.method,
  headers: request.headers,
  host: request.host,
  isHttps: request.headers['x-sluice-https'] === '1',
  ip: request.ip,
  projectPrefix: request.door.projectPrefix,
})

/** A sender's own id is kept when it cannot disturb a log. */
function requestIdOf(request: { headers: IncomingMessage['headers'] }): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID()
}

/** `/p/<project>/…` of clients becomes `/…` with the project noted; a browser's address stays what it is. */
function cutProject(request: IncomingMessage): string {
  const url = request.url ?? '/'
  const split = splitProject(url)
  if (!split) return url
  if (isAppPath(split.rest.split('?', 1)[0] ?? '') && wantsHtml(request.method ?? '', request.headers.accept)) return url
  cutPrefixes.set(request, split.project)
  return split.rest
}

/** Bytes that are no HTTP: a short answer without a word about the inside. */
function refuseBytes(_error: Error, socket: Socket): void {
  if (!socket.writable) return
  const body = '{"error":{"code":"INVALID","message":"The request cannot be read."}}'
  socket.end(`HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`)
}

async function listenAlso(app: FastifyInstance, host: string, port: number): Promise<Server> {
  const server = createHttpServer(timeouts, (request, reply) => app.routing(request, reply))
  server.on('clientError', refuseBytes)
  server.setTimeout(IDLE_SOCKET_MS)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return server
}

function endServer(server: Server): Promise<void> {
  server.closeIdleConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
