/** Registered models in PostgreSQL. */
import { and, eq, inArray, or } from 'drizzle-orm'
import type { Postgres } from '#shared/db/postgres.ts'
import type { ModelStore } from '#registry/domain/store.ts'
import { guarded, isDuplicate, modelFields, modelRow, whileParentLives } from '#registry/store/rows.ts'
import { orderOf, searchedModels, whereOf } from '#registry/store/search-sql.ts'
import { registeredModel, registeredModelTag } from '#registry/store/tables.ts'
import type { Outbox } from '#registry/store/webhook-outbox.ts'

export function createModelStore({ db }: Postgres, outbox: Outbox): ModelStore {
  return {
    create: async (projectId, { tags, at, ...model }, announcement) => {
      const created = await outbox.change(projectId, async (tx, announce) => {
        const rows = await tx
          .insert(registeredModel)
          .values({ ...model, projectId, createdAt: at, updatedAt: at })
          .onConflictDoNothing()
          .returning({ id: registeredModel.id })
        if (rows.length === 0) return false
        if (tags.length > 0) await tx.insert(registeredModelTag).values(tags.map((tag) => ({ ...tag, projectId, modelId: model.id })))
        await announce(announcement)
        return true
      })
      // Whoever was in the way may be gone again by now: then the name itself is what was refused.
      return created ? null : guarded(async () => (await inTheWay(db, projectId, model.name, model.skeleton)) ?? { taken: model.name })
    },

    byName: (projectId, name) =>
      guarded(async () => {
        const rows = await db
          .select(modelFields)
          .from(registeredModel)
          .where(and(eq(registeredModel.projectId, projectId), eq(registeredModel.name, name)))
        return rows[0] ?? null
      }),

    byIds: (projectId, ids) =>
      guarded(() =>
        db
          .select(modelFields)
          .from(registeredModel)
          .where(and(eq(registeredModel.projectId, projectId), inArray(registeredModel.id, [...ids]))),
      ),

    describe: (projectId, modelId, description, at) => guarded(async () => void (await db.update(registeredModel).set({ description, updatedAt: at }).where(modelRow(projectId, modelId)))),

    rename: async (projectId, modelId, name, skeleton, at) => {
      try {
        await guarded(() => db.update(registeredModel).set({ name, skeleton, updatedAt: at }).where(modelRow(projectId, modelId)))
        return null
      } catch (error) {
        if (!isDuplicate(error)) throw error
        return (await guarded(() => inTheWay(db, projectId, name, skeleton))) ?? { taken: name }
      }
    },

    remove: (projectId, modelId) => guarded(async () => void (await db.delete(registeredModel).where(modelRow(projectId, modelId)))),

    setTag: (projectId, modelId, { key, value }, announcement) =>
      whileParentLives(() =>
        outbox.change(projectId, async (tx, announce) => {
          await tx
            .insert(registeredModelTag)
            .values({ projectId, modelId, key, value })
            .onConflictDoUpdate({ target: [registeredModelTag.modelId, registeredModelTag.key], set: { value } })
          await announce(announcement)
        }),
      ),

    deleteTag: (projectId, modelId, key, announcement) =>
      outbox.change(projectId, async (tx, announce) => {
        const deleted = await tx.delete(registeredModelTag).where(and(eq(registeredModelTag.projectId, projectId), eq(registeredModelTag.modelId, modelId), eq(registeredModelTag.key, key)))
        if (deleted.rowCount) await announce(announcement)
      }),

    search: (projectId, { search, visible, sorts, offset, limit }) =>
      guarded(() =>
        db
          .select(modelFields)
          .from(registeredModel)
          .where(and(eq(registeredModel.projectId, projectId), whereOf(searchedModels, search, visible)))
          .orderBy(...orderOf(searchedModels, sorts))
          .limit(limit)
          .offset(offset),
      ),
  }
}

/** Who has the name, or one that looks like it. */
async function inTheWay(db: Postgres['db'], projectId: string, name: string, skeleton: string): Promise<{ taken: string } | null> {
  const rows = await db
    .select({ taken: registeredModel.name })
    .from(registeredModel)
    .where(and(eq(registeredModel.projectId, projectId), or(eq(registeredModel.name, name), eq(registeredModel.skeleton, skeleton))))
  return rows.find((r) => r.taken === name) ?? rows[0] ?? null
}
