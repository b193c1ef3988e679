/**
 * Serves route tables on a Fastify instance: establishes the actor, chooses the scope, asks the policy, reads the body,
 * calls the handler, words errors in the route's family. The same code in the gateway's process and in a subgraph's own.
 */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { checkFresh, scopeIn, refusal, type Access } from '#shared/access.ts'
import type { Actor, Caller, Scope } from '#shared/actor.ts'
import { DomainError, notFound } from '#shared/errors.ts'
import { parseJson, stringifyJson } from '#shared/json.ts'
import { couldHold, decide, isPlatform, type Permission } from '#shared/policy.ts'
import { errorAnswer, type Family } from '#shared/rest/error-format.ts'
import { RestAnswer, type RawInput, type Route } from '#shared/rest/route.ts'
import type { Log } from '#shared/telemetry/log.ts'

export interface MountOptions {
  readonly access: Access
  readonly log: Log
  /** Who sent this request. Throws UNAUTHENTICATED for a bad credential; anonymous when there is none. */
  readonly callerOf: (request: FastifyRequest) => Promise<Caller>
}

const DEFAULT_MAX_BODY = 32 * 1024 * 1024
const BODY_DEADLINE_MS = 60_000
export const defaultProject = 'default'

/** Bodies reach us unread: MLflow's rules about content types and broken JSON are the routes', not Fastify's. */
export function takeBodiesRaw(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
}

export function mountRoutes(app: FastifyInstance, routes: readonly Route[], options: MountOptions): void {
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      exposeHeadRoute: false,
      handler: (request, reply) => answer(route, request, reply, options),
    })
  }
}

async function answer(route: Route, request: FastifyRequest, reply: FastifyReply, options: MountOptions): Promise<FastifyReply> {
  try {
    const caller = await options.callerOf(request)
    if (route.needs !== 'public' && caller.kind === 'anonymous') throw new DomainError('UNAUTHENTICATED', 'You are not authenticated. Send a token as Bearer, or user name and password as Basic.')
    const { actor, scope } = await checkFresh(options.access, caller, route.writes ? 'write' : 'read', (actor) => admit(route, actor))
    const raw: RawInput = {
      method: route.method,
      params: request.params as Record<string, string>, // Fastify types them as unknown; its router makes strings
      query: new URLSearchParams(request.raw.url?.split('?', 2)[1] ?? ''),
      headers: singleHeaders(request),
      ...(route.body === 'json' ? await readJson(request, route) : { body: undefined }),
    }
    const stream = route.body === 'stream' && request.raw.readable ? request.raw : Readable.from([])
    const facts = { actor, params: raw.params, query: raw.query, headers: raw.headers, stream, input: undefined as never, ...(scope ? { scope } : {}) }
    return send(reply, await route.serve(facts, raw))
  } catch (error) {
    return sendError(reply, route.family, error, request.id, options.log)
  }
}

function admit(route: Route, actor: Actor): { readonly actor: Actor; readonly scope: Scope | undefined } {
  const scope = route.within === 'project' ? scopeFor(actor) : undefined
  allowOrRefuse(route, actor, scope)
  return { actor, scope }
}

/** The project of an MLflow-like request: what the door found, else the only membership, else `default`; else nothing. */
function scopeFor(actor: Actor): Scope {
  if (actor.projectName !== undefined) return scopeIn(actor, actor.projectName)
  const visible = actor.ceiling?.projects ? actor.snapshot.projects.filter((p) => actor.ceiling?.projects?.includes(p.id)) : actor.snapshot.projects
  const [only] = visible
  if (visible.length === 1 && only) return scopeIn(actor, only.name)
  return scopeIn(actor, defaultProject)
}

function allowOrRefuse(route: Route, actor: Actor, scope: Scope | undefined): void {
  if (route.needs === 'public' || route.needs === 'authenticated') return
  const permission: Permission = route.needs
  const projectId = isPlatform(permission) ? undefined : scope?.project.id
  if (couldHold(actor, permission, projectId)) return
  throw refusal(permission, decide(actor, permission, projectId).because)
}

async function readJson(request: FastifyRequest, route: Route): Promise<Pick<RawInput, 'body' | 'bodyText'>> {
  const bytes = await readWholeBody(request, route.maxBodyBytes ?? DEFAULT_MAX_BODY)
  if (bytes.length === 0) return { body: undefined }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new DomainError('INVALID', 'The body is not valid UTF-8.')
  }
  try {
    return { body: parseJson(text), bodyText: text }
  } catch {
    return { body: undefined }
  }
}

/** The whole body, at most `limit` bytes; a body that stops half-way is refused, never half-used. */
export async function readWholeBody(request: FastifyRequest, limit: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0)
  const tooLarge = () => new DomainError('TOO_LARGE', `The body is larger than ${limit} bytes.`)
  if (announced > limit) throw tooLarge()
  const timer = setTimeout(() => request.raw.destroy(new Error('body too slow')), BODY_DEADLINE_MS)
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request.raw as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > limit) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof DomainError) throw error
    throw new DomainError('INVALID', 'The body ended early.', {}, { cause: error })
  } finally {
    clearTimeout(timer)
  }
  return Buffer.concat(chunks)
}

function singleHeaders(request: FastifyRequest): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]))
}

function send(reply: FastifyReply, result: RestAnswer | object | undefined): FastifyReply {
  const { body, options } = result instanceof RestAnswer ? result : new RestAnswer(result ?? {})
  reply
    .code(options.status ?? 200)
    .header('x-request-id', reply.request.id)
    .headers(options.headers ?? {})
  if (body === undefined) return reply.send()
  if (typeof body === 'string' || body instanceof Readable) return reply.send(body)
  return reply.header('content-type', 'application/json').send(stringifyJson(body))
}

export function sendError(reply: FastifyReply, family: Family, error: unknown, requestId: string, log: Log): FastifyReply {
  const { status, headers, body } = errorAnswer(family, error, requestId)
  if (status >= 500 && status !== 501) log.error({ requestId, err: error }, 'request failed')
  // A refused upload leaves its body unread; the connection cannot be used again.
  if (!reply.request.raw.complete) reply.header('connection', 'close')
  return reply.code(status).headers(headers).header('content-type', 'application/json').send(JSON.stringify(body))
}

export const routeNotFound = (path: string): DomainError => notFound(`No such path: ${path}`)
