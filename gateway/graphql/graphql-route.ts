/** `/graphql` over HTTP: reads the request, asks the graph, sends the answer. */
import { HeaderMap, type HTTPGraphQLResponse } from '@apollo/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GraphQLFormattedError } from 'graphql'
import { refuseDocument } from '#gateway/graphql/document-limits.ts'
import { type Graph, newOperationContext } from '#gateway/graphql/graph.ts'
import { limits } from '#gateway/graphql/limits.ts'
import { askFor } from '#gateway/mlflow-graphql/ask.ts'
import { executeMlflow, mlflowOperation } from '#gateway/mlflow-graphql/execute.ts'
import type { Caller } from '#shared/actor.ts'
import { DomainError } from '#shared/errors.ts'
import { graphqlCodes } from '#shared/graphql/error-format.ts'
import { parseJson, stringifyJson } from '#shared/json.ts'
import { httpStatus } from '#shared/rest/error-format.ts'
import { readWholeBody } from '#shared/rest/mount.ts'
import type { Log } from '#shared/telemetry/log.ts'

export interface GraphqlRouteOptions {
  readonly graph: Graph
  readonly callerOf: (request: FastifyRequest) => Promise<Caller>
  readonly log: Log
}

export function mountGraphql(app: FastifyInstance, { graph, callerOf, log }: GraphqlRouteOptions): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    exposeHeadRoute: false,
    async handler(request, reply) {
      try {
        const caller = await callerOf(request)
        const context = newOperationContext(caller)
        const search = queryStringOf(request)
        const body = request.method === 'POST' ? await bodyOf(request) : undefined
        const text = body === undefined ? new URLSearchParams(search).get('query') : documentOf(body)
        const refusal = typeof text === 'string' ? refuseDocument(text) : undefined
        if (refusal) return sendErrors(reply, 400, [{ message: refusal.message, extensions: { code: refusal.extensions['code'] } }])
        const ofMlflow = mlflowOperation(body)
        if (ofMlflow) {
          if (caller.kind === 'anonymous') throw new DomainError('UNAUTHENTICATED', 'You are not authenticated. Send a token as Bearer, or user name and password as Basic.')
          return await reply.type('application/json').send(stringifyJson(await executeMlflow(ofMlflow, askFor(app, request))))
        }
        const answer = await graph.execute({ method: request.method, headers: headersOf(request), search, body, context })
        Object.assign(request.door, context.noted)
        return await send(reply, answer)
      } catch (error) {
        return sendFailure(reply, error, log)
      }
    },
  })
}

const queryStringOf = (request: FastifyRequest): string => {
  const at = request.raw.url?.indexOf('?') ?? -1
  return at < 0 ? '' : (request.raw.url?.slice(at) ?? '')
}

const documentOf = (body: unknown): unknown => (typeof body === 'object' && body !== null && 'query' in body ? body.query : undefined)

/** Only JSON in UTF-8: every other type could be sent by a form of another site, or would have to be guessed. */
async function bodyOf(request: FastifyRequest): Promise<unknown> {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const charset = parameters
    .find((p) => p.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '')
  if (type !== 'application/json' || (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8'))
    throw new DomainError('UNSUPPORTED_MEDIA', 'Send the operation as application/json in UTF-8.')
  const bytes = await readWholeBody(request, limits.bodyBytes)
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new DomainError('INVALID', 'The body is not JSON in UTF-8.', {}, { cause: error })
  }
}

function headersOf(request: FastifyRequest): HeaderMap {
  const headers = new HeaderMap()
  for (const [name, value] of Object.entries(request.headers)) if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  return headers
}

async function send(reply: FastifyReply, { status, headers, body }: HTTPGraphQLResponse): Promise<FastifyReply> {
  for (const [name, value] of headers) reply.header(name, value)
  reply.code(status ?? 200)
  if (body.kind === 'complete') return reply.send(body.string)
  throw new Error('the gateway never answers in parts')
}

function sendErrors(reply: FastifyReply, status: number, errors: readonly GraphQLFormattedError[]): FastifyReply {
  // A refused body is still on its way; the connection cannot be used again.
  if (!reply.request.raw.complete) reply.header('connection', 'close')
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify({ errors }))
}

function sendFailure(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  if (!(error instanceof DomainError)) {
    log.error({ requestId: reply.request.id, err: error }, 'request failed')
    return sendErrors(reply, 500, [{ message: 'Something went wrong on our side.', extensions: { code: graphqlCodes.INTERNAL } }])
  }
  if (error.details.retryAfter !== undefined) reply.header('retry-after', String(error.details.retryAfter))
  return sendErrors(reply, httpStatus[error.code], [{ message: error.message, extensions: { code: graphqlCodes[error.code], ...error.details } }])
}
