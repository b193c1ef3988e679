/**
 * Guessing is slow: at most 10 failed log-ins a minute per account and 30 per address, counted in the database for all
 * processes. An attempt is counted before the password is looked at and taken back when it was right, so a thousand at
 * once are no way around. Unknown accounts are counted like known ones. Where the right password came from lately, the
 * account has a counter of its own: strangers cannot lock its owner out.
 */
import { DomainError } from '#shared/errors.ts'
import { sha256 } from './secrets.ts'
import type { AttemptStore, Limit } from './stores.ts'

const WINDOW_MS = 60_000
const PER_ACCOUNT = 10
const PER_ADDRESS = 30
export const KNOWN_MS = 90 * 24 * 60 * 60_000

export interface Throttle {
  /** Runs the check; true means it was right. Throws TOO_MANY_REQUESTS instead of running it. */
  password<T>(username: string, address: string, check: () => Promise<T | null>): Promise<T | null>
  /** Counts a token that nobody ever had. */
  unknownToken(address: string): Promise<void>
}

export function createThrottle(attempts: AttemptStore, now: () => number): Throttle {
  // Hashed: people type passwords into the field of the name.
  const account = (username: string): Limit => ({ bucket: sha256(`account:${username}`), max: PER_ACCOUNT })
  const from = (what: string, address: string): Limit => ({ bucket: sha256(`${what}:${address}`), max: PER_ADDRESS })

  const take = async (limits: readonly Limit[]): Promise<number> => {
    const at = now()
    const freeAt = await attempts.take(limits, WINDOW_MS, at)
    if (freeAt === null) return at
    throw new DomainError('TOO_MANY_REQUESTS', 'Too many failed attempts. Try again in a moment.', { retryAfter: Math.max(1, Math.ceil((freeAt - at) / 1_000)) })
  }

  return {
    async password(username, address, check) {
      const here = sha256(JSON.stringify(['account', username, address]))
      const limits = [(await attempts.isKnown(here, now() - KNOWN_MS)) ? { bucket: here, max: PER_ACCOUNT } : account(username), from('password', address)]
      const at = await take(limits)
      try {
        const result = await check()
        if (result === null) return null
        await attempts.giveBack(limits, at)
        await attempts.remember(here, at)
        return result
      } catch (error) {
        await attempts.giveBack(limits, at) // nothing was learned about the password
        throw error
      }
    },
    async unknownToken(address) {
      await take([from('token', address)])
    },
  }
}
