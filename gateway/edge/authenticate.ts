/**
 * Who sends a request: Authorization header first, then the session cookie. A bad credential is refused, never treated as
 * none; only a stale cookie is, because every browser keeps one and must be able to log in again.
 */
import { parseCookie } from '#gateway/edge/cookie.ts'
import { chooseProject, workspaceHeader } from '#gateway/edge/choose-project.ts'
import type { Sites } from '#gateway/edge/hosts.ts'
import type { Credential, IdentityPort } from '#ports'
import { anonymousCaller, type Caller } from '#shared/actor.ts'
import { DomainError, forbidden } from '#shared/errors.ts'

/** What the authenticator looks at. */
export interface EdgeRequest {
  readonly id: string
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly host: string
  readonly isHttps: boolean
  readonly ip: string
  readonly projectPrefix: string | undefined
}

export type Authenticate = (request: EdgeRequest) => Promise<Caller>

/** `__Host-` binds the cookie to https and this host; browsers refuse the prefix on plain http. */
export const sessionCookie = (isHttps: boolean): string => (isHttps ? '__Host-sluice' : 'sluice_session')
/** A header that a page of another site cannot add without asking; for cookie clients that send no Origin. */
export const csrfHeader = 'x-sluice-csrf'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

export function createAuthenticator(identity: IdentityPort, sites: Sites): Authenticate {
  return async (request) => {
    const found = credentialOf(request)
    const known = found && (await identity.authenticate(found, request.ip))
    if (found && !known && found.kind !== 'session') throw new DomainError('UNAUTHENTICATED', 'The credential is wrong, expired or revoked.')
    if (known && found.kind === 'session') demandSameSite(request, sites)
    const caller: Caller = known ? { ...known, requestId: request.id } : anonymousCaller(request.id)
    const projectName = chooseProject({ prefix: request.projectPrefix, header: one(request.headers[workspaceHeader]), token: caller.projectName })
    return projectName === undefined ? caller : { ...caller, projectName }
  }
}

export function credentialOf({ headers, isHttps }: Pick<EdgeRequest, 'headers' | 'isHttps'>): Credential | undefined {
  const authorization = one(headers['authorization'])
  if (authorization !== undefined && authorization !== '') return fromAuthorization(authorization)
  const secret = parseCookie(one(headers['cookie']))[sessionCookie(isHttps)]
  return secret ? { kind: 'session', secret } : undefined
}

function fromAuthorization(header: string): Credential {
  const [scheme, value] = header.split(/ +/, 2)
  if (value && /^bearer$/i.test(scheme ?? '')) return { kind: 'token', secret: value }
  if (value && /^basic$/i.test(scheme ?? '')) {
    const text = Buffer.from(value, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    if (colon >= 0) {
      const [user, password] = [text.slice(0, colon), text.slice(colon + 1)]
      // MLflow clients that know only user and password may send a token as the password.
      return password.startsWith('slc_') ? { kind: 'token', secret: password } : { kind: 'password', user, password }
    }
  }
  throw new DomainError('UNAUTHENTICATED', 'The Authorization header is neither Bearer nor Basic.')
}

/** A cookie is sent by the browser whoever made the request, so a write must prove that our own page made it. */
function demandSameSite(request: EdgeRequest, sites: Sites): void {
  if (safeMethods.has(request.method)) return
  const fetchSite = one(request.headers['sec-fetch-site'])
  const origin = one(request.headers['origin'])
  if (origin !== undefined ? sites.allowsOrigin(origin, request.host, request.isHttps) : fetchSite === 'same-origin') return
  if (origin === undefined && fetchSite === undefined && one(request.headers[csrfHeader])) return
  throw forbidden(`A write with a session cookie must come from our own pages: send Origin, or the header ${csrfHeader}.`)
}

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value.join(', ') : value)
