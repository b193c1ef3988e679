/** Finding model versions in PostgreSQL. */
import { and, desc, eq, inArray, isNotNull, ne, type SQL, sql } from 'drizzle-orm'
import type { Postgres } from '#shared/db/postgres.ts'
import type { VersionReads } from '#registry/domain/store.ts'
import { guarded, selectVersions } from '#registry/store/rows.ts'
import { orderOf, searchedVersions, visibleIn, whereOf } from '#registry/store/search-sql.ts'
import { modelAlias, modelVersion } from '#registry/store/tables.ts'

const maxInteger = 2_147_483_647

/** The first `limit` rows of each group, one statement for all groups. */
function firstOfEach(groups: readonly string[], group: SQL, type: 'uuid' | 'text', order: SQL, limit: number, where: SQL | undefined): SQL {
  const ranked = sql`(SELECT model_version.id, row_number() OVER (PARTITION BY ${group} ORDER BY ${order}) AS place FROM registry.model_version WHERE ${where} AND ${group} = ANY(${sql.param(groups)}::${sql.raw(type)}[]))`
  return sql`model_version.id IN (SELECT ranked.id FROM ${ranked} ranked WHERE ranked.place <= ${limit})`
}

/** One version, and lists of them. */
function single({ db }: Postgres): Pick<VersionReads, 'byNumber' | 'byAlias' | 'byIds' | 'latest' | 'search'> {
  const select = () => selectVersions(db)
  return {
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

    search: (projectId, { search, visible, sorts, offset, limit }) =>
      guarded(() =>
        select()
          .where(and(eq(modelVersion.projectId, projectId), whereOf(searchedVersions, search, visible)))
          .orderBy(...orderOf(searchedVersions, sorts))
          .limit(limit)
          .offset(offset),
      ),
  }
}

/** Lists below many parents at once, and questions about them. */
function grouped({ db }: Postgres): Pick<VersionReads, 'ofModels' | 'ofRuns' | 'runsInUse' | 'isPromoted'> {
  const select = () => selectVersions(db)
  return {
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

    runsInUse: (projectId, runIds) =>
      guarded(async () => {
        if (runIds.length === 0) return []
        const rows = await db
          .selectDistinct({ runId: modelVersion.runId })
          .from(modelVersion)
          .where(and(eq(modelVersion.projectId, projectId), inArray(modelVersion.runId, [...runIds]), isNotNull(modelVersion.runId), ne(modelVersion.status, 'FAILED_REGISTRATION')))
        return rows.flatMap(({ runId }) => (runId === null ? [] : [runId]))
      }),

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

export const createVersionReadStore = (postgres: Postgres): VersionReads => ({ ...single(postgres), ...grouped(postgres) })
