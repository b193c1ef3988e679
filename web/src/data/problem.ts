/**
 * The one translator from what went wrong to what a person reads: what happened, why, what to do next.
 * Pages never look at an error's code; they show a Problem.
 */
import type { CombinedError } from 'urql'

export type ProblemKind = 'missing' | 'forbidden' | 'signed-out' | 'down' | 'offline' | 'invalid' | 'conflict' | 'busy' | 'defect'

export interface Problem {
  readonly kind: ProblemKind
  readonly title: string
  readonly detail: string
  /** The gateway's code, e.g. SUBGRAPH_DOWN. */
  readonly code: string
  readonly service?: string
  readonly status?: number
  readonly requestId?: string
  readonly denialId?: string
  /** The input at fault, when the server names it. */
  readonly field?: string
  readonly at: number
}

/** What the translator reads of an error, whichever way it came. */
interface Source {
  readonly code: string
  readonly message: string
  readonly status?: number
  readonly service?: string
  readonly requestId?: string
  readonly denialId?: string
  readonly field?: string
}

const kinds: Readonly<Record<string, ProblemKind>> = {
  NOT_FOUND: 'missing',
  FORBIDDEN: 'forbidden',
  UNAUTHENTICATED: 'signed-out',
  UNAVAILABLE: 'down',
  SUBGRAPH_DOWN: 'down',
  OFFLINE: 'offline',
  BAD_USER_INPUT: 'invalid',
  GRAPHQL_VALIDATION_FAILED: 'invalid',
  TOO_LARGE: 'invalid',
  ALREADY_EXISTS: 'conflict',
  CONFLICT: 'conflict',
  TOO_MANY_REQUESTS: 'busy',
}

const byStatus: Readonly<Record<number, string>> = {
  400: 'BAD_USER_INPUT',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  413: 'TOO_LARGE',
  422: 'BAD_USER_INPUT',
  429: 'TOO_MANY_REQUESTS',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
}

const words: Readonly<Record<ProblemKind, (what: string, source: Source) => Pick<Problem, 'title' | 'detail'>>> = {
  missing: () => ({ title: 'Not found, or not open to you', detail: 'If it exists here, you have no right to read it. The answer is the same in both cases, so that names do not leak.' }),
  forbidden: (what, { message }) => ({ title: `${what} is not open to you`, detail: sentence(message) }),
  'signed-out': () => ({ title: 'Your session ended', detail: 'Nothing was lost. Sign in to return to where you were.' }),
  down: (what, { service }) => ({ title: `${what} could not be read`, detail: `The ${service ?? 'needed'} service does not answer. The other panels are not affected.` }),
  offline: (what) => ({ title: `${what} could not be read`, detail: 'The server cannot be reached from here. Look at the connection, then try again.' }),
  invalid: (what, { message }) => ({ title: `${what}: the request was refused`, detail: sentence(message) }),
  conflict: (what, { message }) => ({ title: `${what} was not changed`, detail: sentence(message) }),
  busy: (what) => ({ title: `${what} has to wait`, detail: 'Too many requests came in a short time. Try again in a few seconds.' }),
  defect: (what) => ({ title: `${what} could not be read`, detail: 'The server met a defect of its own. Its log has the details under the request id.' }),
}

/** `what` is the panel's or the action's subject: "Runs", "The upload". */
export function problemFrom(source: Source, what: string, at = Date.now()): Problem {
  const kind = kinds[source.code] ?? 'defect'
  return { kind, ...words[kind](what, source), code: source.code, service: source.service, status: source.status, requestId: source.requestId, denialId: source.denialId, field: source.field, at }
}

/** The first error of a GraphQL answer; the most telling one if there are several. */
export function problemOf(error: CombinedError, what: string, at?: number): Problem {
  return problemFrom(sourceOf(error), what, at)
}

/** A fetch that was answered with a refusal in one of the shapes of the REST families. */
export async function problemOfResponse(response: Response, what: string): Promise<Problem> {
  const body: unknown = await response.json().catch(() => undefined)
  return problemFrom(
    { code: byStatus[response.status] ?? 'INTERNAL_SERVER_ERROR', message: messageIn(body), status: response.status, requestId: response.headers.get('x-request-id') ?? undefined },
    what,
  )
}

export const offlineProblem = (what: string): Problem => problemFrom({ code: 'OFFLINE', message: '' }, what)

/** What *Copy details* puts on the clipboard. */
export function detailsOf(problem: Problem, address: string): string {
  const lines = [
    problem.title,
    problem.detail,
    `Code: ${problem.code}${problem.status === undefined ? '' : ` (HTTP ${problem.status})`}`,
    problem.service && `Service: ${problem.service}`,
    problem.requestId && `Request: ${problem.requestId}`,
    problem.denialId && `Denial: ${problem.denialId}`,
    `Time: ${new Date(problem.at).toISOString()}`,
    `Address: ${address}`,
  ]
  return lines.filter(Boolean).join('\n')
}

/** Whether the same request can succeed later. */
export const canRetry = ({ kind }: Problem): boolean => kind === 'down' || kind === 'offline' || kind === 'busy' || kind === 'defect'

const severity: readonly string[] = ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'SUBGRAPH_DOWN', 'UNAVAILABLE']

function sourceOf(error: CombinedError): Source {
  const response: unknown = error.response
  const status = response instanceof Response ? response.status : undefined
  const requestId = response instanceof Response ? (response.headers.get('x-request-id') ?? undefined) : undefined
  const ranked = error.graphQLErrors.map((one) => ({ one, rank: severity.indexOf(textOf(one.extensions, 'code') ?? '') })).sort((a, b) => order(a.rank) - order(b.rank))
  const first = ranked[0]?.one
  if (first) {
    const { extensions } = first
    return {
      code: textOf(extensions, 'code') ?? (status === undefined ? 'INTERNAL_SERVER_ERROR' : (byStatus[status] ?? 'INTERNAL_SERVER_ERROR')),
      message: first.message,
      status,
      service: textOf(extensions, 'service') ?? textOf(extensions, 'subgraph') ?? textOf(extensions, 'serviceName'),
      requestId: textOf(extensions, 'requestId') ?? requestId,
      denialId: textOf(extensions, 'denialId'),
      field: textOf(extensions, 'field'),
    }
  }
  if (status === undefined || status === 0) return { code: 'OFFLINE', message: '' }
  return { code: byStatus[status] ?? 'INTERNAL_SERVER_ERROR', message: error.networkError?.message ?? '', status, requestId }
}

const order = (rank: number): number => (rank === -1 ? severity.length : rank)

function textOf(record: unknown, key: string): string | undefined {
  if (typeof record !== 'object' || record === null) return undefined
  const value: unknown = Reflect.get(record, key)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** MLflow says `message`, the mini platform `detail`, ML Studio `error`. */
const messageIn = (body: unknown): string => textOf(body, 'message') ?? textOf(body, 'detail') ?? textOf(body, 'error') ?? ''

const sentence = (text: string): string => (text === '' ? 'The server gave no reason.' : /[.!?]$/.test(text) ? text : `${text}.`)
