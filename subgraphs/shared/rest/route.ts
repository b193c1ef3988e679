/**
 * A REST route is a declaration: where it is, who may, how its input is read, and one service call. Subgraphs export
 * arrays of these; mount.ts serves them, in the gateway's process or in a subgraph's own.
 */
import type { Readable } from 'node:stream'
import type { Actor, Scope } from '#shared/actor.ts'
import type { Permission } from '#shared/policy.ts'
import type { Family } from '#shared/rest/error-format.ts'

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a parser sees: nothing is interpreted yet. */
export interface RawInput {
  readonly method: Method
  /** Path parameters, percent-decoded; the wildcard is '*'. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The JSON body: undefined when there is none or it cannot be parsed (MLflow treats both alike). */
  readonly body: unknown
  /** The JSON body as it was written, for errors that quote it. */
  readonly bodyText?: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

interface RequestFacts<Input> {
  readonly actor: Actor
  readonly input: Input
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The unread body of routes that declare `body: 'stream'`. Ends with an error when the client goes away. */
  readonly stream: Readable
}
/** A request to a route inside one project. */
export interface ProjectRequest<Input> extends RequestFacts<Input> {
  readonly scope: Scope
}
/** A request to a route outside projects. */
export type PlatformRequest<Input> = RequestFacts<Input>

/** What a handler returns: a plain object is a 200 JSON body. */
export class RestAnswer {
  constructor(
    readonly body: object | string | Readable | undefined,
    readonly options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {}
}

export interface Route {
  readonly method: Method
  /** Fastify syntax: `/a/:id`, `/a/*`. Complete, from the root. */
  readonly path: string
  readonly family: Family
  /** One sentence for openapi.json and for people. */
  readonly summary: string
  /**
   * A permission: checked (could it be held in the project?) before the handler and its input parsing; services decide
   * again per resource. 'authenticated': any valid credential. 'public': listed in a test with its reason.
   */
  readonly needs: Permission | 'authenticated' | 'public'
  /** 'project': the scope is chosen by path prefix, header, token, only membership or `default` (design section 4). */
  readonly within: 'project' | 'platform'
  readonly body: 'json' | 'stream' | 'none'
  readonly maxBodyBytes?: number
  /** Writes ask identity anew; defaults to true for everything but GET and HEAD. */
  readonly writes: boolean
  readonly serve: (request: ProjectRequest<never> | PlatformRequest<never>, raw: RawInput) => Promise<RestAnswer | object | undefined>
}

interface Spec<Input> {
  readonly method: Method
  readonly path: string
  readonly family: Family
  readonly summary: string
  readonly needs: Permission | 'authenticated' | 'public'
  readonly body?: 'json' | 'stream' | 'none'
  readonly maxBodyBytes?: number
  readonly writes?: boolean
  readonly input?: (raw: RawInput) => Input
}

const withDefaults = (spec: Spec<unknown>) => ({
  method: spec.method,
  path: spec.path,
  family: spec.family,
  summary: spec.summary,
  needs: spec.needs,
  body: spec.body ?? (spec.method === 'GET' || spec.method === 'HEAD' ? 'none' : 'json'),
  writes: spec.writes ?? (spec.method !== 'GET' && spec.method !== 'HEAD'),
  ...(spec.maxBodyBytes === undefined ? {} : { maxBodyBytes: spec.maxBodyBytes }),
})

/** A route inside one project. */
export function projectRoute<Input = undefined>(spec: Spec<Input> & { readonly handle: (request: ProjectRequest<Input>) => Promise<RestAnswer | object | undefined> }): Route {
  return {
    ...withDefaults(spec),
    within: 'project',
    // The mount hands over what `within` promises; Input exists only between this pair of functions.
    serve: (request, raw) => spec.handle({ ...request, input: spec.input?.(raw) } as ProjectRequest<Input>),
  }
}

/** A route outside projects. */
export function platformRoute<Input = undefined>(spec: Spec<Input> & { readonly handle: (request: PlatformRequest<Input>) => Promise<RestAnswer | object | undefined> }): Route {
  return { ...withDefaults(spec), within: 'platform', serve: (request, raw) => spec.handle({ ...request, input: spec.input?.(raw) } as PlatformRequest<Input>) }
}

/** MLflow serves every endpoint twice, for clients and for its UI: `/api/<v>` and `/ajax-api/<v>` (mlflow-api.md section 6). */
export const withAjaxTwins = (routes: readonly Route[]): Route[] =>
  routes.flatMap((route) => (route.path.startsWith('/api/2.0/') || route.path.startsWith('/api/3.0/') ? [route, { ...route, path: `/ajax-api${route.path.slice('/api'.length)}` }] : [route]))
