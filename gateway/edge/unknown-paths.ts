/** What an address answers that no route serves: the app for browsers, else 404 or 405 in the words of the path's family. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pathOf } from '#gateway/edge/guard.ts'
import { familyOf, isAppPath, wantsHtml } from '#gateway/edge/paths.ts'
import type { WebApp } from '#gateway/web/web-app.ts'
import { DomainError } from '#shared/errors.ts'
import { errorAnswer } from '#shared/rest/error-format.ts'
import { sendError } from '#shared/rest/mount.ts'
import type { Log } from '#shared/telemetry/log.ts'

export interface KnownRoute {
  readonly method: string
  /** In Fastify's syntax. */
  readonly path: string
  readonly pattern: RegExp
}

/** A list that grows with every route from now on; call it before routes are added. */
export function rememberRoutes(app: FastifyInstance): readonly KnownRoute[] {
  const known: KnownRoute[] = []
  app.addHook('onRoute', ({ url, method }) => {
    for (const one of [method].flat()) known.push({ method: one, path: url, pattern: patternOf(url) })
  })
  return known
}

export function answerUnknownPaths(app: FastifyInstance, web: WebApp, known: readonly KnownRoute[]): void {
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request)
    if (wantsHtml(request.method, request.headers.accept) && familyOf(path) === 'own') return web.page(reply, isAppPath(path) ? 200 : 404)
    const allowed = new Set(known.filter((route) => route.pattern.test(path)).map((route) => route.method))
    // A route of this method that found nothing, such as a file that is not there, is missing as well.
    return allowed.size > 0 && !allowed.has(request.method) ? wrongMethod(request, reply, path, [...allowed].sort()) : missing(request, reply, path)
  })
}

const patternOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/::/g, ':')
      .replace(/:\w+/g, '[^/]+')
      .replace(/\*/g, '.*')}$`,
  )

function missing(request: FastifyRequest, reply: FastifyReply, path: string): FastifyReply {
  return answer(request, reply, path, new DomainError('NOT_FOUND', `No such path: ${request.method} ${path}`, { protocolCode: 'ENDPOINT_NOT_FOUND' }))
}

function wrongMethod(request: FastifyRequest, reply: FastifyReply, path: string, allowed: readonly string[]): FastifyReply {
  reply.header('allow', allowed.join(', '))
  return answer(request, reply, path, new DomainError('INVALID', `${path} answers ${allowed.join(', ')}, not ${request.method}.`, { protocolCode: 'BAD_REQUEST' }), 405)
}

function answer(request: FastifyRequest, reply: FastifyReply, path: string, error: DomainError, status?: number): FastifyReply {
  const worded = errorAnswer(familyOf(path), error, request.id)
  if (!request.raw.complete) reply.header('connection', 'close')
  return reply
    .code(status ?? worded.status)
    .headers(worded.headers)
    .header('content-type', 'application/json')
    .send(JSON.stringify(worded.body))
}

/** Errors of Fastify itself, before a route's own wording: broken addresses, unreadable types, our defects. */
export function answerOwnErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error, request, reply) => sendError(reply, familyOf(pathOf(request)), asDomainError(error), request.id, log))
}

/** MLflow's words (mlflow/server/handlers.py); they are as true for everybody else. */
const unreadableType = "Bad Request. Content-Type must be one of ['application/json']."

export function asDomainError(error: unknown): unknown {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (error instanceof DomainError || status >= 500) return error
  const cause = { cause: error }
  if (status === 413) return new DomainError('TOO_LARGE', 'The body is too large.', {}, cause)
  if (status === 415) return new DomainError('UNSUPPORTED_MEDIA', unreadableType, {}, cause)
  return new DomainError('INVALID', 'The request cannot be read.', {}, cause)
}
