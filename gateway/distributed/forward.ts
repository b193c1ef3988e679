/**
 * REST in the distributed topology: every route of the table is registered here and streamed to the process that owns
 * it, with the signed inner identity instead of the client's credential. Paths that no subgraph declared do not exist.
 */
import replyFrom from '@fastify/reply-from'
import type { RestPart } from '#gateway/server.ts'
import { invalid, unavailable } from '#shared/errors.ts'
import { innerHeader, type InnerSigner } from '#shared/inner-identity.ts'
import type { Family } from '#shared/rest/error-format.ts'
import { sendError } from '#shared/rest/mount.ts'
import type { Method } from '#shared/rest/route.ts'
import type { SubgraphName } from '#shared/subsystem.ts'

export interface ForwardedRoute {
  readonly method: Method
  readonly path: string
  readonly family: Family
  readonly subgraph: SubgraphName
}

export interface ForwardOptions {
  readonly routes: readonly ForwardedRoute[]
  readonly peers: Readonly<Record<SubgraphName, string>>
  readonly signer: InnerSigner
}

const RESPONSE_DEADLINE_MS = 300_000

export function forwarded({ routes, peers, signer }: ForwardOptions): RestPart {
  return (app, { callerOf, log }) => {
    void app.register(replyFrom, { disableRequestLogging: true, undici: { connections: 64, headersTimeout: RESPONSE_DEADLINE_MS, bodyTimeout: RESPONSE_DEADLINE_MS } })
    for (const route of routes) {
      app.route({
        method: route.method,
        url: route.path,
        exposeHeadRoute: false,
        handler: async (request, reply) => {
          try {
            assertPlainPath(request.url)
            const token = await signer.sign(await callerOf(request), route.subgraph)
            return reply.from(`${peers[route.subgraph]}${request.url}`, {
              rewriteRequestHeaders: (_request, headers) => withInnerIdentity(headers, route.subgraph, token, request.id),
              onError: (_failed, { error }) => {
                sendError(reply, route.family, unavailable(route.subgraph, error), request.id, log)
              },
            })
          } catch (error) {
            return sendError(reply, route.family, error, request.id, log)
          }
        },
      })
    }
  }
}

/** The subgraph gets our word for who is asking, never the client's credential; identity keeps the cookie that it ends at log-out. */
function withInnerIdentity<H extends Record<string, unknown>>(headers: H, subgraph: SubgraphName, token: string, requestId: string): H {
  const { authorization: _authorization, cookie, ...rest } = headers
  return { ...rest, ...(subgraph === 'identity' && cookie ? { cookie } : {}), [innerHeader]: token, 'x-request-id': requestId } as unknown as H // the same headers with three exchanged
}

/** An address is built from the path, and addresses resolve dot segments: refused here in the words of the routes themselves. */
function assertPlainPath(url: string): void {
  for (let path = url.split('?', 1)[0] ?? '', round = 0; round < 5; round++) {
    if (path.split(/[/\\]/).some((part) => part === '..' || part === '.')) throw invalid('Invalid path')
    let decoded: string
    try {
      decoded = decodeURIComponent(path)
    } catch {
      return
    }
    if (decoded === path) return
    path = decoded
  }
}
