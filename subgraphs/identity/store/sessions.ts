/** Sessions: the key of a row is the SHA-256 of the cookie's secret. */
import { eq, lt, or } from 'drizzle-orm'
import type { SessionStore } from '#identity/domain/stores.ts'
import type { Database } from './database.ts'
import { userColumns } from './users.ts'

export function sessionStore(database: Database): SessionStore {
  const { sessions, user } = database.tables
  return {
    async insert(session) {
      await database.run((db) => db.insert(sessions).values(session))
    },
    byHash: (hash) =>
      database.run(
        async (db) =>
          (
            await db
              .select({ session: sessions, user: userColumns(database.tables) })
              .from(sessions)
              .innerJoin(user, eq(user.id, sessions.userId))
              .where(eq(sessions.hash, hash))
              .limit(1)
          )[0] ?? null,
      ),
    async seen(hash, at) {
      await database.run((db) => db.update(sessions).set({ lastSeenAt: at }).where(eq(sessions.hash, hash)))
    },
    async remove(hash) {
      await database.run((db) => db.delete(sessions).where(eq(sessions.hash, hash)))
    },
    async removeExpired(at, idleSince) {
      await database.run((db) => db.delete(sessions).where(or(lt(sessions.expiresAt, at), lt(sessions.lastSeenAt, idleSince))))
    },
  }
}
