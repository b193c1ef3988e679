/** What every request passes before a route sees it: spoofed headers go, host and origin are checked, preflights end here. */
import { BlockList, isIP } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hostRefused, originRefused, type Sites } from '#gateway/edge/hosts.ts'
import { contentKind, securityHeaders } from '#gateway/edge/security-headers.ts'
import { dropSpoofed } from '#gateway/edge/unspoof.ts'

export interface GuardOptions {
  readonly sites: Sites
  readonly trustProxy: readonly string[]
  readonly publicUrl: string | undefined
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Probes of orchestrators address us by whatever name they have. */
const isProbe = (path: string): boolean => path === '/health' || path.startsWith('/health/')

export const pathOf = (request: FastifyRequest): string => (request.raw.url ?? '/').split('?', 1)[0] ?? '/'

export function guardRequests(app: FastifyInstance, { sites, trustProxy, publicUrl }: GuardOptions): void {
  const isProxy = trustedPeers(trustProxy)
  const publicSite = publicUrl === undefined ? undefined : new URL(publicUrl)

  app.addHook('onRequest', async (request, reply) => {
    dropSpoofed(request.raw.headers, isProxy(request.raw.socket.remoteAddress))
    const isHttps = request.protocol === 'https' || (publicSite?.protocol === 'https:' && publicSite.host === request.host)
    // What routes may know about the connection; clients cannot set these, see above.
    request.raw.headers['x-sluice-https'] = isHttps ? '1' : '0'
    request.raw.headers['x-sluice-client-address'] = request.ip
    reply.header('x-request-id', request.id)
    if (!isProbe(pathOf(request)) && !sites.allowsHost(request.host)) return refuse(reply, hostRefused)
    const { origin, 'sec-fetch-site': fetchSite } = request.headers
    const isForeign = origin === undefined ? fetchSite === 'cross-site' : !sites.allowsOrigin(origin, request.host, isHttps)
    if (isForeign && !safeMethods.has(request.method)) return refuse(reply, originRefused)
    if (request.method === 'OPTIONS')
      return reply
        .code(isForeign ? 403 : 204)
        .header('allow', 'GET, HEAD, POST, PUT, PATCH, DELETE')
        .send()
    return undefined
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    const type = reply.getHeader('content-type')
    const kind = contentKind(pathOf(request), reply.statusCode, typeof type === 'string' ? type : undefined)
    if (reply.statusCode === 401 && askedByPage(request)) reply.header('www-authenticate', 'Session realm="sluice"')
    for (const [name, value] of Object.entries(securityHeaders(kind, request.raw.headers['x-sluice-https'] === '1'))) if (!reply.hasHeader(name)) reply.header(name, value)
    done(null, payload)
  })
}

/**
 * A script of a page in a browser, or a page with a session that ended. To these a Basic challenge would do harm: the
 * browser holds the answer back and opens a dialog of its own over the page, which has words and a form for it.
 */
function askedByPage({ headers }: FastifyRequest): boolean {
  const mode = headers['sec-fetch-mode'] ?? 'navigate'
  return mode !== 'navigate' || headers.origin !== undefined || headers.cookie !== undefined
}

/** MLflow's clients know these two answers as plain text. */
function refuse(reply: FastifyReply, text: string): FastifyReply {
  return reply.code(403).type('text/plain; charset=utf-8').header('connection', 'close').send(text)
}

function trustedPeers(networks: readonly string[]): (address: string | undefined) => boolean {
  const trusted = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    trusted.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family)
  }
  return (address) => {
    const plain = address?.replace(/^::ffff:(?=\d+\.)/, '') ?? ''
    return isIP(plain) !== 0 && trusted.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
  }
}
