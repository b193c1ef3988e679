/** People, in auth.user. */
import { and, asc, count, eq, exists, gt, inArray, ne, or, type SQL } from 'drizzle-orm'
import { alreadyExists } from '#shared/errors.ts'
import type { User, UserStore } from '#identity/domain/stores.ts'
import type { Database } from './database.ts'
import type { IdentityTables } from './tables.ts'

/** The columns of a user without the password hash. */
export const userColumns = ({ user }: IdentityTables) => ({
  id: user.id,
  username: user.username,
  displayName: user.displayName,
  isAdmin: user.isAdmin,
  active: user.active,
  mustChangePassword: user.mustChangePassword,
  createdAt: user.createdAt,
})

export const userStore = (database: Database): UserStore => ({ ...reads(database), ...writes(database) })

function reads(database: Database): Pick<UserStore, 'count' | 'byId' | 'byUsername' | 'passwordHashOf' | 'visible' | 'page'> {
  const { tables } = database
  const { user, grants } = tables
  const columns = userColumns(tables)
  const only = (where: SQL | undefined): Promise<User | null> => database.run(async (db) => (await db.select(columns).from(user).where(where).limit(1))[0] ?? null)

  return {
    count: () => database.run(async (db) => (await db.select({ n: count() }).from(user))[0]?.n ?? 0),
    byId: (id) => only(eq(user.id, id)),
    byUsername: (username) =>
      database.run(
        async (db) =>
          (
            await db
              .select({ ...columns, passwordHash: user.passwordHash })
              .from(user)
              .where(eq(user.username, username))
              .limit(1)
          )[0] ?? null,
      ),
    passwordHashOf: (id) => database.run(async (db) => (await db.select({ hash: user.passwordHash }).from(user).where(eq(user.id, id)).limit(1))[0]?.hash ?? null),
    visible(ids, self, projectIds) {
      if (ids.length === 0) return Promise.resolve([])
      return database.run((db) => {
        const shared =
          projectIds === 'all' || projectIds.length === 0
            ? undefined
            : exists(
                db
                  .select({ id: grants.id })
                  .from(grants)
                  .where(and(eq(grants.principalId, user.id), inArray(grants.projectId, [...projectIds]))),
              )
        const seen = projectIds === 'all' ? undefined : or(eq(user.id, self), shared)
        return db
          .select(columns)
          .from(user)
          .where(and(inArray(user.id, [...ids]), seen))
      })
    },
    page: (after, limit) =>
      database.run((db) =>
        db
          .select(columns)
          .from(user)
          .where(after === null ? undefined : gt(user.username, after))
          .orderBy(asc(user.username))
          .limit(limit),
      ),
  }
}

function writes(database: Database): Pick<UserStore, 'insert' | 'setPassword' | 'update'> {
  const { user, sessions } = database.tables
  return {
    async insert(row) {
      try {
        await database.run((db) => db.insert(user).values(row))
      } catch (error) {
        if (database.isDuplicate(error)) throw alreadyExists(`User (username=${row.username}) already exists`)
        throw error
      }
    },
    setPassword: (id, passwordHash, mustChangePassword) =>
      database.transaction(async (tx) => {
        await tx.update(user).set({ passwordHash, mustChangePassword }).where(eq(user.id, id))
        await tx.delete(sessions).where(eq(sessions.userId, id))
      }),
    update: (id, change, rule) =>
      database.transaction(async (tx) => {
        const others = await tx
          .select({ id: user.id })
          .from(user)
          .where(and(eq(user.isAdmin, true), eq(user.active, true), ne(user.id, id)))
          .for('update')
        rule(others.length)
        await tx.update(user).set(change).where(eq(user.id, id))
        if (change.active === false) await tx.delete(sessions).where(eq(sessions.userId, id))
      }),
  }
}
