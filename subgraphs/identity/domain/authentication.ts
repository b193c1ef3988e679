/**
 * Who a credential belongs to. Sessions: 8 h at most and 60 minutes idle. Tokens and Basic passwords are looked up once
 * per policy epoch: a revoked token, a changed password or a deactivated account bumps the epoch, which ends what is
 * cached. A password is cached as an HMAC only, for at most 10 minutes (design section 5).
 */
import { createHmac } from 'node:crypto'
import type { Caller, Ceiling } from '#shared/actor.ts'
import { DomainError } from '#shared/errors.ts'
import type { Credential } from '#ports'
import type { Epochs } from './epochs.ts'
import type { PasswordHasher } from './passwords.ts'
import { isWellFormedToken, newSessionSecret, sha256, tokenMark } from './secrets.ts'
import type { ProjectStore, SessionStore, Token, TokenStore, User, UserStore } from './stores.ts'
import type { Throttle } from './throttle.ts'
import { normalUsername } from './usernames.ts'

export const SESSION_MS = 8 * 60 * 60_000
export const IDLE_MS = 60 * 60_000
const SEEN_EVERY_MS = 60_000
const USED_EVERY_MS = 60_000
const PASSWORD_CACHE_MS = 10 * 60_000
const MAX_CACHED = 10_000

export type Principal = Omit<Caller, 'requestId'>
export interface SignedIn {
  readonly secret: string
  readonly expiresAt: number
  readonly user: User
}

export interface Authentication {
  authenticate(credential: Credential, address: string): Promise<Principal | null>
  /** Throws UNAUTHENTICATED, TOO_MANY_REQUESTS, UNAVAILABLE. */
  login(username: string, password: string, address: string): Promise<SignedIn>
  logout(secret: string): Promise<void>
  /** Ends when nothing is being written any more. */
  settled(): Promise<void>
}

export interface AuthenticationDeps {
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly tokens: TokenStore
  readonly projects: Pick<ProjectStore, 'byIds'>
  readonly hasher: PasswordHasher
  readonly throttle: Throttle
  readonly epochs: Epochs
  readonly secretKey: Buffer
  readonly now: () => number
  /** Told when the time of a token's use could not be written. */
  readonly onLost: (error: unknown) => void
}

/** Somebody who must change a password can do nothing else: nothing is below this ceiling. */
const nothing: Ceiling = { projects: [], permissions: [] }
const principalOf = (user: User, ceiling: Ceiling | null): Principal => ({ principalId: user.id, kind: 'user', subjectId: user.id, ceiling })

interface Cached {
  readonly principal: Principal
  readonly epoch: number
  readonly until: number
  readonly tokenId?: string
}

export function createAuthentication(deps: AuthenticationDeps): Authentication {
  const { users, sessions, tokens, hasher, throttle, epochs, now } = deps
  const cache = new Map<string, Cached>()
  const usedAt = new Map<string, number>()
  const writing = new Set<Promise<void>>()

  const remember = (key: string, cached: Cached): Principal => {
    if (cache.size >= MAX_CACHED) cache.clear()
    cache.set(key, cached)
    return cached.principal
  }
  const recall = (key: string, epoch: number): Cached | undefined => {
    const found = cache.get(key)
    if (found && found.epoch === epoch && now() < found.until) return found
    cache.delete(key)
    return undefined
  }

  const rememberUse = (tokenId: string): void => {
    const at = now()
    if (at - (usedAt.get(tokenId) ?? Number.NEGATIVE_INFINITY) < USED_EVERY_MS) return
    if (usedAt.size >= MAX_CACHED) usedAt.clear()
    usedAt.set(tokenId, at)
    const write = tokens.used(tokenId, at).catch(deps.onLost)
    writing.add(write)
    void write.finally(() => writing.delete(write))
  }

  const byToken = async (secret: string, address: string): Promise<Principal | null> => {
    if (!isWellFormedToken(secret)) return null
    const hash = sha256(secret)
    const epoch = await epochs.recent()
    const cached = recall(`token:${hash}`, epoch)
    if (cached) {
      if (cached.tokenId) rememberUse(cached.tokenId)
      return cached.principal
    }
    const found = await tokens.byHash(hash)
    if (!found) {
      await throttle.unknownToken(address)
      return null
    }
    const { token, user, revokedAt } = found
    if (revokedAt !== null || now() >= token.expiresAt || !user.active) return null
    rememberUse(token.id)
    return remember(`token:${hash}`, { principal: await ofToken(user, token), epoch, until: token.expiresAt, tokenId: token.id })
  }

  /** Always with a ceiling, if an empty one: that is how a token differs from its owner's own hands (self.ts). */
  const ofToken = async (user: User, { projects, permissions }: Token): Promise<Principal> => {
    const [bound] = projects?.length === 1 ? await deps.projects.byIds(projects) : []
    return { ...principalOf(user, { projects, permissions }), ...(bound ? { projectName: bound.name } : {}) }
  }

  const bySession = async (secret: string): Promise<Principal | null> => {
    const found = await sessions.byHash(sha256(secret))
    if (!found) return null
    const { session, user } = found
    const at = now()
    if (at >= session.expiresAt || at - session.lastSeenAt >= IDLE_MS || !user.active) return null
    if (at - session.lastSeenAt >= SEEN_EVERY_MS) await sessions.seen(session.hash, at)
    return principalOf(user, user.mustChangePassword ? nothing : null)
  }

  const verified = (username: string, password: string, address: string): Promise<User | null> =>
    throttle.password(username, address, async () => {
      const user = await users.byUsername(username)
      return (await hasher.verify(user?.passwordHash ?? null, password)) && user?.active ? user : null
    })

  const byPassword = async (name: string, password: string, address: string): Promise<Principal | null> => {
    const username = normalUsername(name)
    const key = `password:${createHmac('sha256', deps.secretKey).update(JSON.stringify([username, password])).digest('hex')}`
    const epoch = await epochs.current()
    const cached = recall(key, epoch)
    if (cached) return cached.principal
    const user = await verified(username, password, address)
    if (!user) return null
    if (user.mustChangePassword) throw new DomainError('FORBIDDEN', 'This password must be changed first: sign in with a browser.')
    return remember(key, { principal: principalOf(user, null), epoch, until: now() + PASSWORD_CACHE_MS })
  }

  return {
    authenticate(credential, address) {
      switch (credential.kind) {
        case 'session':
          return bySession(credential.secret)
        case 'token':
          return byToken(credential.secret, address)
        case 'password':
          return credential.password.startsWith(tokenMark) ? byToken(credential.password, address) : byPassword(credential.user, credential.password, address)
      }
    },
    async login(name, password, address) {
      const user = await verified(normalUsername(name), password, address)
      if (!user) throw new DomainError('UNAUTHENTICATED', 'The user name or the password is wrong.')
      const secret = newSessionSecret()
      const at = now()
      await sessions.insert({ hash: sha256(secret), userId: user.id, createdAt: at, lastSeenAt: at, expiresAt: at + SESSION_MS })
      return { secret, expiresAt: at + SESSION_MS, user }
    },
    logout: (secret) => sessions.remove(sha256(secret)),
    async settled() {
      await Promise.all(writing)
    },
  }
}
