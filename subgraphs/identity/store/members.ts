/** Memberships: rows of `grants` with a role. A change closes the open row and opens the next one. */
import { and, asc, eq, gt, isNotNull, isNull, lte, or } from 'drizzle-orm'
import { newId } from '#shared/ids.ts'
import { roles, type Role } from '#shared/policy.ts'
import type { MemberStore } from '#identity/domain/stores.ts'
import type { Database } from './database.ts'
import { userColumns } from './users.ts'

export const isRole = (text: string | null): text is Role => roles.some((role) => role === text)
const openKey = (projectId: string, userId: string): string => `${projectId}/${userId}`

/** The row of a membership that opens. */
export const membershipRow = (m: { projectId: string; userId: string; role: Role; by: string; at: number }) => ({
  id: newId(),
  principalId: m.userId,
  principalKind: 'user',
  role: m.role,
  projectId: m.projectId,
  effect: 'allow',
  validFrom: m.at,
  grantedBy: m.by,
  openMembership: openKey(m.projectId, m.userId),
})

export function memberStore(database: Database): MemberStore {
  const { grants, projects, user } = database.tables
  return {
    page: (projectId, at, after, limit) =>
      database.run(async (db) => {
        const rows = await db
          .select({ user: userColumns(database.tables), role: grants.role, since: grants.validFrom })
          .from(grants)
          .innerJoin(user, eq(user.id, grants.principalId))
          .where(
            and(
              eq(grants.projectId, projectId),
              isNotNull(grants.openMembership),
              eq(grants.effect, 'allow'),
              lte(grants.validFrom, at),
              or(isNull(grants.validTo), gt(grants.validTo, at)),
              after === null ? undefined : gt(user.username, after),
            ),
          )
          .orderBy(asc(user.username))
          .limit(limit)
        return rows.flatMap(({ role, ...member }) => (isRole(role) ? [{ ...member, role }] : []))
      }),
    change: (change, rule) =>
      database.transaction(async (tx) => {
        await tx.select({ id: projects.id }).from(projects).where(eq(projects.id, change.projectId)).for('update')
        const open = await tx
          .select({ userId: grants.principalId, role: grants.role })
          .from(grants)
          .where(and(eq(grants.projectId, change.projectId), isNotNull(grants.openMembership), or(isNull(grants.validTo), gt(grants.validTo, change.at))))
        rule(open.flatMap(({ userId, role }) => (isRole(role) ? [{ userId, role }] : [])))
        await tx
          .update(grants)
          .set({ validTo: change.at, closedBy: change.by, openMembership: null })
          .where(eq(grants.openMembership, openKey(change.projectId, change.userId)))
        if (change.role !== null) await tx.insert(grants).values(membershipRow({ ...change, role: change.role }))
      }),
  }
}
