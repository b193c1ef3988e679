/**
 * Calling an address that a person gave us, without becoming their way into our network (security.md 1.2, W-8). The host
 * is resolved once, every answer must be public, exactly those addresses are dialled, and the peer of the connected socket
 * is looked at before a byte is sent: a second answer of the DNS finds nothing to change. Redirects are answers like any
 * other, proxies of the environment are not used, and nothing of the response but its status comes back.
 */
import { lookup } from 'node:dns/promises'
import { request } from 'node:http'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { isPublicAddress } from '#shared/outbound/public-address.ts'

export type Resolve = (host: string) => Promise<readonly string[]>

export interface OutboundOptions {
  /** Lets calls reach this machine and its network. For tests. */
  readonly allowPrivate?: boolean
  /** Addresses of a host name; the system's resolver unless a test brings its own. */
  readonly resolve?: Resolve
  /** Certificates to trust besides the usual ones, PEM. */
  readonly ca?: string
}

/** Why there is no answer. */
export type OutboundFailure = 'unresolved' | 'not-public' | 'no-connection' | 'tls' | 'timeout' | 'stopped'

export class OutboundError extends Error {
  override readonly name = 'OutboundError'
  constructor(
    readonly failure: OutboundFailure,
    options?: ErrorOptions,
  ) {
    super(`The call failed: ${failure}`, options)
  }
}

export interface OutboundCall {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** For everything together, from the name to the end of the answer. */
  readonly deadlineMs: number
  /** Gives up early: the failure is `stopped`. */
  readonly signal?: AbortSignal
}

export interface OutboundReply {
  readonly status: number
  /** Retry-After, in seconds or as a date. */
  readonly retryAfterMs?: number
}

export interface Outbound {
  /** Refuses a host that does not resolve, or not only to public addresses. */
  check(host: string): Promise<void>
  /** Throws an OutboundError when no status came. */
  post(call: OutboundCall): Promise<OutboundReply>
}

const RESOLVE_MS = 5_000
const CONNECT_MS = 3_000
const MAX_ADDRESSES = 3
const MAX_BODY_BYTES = 4_096

export function createOutbound({ allowPrivate = false, resolve = systemResolver(), ca }: OutboundOptions = {}): Outbound {
  const mayReach = (address: string): boolean => allowPrivate || isPublicAddress(address)

  const addressesOf = async (host: string): Promise<readonly string[]> => {
    const addresses = isIP(host) === 0 ? await named(host, resolve) : [host]
    if (!addresses.every(mayReach)) throw new OutboundError('not-public')
    return addresses.slice(0, MAX_ADDRESSES)
  }
  const dial = async (url: URL, signal: AbortSignal): Promise<Socket> => {
    const host = hostOf(url)
    const isTls = url.protocol === 'https:'
    const port = Number(url.port || (isTls ? 443 : 80))
    let failure: unknown = new OutboundError('unresolved')
    for (const address of await addressesOf(host)) {
      if (signal.aborted) break
      try {
        const socket = await connected(address, port, mayReach, signal)
        return isTls ? await secured(socket, host, ca) : socket
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  return {
    async check(host) {
      await within(RESOLVE_MS, undefined, () => addressesOf(host))
    },
    post: (call) => within(call.deadlineMs, call.signal, async (signal) => send(await dial(call.url, signal), call, signal)),
  }
}

/** The host of a URL as it is dialled: without the brackets of IPv6. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1')

/** getaddrinfo holds a thread of Node's few: slow names may not take them all. */
function systemResolver(): Resolve {
  const MAX_LOOKUPS = 2
  let free = MAX_LOOKUPS
  const waiting: (() => void)[] = []
  return async (host) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return (await lookup(host, { all: true })).map(({ address }) => address)
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}

async function named(host: string, resolve: Resolve): Promise<readonly string[]> {
  const addresses = await resolve(host).catch((error: unknown) => {
    throw new OutboundError('unresolved', { cause: error })
  })
  if (addresses.length === 0) throw new OutboundError('unresolved')
  return addresses
}

/** Runs work with a signal that ends it; ends by itself when the time is up, whatever the work does. */
async function within<T>(ms: number, outer: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const ended = Promise.withResolvers<never>()
  const end = (failure: OutboundFailure): void => {
    const error = new OutboundError(failure)
    ended.reject(error)
    stop.abort(error)
  }
  const stopped = (): void => end('stopped')
  const timer = setTimeout(() => end('timeout'), ms)
  if (outer?.aborted) stopped()
  outer?.addEventListener('abort', stopped, { once: true })
  try {
    return await Promise.race([ended.promise, work(stop.signal)])
  } finally {
    clearTimeout(timer)
    outer?.removeEventListener('abort', stopped)
    stop.abort()
  }
}

/** A connection whose other end is where we may go. The peer is checked on the socket itself, before anything is sent. */
export async function connected(address: string, port: number, mayReach: (address: string) => boolean, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: address, port })
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  socket.once('error', (error) => reject(error instanceof OutboundError ? error : new OutboundError('no-connection', { cause: error })))
  socket.once('connect', () => {
    socket.setTimeout(0)
    if (mayReach(socket.remoteAddress ?? '')) resolve(socket)
    else socket.destroy(new OutboundError('not-public'))
  })
  socket.setTimeout(CONNECT_MS, () => socket.destroy(new OutboundError('no-connection')))
  signal.addEventListener('abort', () => socket.destroy(), { once: true })
  return promise
}

async function secured(socket: Socket, host: string, ca: string | undefined): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const secure = connectTls({ socket, host, ...(isIP(host) === 0 ? { servername: host } : {}), ALPNProtocols: ['http/1.1'], rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) })
  secure.once('error', (error) => reject(new OutboundError('tls', { cause: error })))
  secure.once('close', () => reject(new OutboundError('tls')))
  secure.once('secureConnect', () => resolve(secure))
  return promise
}

function send(socket: Socket, { url, headers, body }: OutboundCall, signal: AbortSignal): Promise<OutboundReply> {
  const { promise, resolve, reject } = Promise.withResolvers<OutboundReply>()
  const finish = (): void => void socket.destroy()
  signal.addEventListener('abort', finish, { once: true })
  // The connection is ours: without an agent nothing of the environment (a proxy, a pool) comes between.
  const outgoing = request({
    createConnection: () => socket,
    method: 'POST',
    path: url.pathname + url.search,
    headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body), connection: 'close' },
  })
  outgoing.once('error', (error) => reject(new OutboundError('no-connection', { cause: error })))
  outgoing.once('response', (response) => {
    const reply: OutboundReply = { status: response.statusCode ?? 0, ...retryAfterOf(response.headers['retry-after']) }
    let received = 0
    response.on('data', (chunk: Buffer) => {
      received += chunk.length
      if (received > MAX_BODY_BYTES) finish()
    })
    // However the rest of the answer ends, its status has been said.
    response.once('close', () => {
      finish()
      resolve(reply)
    })
    response.once('error', finish)
  })
  outgoing.end(body)
  return promise
}

function retryAfterOf(header: string | undefined): { retryAfterMs?: number } {
  if (header === undefined) return {}
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) && ms > 0 ? { retryAfterMs: ms } : {}
}
