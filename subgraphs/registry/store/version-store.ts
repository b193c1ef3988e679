/** Model versions, their tags and the aliases that point at them, in PostgreSQL. Registering is in intent-store.ts. */
import { and, desc, eq, inArray, isNotNull, ne, type SQL, sql } from 'drizzle-orm'
import type { Postgres } from '#shared/db/postgres.ts'
import { retiredStage } from '#registry/domain/stages.ts'
import type { VersionStore } from '#registry/domain/store.ts'
import { createIntentStore } from '#registry/store/intent-store.ts'
import { guarded, versionFields } from '#registry/store/rows.ts'
import { orderOf, searchedVersions, visibleIn, whereOf } from '#registry/store/search-sql.ts'
import { modelAlias, modelVersion, modelVersionTag, registeredModel } from '#registry/store/tables.ts'

const maxInteger = 2_147_483_647

export function createVersionStore(postgres: Postgres): VersionStore {
  const { db } = postgres
  const one = (projectId: string, versionId: string) => and(eq(modelVersion.projectId, projectId), eq(modelVersion.id, versionId))
  const select = () =>
    db
      .select(versionFields)
      .from(modelVersion)
      .innerJoin(registeredModel, and(eq(registeredModel.projectId, modelVersion.projectId), eq(registeredModel.id, modelVersion.modelId)))
      .$dynamic()
  /** The first `limit` rows of each group, one statement for all groups. */
  const firstOfEach = (groups: readonly string[], group: SQL, type: 'uuid' | 'text', order: SQL, limit: number, where: SQL | undefined) => {
    const ranked = sql`(SELECT model_version.id, row_number() OVER (PARTITION BY ${group} ORDER BY ${order}) AS place FROM registry.model_version WHERE ${where} AND ${group} = ANY(${sql.param(groups)}::${sql.raw(type)}[]))`
    return sql`model_version.id IN (SELECT ranked.id FROM ${ranked} ranked WHERE ranked.place <= ${limit})`
  }

  return {
    ...createIntentStore(postgres),

    byNumber: (projectId, modelId, version) =>
      guarded(async () => {
        if (version < 1 || version > maxInteger) return null
        const rows = await select().where(and(eq(modelVersion.projectId, projectId), eq(modelVersion.modelId, modelId), eq(modelVersion.version, version)))
        return rows[0] ?? null
      }),

    byAlias: (projectId, modelId, alias) =>
      guarded(async () => {
        const rows = await select()
          .innerJoin(modelAlias, and(eq(modelAlias.projectId, modelVersion.projectId), eq(modelAlias.modelId, modelVersion.modelId), eq(modelAlias.version, modelVersion.version)))
          .where(and(eq(modelVersion.projectId, projectId), eq(modelVersion.modelId, modelId), eq(modelAlias.alias, alias)))
        return rows[0] ?? null
      }),

    byIds: (projectId, ids) => guarded(() => select().where(and(eq(modelVersion.projectId, projectId), inArray(modelVersion.id, [...ids])))),

    latest: (projectId, modelIds) =>
      guarded(() => {
        const newest = sql`(SELECT DISTINCT ON (n.model_id, n.stage) n.id FROM registry.model_version n WHERE n.project_id = ${projectId} AND n.model_id = ANY(${sql.param(modelIds)}::uuid[]) AND n.status = 'READY' ORDER BY n.model_id, n.stage, n.version DESC)`
        return select()
          .where(and(eq(modelVersion.projectId, projectId), sql`model_version.id IN ${newest}`))
          .orderBy(modelVersion.modelId, modelVersion.version)
      }),

    ofModels: (projectId, modelIds, limit, below) =>
      guarded(() => {
        const where = and(sql`model_version.project_id = ${projectId}`, below === null ? undefined : sql`model_version.version < ${below}`)
        return select()
          .where(and(eq(modelVersion.projectId, projectId), firstOfEach(modelIds, sql`model_version.model_id`, 'uuid', sql`model_version.version DESC`, limit, where)))
          .orderBy(modelVersion.modelId, desc(modelVersion.version))
      }),

    ofRuns: (projectId, runIds, visible, limit, before) =>
      guarded(() => {
        const where = and(sql`model_version.project_id = ${projectId}`, visibleIn(sql`model_version.model_id`, visible), before === null ? undefined : sql`model_version.id < ${before}::uuid`)
        return select()
          .where(and(eq(modelVersion.projectId, projectId), firstOfEach(runIds, sql`model_version.run_id`, 'text', sql`model_version.id DESC`, limit, where)))
          .orderBy(desc(modelVersion.id))
      }),

    search: (projectId, { search, visible, sorts, offset, limit }) =>
      guarded(() =>
        select()
          .where(and(eq(modelVersion.projectId, projectId), whereOf(searchedVersions, search, visible)))
          .orderBy(...orderOf(searchedVersions, sorts))
          .limit(limit)
          .offset(offset),
      ),

    runsInUse: (projectId, runIds) =>
      guarded(async () => {
        if (runIds.length === 0) return []
        const rows = await db
          .selectDistinct({ runId: modelVersion.runId })
          .from(modelVersion)
          .where(and(eq(modelVersion.projectId, projectId), inArray(modelVersion.runId, [...runIds]), isNotNull(modelVersion.runId), ne(modelVersion.status, 'FAILED_REGISTRATION')))
        return rows.flatMap(({ runId }) => (runId === null ? [] : [runId]))
      }),

    describe: (projectId, versionId, description, at) => guarded(async () => void (await db.update(modelVersion).set({ description, updatedAt: at }).where(one(projectId, versionId)))),

    setStage: (projectId, version, stage, archive, at) =>
      guarded(() =>
        db.transaction(async (tx) => {
          // The model's row first: two people who promote into one stage do so one after the other.
          await tx
            .update(registeredModel)
            .set({ updatedAt: at })
            .where(and(eq(registeredModel.projectId, projectId), eq(registeredModel.id, version.modelId)))
          if (archive !== null)
            await tx
              .update(modelVersion)
              .set({ stage: retiredStage, updatedAt: at })
              .where(and(eq(modelVersion.projectId, projectId), eq(modelVersion.modelId, version.modelId), eq(modelVersion.stage, archive), ne(modelVersion.id, version.id)))
          await tx.update(modelVersion).set({ stage, updatedAt: at }).where(one(projectId, version.id))
        }),
      ),

    remove: (projectId, version, at) =>
      guarded(() =>
        db.transaction(async (tx) => {
          await tx
            .update(registeredModel)
            .set({ updatedAt: at })
            .where(and(eq(registeredModel.projectId, projectId), eq(registeredModel.id, version.modelId)))
          await tx.delete(modelVersion).where(one(projectId, version.id))
        }),
      ),

    setTag: (projectId, versionId, { key, value }) =>
      guarded(
        async () =>
          void (await db
            .insert(modelVersionTag)
            .values({ projectId, versionId, key, value })
            .onConflictDoUpdate({ target: [modelVersionTag.versionId, modelVersionTag.key], set: { value } })),
      ),

    deleteTag: (projectId, versionId, key) =>
      guarded(async () => void (await db.delete(modelVersionTag).where(and(eq(modelVersionTag.projectId, projectId), eq(modelVersionTag.versionId, versionId), eq(modelVersionTag.key, key))))),

    setAlias: (projectId, modelId, alias, version) =>
      guarded(async () => {
        // From a SELECT, so that a version deleted meanwhile gives no row instead of a broken reference.
        const rows = await db.execute(
          sql`INSERT INTO registry.model_alias (project_id, model_id, alias, version) SELECT v.project_id, v.model_id, ${alias}, v.version FROM registry.model_version v WHERE v.project_id = ${projectId} AND v.model_id = ${modelId} AND v.version = ${version} FOR KEY SHARE ON CONFLICT (model_id, alias) DO UPDATE SET version = excluded.version`,
        )
        return rows.rowCount === 1
      }),

    deleteAlias: (projectId, modelId, alias) => guarded(async () => void (await db.delete(modelAlias).where(and(eq(modelAlias.projectId, projectId), eq(modelAlias.modelId, modelId), eq(modelAlias.alias, alias))))),

    isPromoted: (projectId, modelId, active) =>
      guarded(async () => {
        const aliases = db
          .select({ one: sql`1` })
          .from(modelAlias)
          .where(and(eq(modelAlias.projectId, projectId), eq(modelAlias.modelId, modelId)))
          .limit(1)
        const staged = db
          .select({ one: sql`1` })
          .from(modelVersion)
          .where(and(eq(modelVersion.projectId, projectId), eq(modelVersion.modelId, modelId), inArray(modelVersion.stage, [...active])))
          .limit(1)
        return (await aliases).length > 0 || (await staged).length > 0
      }),
  }
}
