/** Sessions of browsers: 8 hours at most, 60 minutes idle. Never cached: signing out is effective at once, everywhere. */
import type { Ceiling } from '#shared/actor.ts'
import { principalOf, type Principal } from './principal.ts'
import { newSessionSecret, sha256 } from './secrets.ts'
import type { SessionStore, User } from './stores.ts'

export const SESSION_MS = 8 * 60 * 60_000
export const IDLE_MS = 60 * 60_000
const SEEN_EVERY_MS = 60_000

/** Somebody who must change a password can do nothing else: nothing is below this ceiling. */
const nothing: Ceiling = { projects: [], permissions: [] }

export interface Sessions {
  authenticate(secret: string): Promise<Principal | null>
  open(user: User): Promise<{ readonly secret: string; readonly expiresAt: number }>
  close(secret: string): Promise<void>
}

export function createSessions(sessions: SessionStore, now: () => number): Sessions {
  return {
    async authenticate(secret) {
      const found = await sessions.byHash(sha256(secret))
      if (!found) return null
      const { session, user } = found
      const at = now()
      if (at >= session.expiresAt || at - session.lastSeenAt >= IDLE_MS || !user.active) return null
      if (at - session.lastSeenAt >= SEEN_EVERY_MS) await sessions.seen(session.hash, at)
      return principalOf(user, user.mustChangePassword ? nothing : null)
    },
    async open(user) {
      const secret = newSessionSecret()
      const at = now()
      const expiresAt = at + SESSION_MS
      await sessions.insert({ hash: sha256(secret), userId: user.id, createdAt: at, lastSeenAt: at, expiresAt })
      return { secret, expiresAt }
    },
    close: (secret) => sessions.remove(sha256(secret)),
  }
}
