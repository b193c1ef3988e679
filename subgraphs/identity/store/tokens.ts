/** Tokens: only their SHA-256 is stored. */
import { and, desc, eq, gt, isNull, lt } from 'drizzle-orm'
import { isPermission, type Permission } from '#shared/policy.ts'
import type { Token, TokenStore } from '#identity/domain/stores.ts'
import type { Database } from './database.ts'
import { userColumns } from './users.ts'

const stringsOf = (json: string | null): string[] | null => {
  if (json === null) return null
  const value: unknown = JSON.parse(json)
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
const permissionsOf = (json: string | null): Permission[] | null => stringsOf(json)?.filter(isPermission) ?? null
const jsonOf = (list: readonly string[] | null): string | null => (list === null ? null : JSON.stringify(list))

export function tokenStore(database: Database): TokenStore {
  const { tokens, tokenUses, user } = database.tables
  const columns = {
    id: tokens.id,
    userId: tokens.userId,
    name: tokens.name,
    prefix: tokens.prefix,
    projects: tokens.projects,
    permissions: tokens.permissions,
    createdAt: tokens.createdAt,
    expiresAt: tokens.expiresAt,
    lastUsedAt: tokenUses.lastUsedAt,
  }
  const tokenOf = (row: Omit<Token, 'projects' | 'permissions'> & { projects: string | null; permissions: string | null }): Token => ({
    ...row,
    projects: stringsOf(row.projects),
    permissions: permissionsOf(row.permissions),
  })

  return {
    async insert(token) {
      await database.run((db) => db.insert(tokens).values({ ...token, projects: jsonOf(token.projects), permissions: jsonOf(token.permissions) }))
    },
    byHash: (hash) =>
      database.run(async (db) => {
        const [row] = await db
          .select({ token: columns, user: userColumns(database.tables), revokedAt: tokens.revokedAt })
          .from(tokens)
          .innerJoin(user, eq(user.id, tokens.userId))
          .leftJoin(tokenUses, eq(tokenUses.tokenId, tokens.id))
          .where(eq(tokens.hash, hash))
          .limit(1)
        return row ? { ...row, token: tokenOf(row.token) } : null
      }),
    ofUser: (userId, at) =>
      database.run(async (db) => {
        const rows = await db
          .select(columns)
          .from(tokens)
          .leftJoin(tokenUses, eq(tokenUses.tokenId, tokens.id))
          .where(and(eq(tokens.userId, userId), isNull(tokens.revokedAt), gt(tokens.expiresAt, at)))
          .orderBy(desc(tokens.createdAt), desc(tokens.id))
        return rows.map(tokenOf)
      }),
    revoke: (id, userId, at) =>
      database.run(
        async (db) =>
          database.matched(
            await db
              .update(tokens)
              .set({ revokedAt: at })
              .where(and(eq(tokens.id, id), eq(tokens.userId, userId), isNull(tokens.revokedAt))),
          ) > 0,
      ),
    used: (tokenId, at) =>
      database.run(async (db) => {
        await database.insertIfAbsent(db, tokenUses, [{ tokenId, lastUsedAt: at }])
        await db
          .update(tokenUses)
          .set({ lastUsedAt: at })
          .where(and(eq(tokenUses.tokenId, tokenId), lt(tokenUses.lastUsedAt, at)))
      }),
  }
}
