/**
 * One subsystem as a process of its own: GraphQL, its REST routes and its ports behind the inner identity. Only the
 * gateway and the other subgraphs hold the key, so whoever reaches the port without it gets 401 (security.md G-4).
 */
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Access } from '#shared/access.ts'
import type { Caller } from '#shared/actor.ts'
import { createOperationRunner } from '#shared/graphql/execute.ts'
import { innerHeader, type InnerVerifier } from '#shared/inner-identity.ts'
import { parseJson, stringifyJson } from '#shared/json.ts'
import { mountPorts } from '#shared/port-transport.ts'
import { mountRoutes, readWholeBody, sendError, takeBodiesRaw } from '#shared/rest/mount.ts'
import type { Subsystem } from '#shared/subsystem.ts'
import type { Log } from '#shared/telemetry/log.ts'

export interface ServeOptions {
  readonly subsystem: Subsystem<object>
  readonly portMethods: readonly string[]
  readonly verifier: InnerVerifier
  readonly access: Access
  readonly log: Log
}

const MAX_OPERATION_BYTES = 16 * 1024 * 1024
const operation = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).nullish(), operationName: z.string().nullish() })

export function createSubgraphServer({ subsystem, portMethods, verifier, access, log }: ServeOptions): FastifyInstance {
  const app = Fastify({ logger: false, requestIdHeader: 'x-request-id', routerOptions: { maxParamLength: 2_000 }, forceCloseConnections: 'idle' })
  takeBodiesRaw(app)
  const callerOf = (request: FastifyRequest): Promise<Caller> => {
    const token = request.headers[innerHeader]
    return verifier.verify(typeof token === 'string' ? token : undefined)
  }

  const run = createOperationRunner(subsystem.schema, (error) => log.error({ err: error }, 'a resolver failed'))
  app.post('/graphql', async (request, reply) => {
    try {
      const caller = await callerOf(request)
      const body = operation.parse(parseJson((await readWholeBody(request, MAX_OPERATION_BYTES)).toString('utf8')))
      const actor = await access.actorOf(caller, isMutation(body.query) ? 'write' : 'read')
      const answer = await run({ query: body.query, variables: body.variables ?? {}, ...(body.operationName ? { operationName: body.operationName } : {}) }, subsystem.context(actor))
      return await reply.header('content-type', 'application/json').send(stringifyJson(answer))
    } catch (error) {
      return sendError(reply, 'own', error, request.id, log)
    }
  })

  app.addHook('onResponse', (request, reply, done) => {
    log.info({ requestId: request.id, method: request.method, path: request.url.split('?', 1)[0], status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request')
    done()
  })
  mountRoutes(app, subsystem.routes, { access, log, callerOf })
  mountPorts(app, subsystem.ports, portMethods, verifier, log)

  app.get('/health/live', () => ({ status: 'ok' }))
  app.get('/health/ready', async (_request, reply) => {
    const dependencies = await subsystem.health()
    return reply.code(dependencies.every((d) => d.ok) ? 200 : 503).send({ service: subsystem.name, dependencies })
  })
  return app
}

/** The gateway sends one operation per request and names its kind first. */
const isMutation = (query: string): boolean => /^\s*mutation\b/.test(query)
