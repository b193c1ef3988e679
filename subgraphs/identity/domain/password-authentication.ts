/**
 * User name and password. Over Basic, where every request carries them, they are verified once and remembered as an HMAC,
 * for at most 10 minutes and never past a change of the policy epoch (design section 5).
 */
import { createHmac } from 'node:crypto'
import { DomainError } from '#shared/errors.ts'
import { createCredentialCache } from './credential-cache.ts'
import type { Epochs } from './epochs.ts'
import type { PasswordHasher } from './passwords.ts'
import { principalOf, type Principal } from './principal.ts'
import type { User, UserStore } from './stores.ts'
import type { Throttle } from './throttle.ts'
import { normalUsername } from './usernames.ts'

const CACHE_MS = 10 * 60_000

export interface PasswordAuthenticationDeps {
  readonly users: Pick<UserStore, 'byUsername'>
  readonly hasher: PasswordHasher
  readonly throttle: Pick<Throttle, 'password'>
  readonly epochs: Epochs
  readonly secretKey: Buffer
  readonly now: () => number
}

export interface PasswordAuthentication {
  /** The active person with this password, else null. Always the whole work. */
  verify(username: string, password: string, address: string): Promise<User | null>
  /** For Basic. */
  authenticate(username: string, password: string, address: string): Promise<Principal | null>
}

export function createPasswordAuthentication(deps: PasswordAuthenticationDeps): PasswordAuthentication {
  const { users, hasher, throttle, epochs, now } = deps
  const cache = createCredentialCache(now)
  const underWay = new Map<string, Promise<User | null>>()

  const verify = (name: string, password: string, address: string): Promise<User | null> => {
    const username = normalUsername(name)
    return throttle.password(username, address, async () => {
      const user = await users.byUsername(username)
      return (await hasher.verify(user?.passwordHash ?? null, password)) && user?.active ? user : null
    })
  }
  /** A client that opens twenty connections with one password is not guessing: they share one answer. */
  const verifyOnce = (key: string, name: string, password: string, address: string): Promise<User | null> => {
    const running = underWay.get(key)
    if (running) return running
    const started = verify(name, password, address).finally(() => underWay.delete(key))
    underWay.set(key, started)
    return started
  }

  return {
    verify,
    async authenticate(name, password, address) {
      const key = createHmac('sha256', deps.secretKey)
        .update(JSON.stringify([normalUsername(name), password]))
        .digest('hex')
      const epoch = await epochs.current()
      const cached = cache.recall(key, epoch)
      if (cached) return cached.principal
      const user = await verifyOnce(`${key} ${epoch} ${address}`, name, password, address)
      if (!user) return null
      if (user.mustChangePassword) throw new DomainError('FORBIDDEN', 'This password must be changed first: sign in with a browser.')
      return cache.remember(key, { principal: principalOf(user, null), epoch, until: now() + CACHE_MS })
    },
  }
}
