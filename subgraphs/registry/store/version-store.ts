/** Changing model versions, their tags and the aliases that point at them, in PostgreSQL. */
import { and, eq, ne, sql } from 'drizzle-orm'
import type { Postgres } from '#shared/db/postgres.ts'
import { retiredStage } from '#registry/domain/stages.ts'
import type { VersionStore, VersionWrites } from '#registry/domain/store.ts'
import { createIntentStore } from '#registry/store/intent-store.ts'
import { guarded, modelRow, versionRow, whileParentLives } from '#registry/store/rows.ts'
import { modelAlias, modelVersion, modelVersionTag, registeredModel } from '#registry/store/tables.ts'
import { createVersionReadStore } from '#registry/store/version-read-store.ts'
import type { Outbox } from '#registry/store/webhook-outbox.ts'

export const createVersionStore = (postgres: Postgres, outbox: Outbox): VersionStore => ({
  ...createIntentStore(postgres, outbox),
  ...createVersionReadStore(postgres),
  ...createVersionWriteStore(postgres, outbox),
})

function createVersionWriteStore({ db }: Postgres, outbox: Outbox): VersionWrites {
  return {
    describe: (projectId, versionId, description, at) => guarded(async () => void (await db.update(modelVersion).set({ description, updatedAt: at }).where(versionRow(projectId, versionId)))),

    setStage: (projectId, version, stage, archive, at) =>
      guarded(() =>
        db.transaction(async (tx) => {
          // The model's row first: two people who promote into one stage do so one after the other.
          await tx.update(registeredModel).set({ updatedAt: at }).where(modelRow(projectId, version.modelId))
          if (archive !== null)
            await tx
              .update(modelVersion)
              .set({ stage: retiredStage, updatedAt: at })
              .where(and(eq(modelVersion.projectId, projectId), eq(modelVersion.modelId, version.modelId), eq(modelVersion.stage, archive), ne(modelVersion.id, version.id)))
          await tx.update(modelVersion).set({ stage, updatedAt: at }).where(versionRow(projectId, version.id))
        }),
      ),

    remove: (projectId, version, at) =>
      guarded(() =>
        db.transaction(async (tx) => {
          await tx.update(registeredModel).set({ updatedAt: at }).where(modelRow(projectId, version.modelId))
          await tx.delete(modelVersion).where(versionRow(projectId, version.id))
        }),
      ),

    setTag: (projectId, versionId, { key, value }, announcement) =>
      whileParentLives(() =>
        outbox.change(projectId, async (tx, announce) => {
          await tx
            .insert(modelVersionTag)
            .values({ projectId, versionId, key, value })
            .onConflictDoUpdate({ target: [modelVersionTag.versionId, modelVersionTag.key], set: { value } })
          await announce(announcement)
        }),
      ),

    deleteTag: (projectId, versionId, key, announcement) =>
      outbox.change(projectId, async (tx, announce) => {
        const deleted = await tx.delete(modelVersionTag).where(and(eq(modelVersionTag.projectId, projectId), eq(modelVersionTag.versionId, versionId), eq(modelVersionTag.key, key)))
        if (deleted.rowCount) await announce(announcement)
      }),

    setAlias: (projectId, modelId, alias, version, announcement) =>
      outbox.change(projectId, async (tx, announce) => {
        // From a SELECT, so that a version deleted meanwhile gives no row instead of a broken reference.
        const rows = await tx.execute(
          sql`INSERT INTO registry.model_alias (project_id, model_id, alias, version) SELECT v.project_id, v.model_id, ${alias}, v.version FROM registry.model_version v WHERE v.project_id = ${projectId} AND v.model_id = ${modelId} AND v.version = ${version} FOR KEY SHARE ON CONFLICT (model_id, alias) DO UPDATE SET version = excluded.version`,
        )
        if (rows.rowCount !== 1) return false
        await announce(announcement)
        return true
      }),

    deleteAlias: (projectId, modelId, alias, announcement) =>
      outbox.change(projectId, async (tx, announce) => {
        const deleted = await tx.delete(modelAlias).where(and(eq(modelAlias.projectId, projectId), eq(modelAlias.modelId, modelId), eq(modelAlias.alias, alias)))
        if (deleted.rowCount) await announce(announcement)
      }),
  }
}
