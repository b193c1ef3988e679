/** What decisions read: the epoch, what a principal holds, and the vocabulary in the seed's six tables. */
import { and, asc, eq, gt, inArray, isNull, or } from 'drizzle-orm'
import type { Grant, Membership } from '#shared/actor.ts'
import { isPermission, permissionFacts, permissions } from '#shared/policy.ts'
import type { FirstStartStore, PolicyStore } from '#identity/domain/stores.ts'
import type { Database, Handle } from './database.ts'
import { isRole } from './members.ts'
import { insertProject } from './projects.ts'
import { userColumns } from './users.ts'

/** `project_id` of auth.user_permission for a grant in every project and on the platform. */
const EVERYWHERE = '*'

export function policyStore(database: Database): PolicyStore {
  const { policyEpoch, projects } = database.tables
  return {
    epoch: () => database.run(async (db) => (await db.select({ epoch: policyEpoch.epoch }).from(policyEpoch).where(eq(policyEpoch.id, 1)))[0]?.epoch ?? 0),
    holdings: (principalId, at) =>
      database.run(async (db) => {
        const { user } = database.tables
        const [[found], held, byHand] = await Promise.all([
          db.select(userColumns(database.tables)).from(user).where(eq(user.id, principalId)).limit(1),
          heldGrants(database, db, principalId, at),
          handMadeGrants(database, db, principalId),
        ])
        if (!found) return null
        const grants = [...held.grants, ...byHand]
        const ids = [...new Set([...held.memberships, ...grants].flatMap((g) => (g.projectId === null ? [] : [g.projectId])))]
        const which = found.isAdmin ? undefined : inArray(projects.id, ids)
        const visible =
          found.isAdmin || ids.length > 0
            ? await db
                .select({ id: projects.id, name: projects.name })
                .from(projects)
                .where(and(isNull(projects.deletedAt), which))
                .orderBy(asc(projects.name))
            : []
        const isLive = ({ projectId }: { projectId: string | null }) => projectId === null || visible.some((p) => p.id === projectId)
        return { user: found, memberships: held.memberships.filter(isLive), grants: grants.filter(isLive), projects: visible }
      }),
    writeVocabulary: () => writeVocabulary(database),
  }
}

async function heldGrants({ tables: { grants } }: Database, db: Handle, principalId: string, at: number): Promise<{ memberships: Membership[]; grants: Grant[] }> {
  const rows = await db
    .select()
    .from(grants)
    .where(and(eq(grants.principalId, principalId), or(isNull(grants.validTo), gt(grants.validTo, at))))
  return {
    memberships: rows.flatMap(({ role, projectId, effect, validFrom, validTo }) => (isRole(role) && projectId !== null && effect === 'allow' ? [{ projectId, role, validFrom, validTo }] : [])),
    grants: rows.flatMap(({ permission, projectId, resourceType, resourceId, effect, validFrom, validTo }) =>
      permission !== null && isPermission(permission) && (effect === 'allow' || effect === 'deny') ? [{ permission, projectId, resourceType, resourceId, effect, validFrom, validTo }] : [],
    ),
  }
}

async function handMadeGrants({ tables: { userPermission } }: Database, db: Handle, userId: string): Promise<Grant[]> {
  const rows = await db.select().from(userPermission).where(eq(userPermission.userId, userId))
  return rows.flatMap(({ permissionId, projectId }) =>
    isPermission(permissionId)
      ? [{ permission: permissionId, projectId: projectId === EVERYWHERE ? null : projectId, resourceType: null, resourceId: null, effect: 'allow' as const, validFrom: 0, validTo: null }]
      : [],
  )
}

/** Rows of older versions stay: the snapshot ignores words that policy.ts does not know. */
async function writeVocabulary(database: Database): Promise<void> {
  const { component, element, operation, permission } = database.tables
  const words = permissions.map((id) => {
    const [componentId = '', elementName = '', operationId = ''] = id.split('.')
    return { id, componentId, elementId: `${componentId}.${elementName}`, elementName, operationId, description: permissionFacts[id].why }
  })
  await database.transaction(async (tx) => {
    await database.insertIfAbsent(tx, component, distinct(words.map((w) => ({ id: w.componentId, name: w.componentId }))))
    await database.insertIfAbsent(tx, element, distinct(words.map((w) => ({ id: w.elementId, componentId: w.componentId, name: w.elementName }))))
    await database.insertIfAbsent(tx, operation, distinct(words.map((w) => ({ id: w.operationId, name: w.operationId }))))
    await database.insertIfAbsent(
      tx,
      permission,
      words.map(({ elementName: _, ...row }) => row),
    )
  })
}

const distinct = <T extends { readonly id: string }>(rows: readonly T[]): T[] => [...new Map(rows.map((row) => [row.id, row])).values()]

export function firstStartStore(database: Database): FirstStartStore {
  const { policyEpoch, user } = database.tables
  return {
    begin: (admin, project) =>
      database.transaction(async (tx) => {
        await tx.select({ epoch: policyEpoch.epoch }).from(policyEpoch).where(eq(policyEpoch.id, 1)).for('update')
        const someone = await tx.select({ id: user.id }).from(user).limit(1)
        if (someone.length > 0) return false
        await tx.insert(user).values(admin)
        await insertProject(database, tx, project, admin.id)
        return true
      }),
  }
}
