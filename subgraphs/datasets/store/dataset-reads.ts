/** Finding datasets and versions. Every statement has the project in its WHERE. */
import { and, asc, desc, eq, gt, inArray, lt, or, sql, type SQL } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Postgres } from '#shared/db/postgres.ts'
import { isUuid } from '#shared/ids.ts'
import { encodeToken, pageOf } from '#shared/paging.ts'
import type { Dataset, DatasetVersion, Preview, Tag } from '#datasets/domain/dataset.ts'
import type { DatasetReads } from '#datasets/domain/ports.ts'
import { among, containing, datasetFields, live, nameInOrder, numberOf, run, textOf, versionFields } from '#datasets/store/rows.ts'
import { dataset, datasetTag, datasetVersion } from '#datasets/store/tables.ts'

/** A dataset's latest version is the one that its counter names: versions are not removed one by one. */
const datasetsWhere = (db: NodePgDatabase, where: SQL | undefined) =>
  db
    .select({ dataset: datasetFields, latest: versionFields })
    .from(dataset)
    .innerJoin(datasetVersion, and(eq(datasetVersion.projectId, dataset.projectId), eq(datasetVersion.datasetId, dataset.id), eq(datasetVersion.version, dataset.lastVersion)))
    .where(where)

const versionsWhere = (db: NodePgDatabase, where: SQL | undefined) =>
  db
    .select(versionFields)
    .from(datasetVersion)
    .innerJoin(dataset, and(eq(dataset.projectId, datasetVersion.projectId), eq(dataset.id, datasetVersion.datasetId)))
    .where(where)

async function withTags(db: NodePgDatabase, projectId: string, rows: readonly { dataset: Omit<Dataset, 'tags' | 'latest'>; latest: DatasetVersion }[]): Promise<Dataset[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.dataset.id)
  const tags = await db
    .select()
    .from(datasetTag)
    .where(and(eq(datasetTag.projectId, projectId), inArray(datasetTag.datasetId, ids)))
    .orderBy(sql`${datasetTag.key} COLLATE "C"`)
  const byDataset = Map.groupBy(tags, (tag) => tag.datasetId)
  return rows.map((row) => ({ ...row.dataset, latest: row.latest, tags: (byDataset.get(row.dataset.id) ?? []).map(({ key, value }): Tag => ({ key, value })) }))
}

export function datasetReads(postgres: Postgres): DatasetReads {
  const oneVersion = (where: SQL | undefined) => run(postgres, async (db) => (await versionsWhere(db, where).limit(1))[0])
  return {
    list: ({ project }, visible, { first, after }, search) =>
      run(postgres, async (db) => {
        const found = search === undefined ? undefined : or(sql`${dataset.name} ILIKE ${containing(search)}`, sql`${dataset.description} ILIKE ${containing(search)}`)
        const beyond = after === undefined ? undefined : gt(nameInOrder, textOf(after, 'name'))
        const rows = await datasetsWhere(db, live(project.id, among(visible), found, beyond))
          .orderBy(asc(nameInOrder))
          .limit(first + 1)
        return pageOf(await withTags(db, project.id, rows), first, (last) => encodeToken({ name: last.name }))
      }),
    byName: ({ project }, visible, name) => run(postgres, async (db) => (await withTags(db, project.id, await datasetsWhere(db, live(project.id, among(visible), eq(nameInOrder, name))).limit(1)))[0]),
    byIds: ({ project }, visible, ids) => run(postgres, async (db) => withTags(db, project.id, await datasetsWhere(db, live(project.id, among(visible), inArray(dataset.id, ids.filter(isUuid)))))),
    reference: (projectId, name, version) => oneVersion(live(projectId, eq(nameInOrder, name), eq(datasetVersion.version, version))),
    versions: ({ project }, { id }, { first, after }) =>
      run(postgres, async (db) => {
        const older = after === undefined ? undefined : lt(datasetVersion.version, numberOf(after, 'version'))
        const rows = await versionsWhere(db, live(project.id, eq(dataset.id, id), older))
          .orderBy(desc(datasetVersion.version))
          .limit(first + 1)
        return pageOf(rows, first, (last) => encodeToken({ version: last.version }))
      }),
    version: ({ project }, { id }, version) => oneVersion(live(project.id, eq(dataset.id, id), eq(datasetVersion.version, version))),
    versionBySha: ({ project }, { id }, sha256) => oneVersion(live(project.id, eq(dataset.id, id), eq(datasetVersion.sha256, sha256))),
    versionsByIds: ({ project }, visible, ids) => run(postgres, (db) => versionsWhere(db, live(project.id, among(visible), inArray(datasetVersion.id, ids.filter(isUuid))))),
    sample: ({ project }, { id }) =>
      run(postgres, async (db) => {
        const [row] = await db
          .select({ sample: datasetVersion.sample })
          .from(datasetVersion)
          .where(and(eq(datasetVersion.projectId, project.id), eq(datasetVersion.id, id)))
        const sample: Preview = row ? JSON.parse(row.sample) : { columns: [], rows: [] }
        return sample
      }),
  }
}
