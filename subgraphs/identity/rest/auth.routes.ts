/** Signing in and out with a browser. */
import { DomainError, invalid } from '#shared/errors.ts'
import { platformRoute, RestAnswer, type RawInput, type Route } from '#shared/rest/route.ts'
import type { Authentication } from '#identity/domain/authentication.ts'
import { SESSION_MS } from '#identity/domain/sessions.ts'
import type { User } from '#identity/domain/stores.ts'
import type { Users } from '#identity/domain/users.ts'
import { addressHeader, clearCookie, cookieFor, httpsHeader, sessionSecretIn, setCookie } from './cookies.ts'

const uncached = { 'cache-control': 'no-store' }
const isHttps = (headers: RawInput['headers']): boolean => headers[httpsHeader] === '1'
const personOf = ({ id, username, displayName, isAdmin, mustChangePassword }: User) => ({ id, username, displayName, isAdmin, mustChangePassword })

interface Credentials {
  readonly username: string
  readonly password: string
}

function credentialsOf(raw: RawInput): Credentials {
  // A form of another site cannot send this type without asking first, so nobody is signed in behind their back.
  if (raw.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json') throw new DomainError('UNSUPPORTED_MEDIA', 'Send application/json')
  const { body } = raw
  if (typeof body !== 'object' || body === null || !('username' in body) || !('password' in body) || typeof body.username !== 'string' || typeof body.password !== 'string')
    throw invalid("Send { 'username', 'password' }")
  return { username: body.username, password: body.password }
}

export const authRoutes = ({ authentication, users }: { readonly authentication: Authentication; readonly users: Users }): Route[] => [
  platformRoute<Credentials>({
    method: 'POST',
    path: '/auth/login',
    family: 'own',
    summary: 'Sign in with user name and password; sets the session cookie.',
    needs: 'public',
    maxBodyBytes: 16 * 1024,
    input: credentialsOf,
    async handle({ input, headers }) {
      const cookie = cookieFor({ https: isHttps(headers) })
      const before = sessionSecretIn(headers['cookie'], isHttps(headers))
      const { secret, user, expiresAt } = await authentication.login(input.username, input.password, headers[addressHeader] ?? 'unknown')
      if (before) await authentication.logout(before)
      return new RestAnswer({ user: personOf(user), expiresAt }, { headers: { ...uncached, 'set-cookie': setCookie(cookie, secret, SESSION_MS / 1_000) } })
    },
  }),
  platformRoute({
    method: 'POST',
    path: '/auth/logout',
    family: 'own',
    summary: 'End the session of the cookie.',
    needs: 'public',
    body: 'none',
    async handle({ headers }) {
      const secret = sessionSecretIn(headers['cookie'], isHttps(headers))
      if (secret) await authentication.logout(secret)
      return new RestAnswer({ ok: true }, { headers: { ...uncached, 'set-cookie': clearCookie(cookieFor({ https: isHttps(headers) })) } })
    },
  }),
  platformRoute({
    method: 'GET',
    path: '/auth/session',
    family: 'own',
    summary: 'Who is signed in; `user` is null for nobody.',
    needs: 'public',
    async handle({ actor }) {
      const user = await users.me(actor)
      return new RestAnswer({ user: user ? personOf(user) : null }, { headers: uncached })
    },
  }),
]
