/** Datasets in PostgreSQL. Every statement has the project in its WHERE; `forgotten` is the sweeper's and has none. */
import { and, asc, desc, eq, gt, inArray, isNull, lt, notInArray, or, sql, type SQL } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { isConnectionFailure, type Postgres } from '#shared/db/postgres.ts'
import { invalid, unavailable } from '#shared/errors.ts'
import { isUuid, newId } from '#shared/ids.ts'
import { decodeToken, encodeToken, pageOf } from '#shared/paging.ts'
import type { Dataset, DatasetVersion, Preview, Tag } from '#datasets/domain/dataset.ts'
import type { DatasetStore } from '#datasets/domain/ports.ts'
import type { Visible } from '#datasets/domain/visibility.ts'
import { registerVersion } from '#datasets/store/register.ts'
import { announcedObject, dataset, datasetTag, datasetVersion } from '#datasets/store/tables.ts'

/** All of a version but its sample, which only previews want. */
const versionFields = {
  id: datasetVersion.id,
  projectId: datasetVersion.projectId,
  datasetId: datasetVersion.datasetId,
  datasetName: dataset.name,
  version: datasetVersion.version,
  sha256: datasetVersion.sha256,
  sizeBytes: datasetVersion.sizeBytes,
  rowCount: datasetVersion.rowCount,
  format: datasetVersion.format,
  fileName: datasetVersion.fileName,
  objectKey: datasetVersion.objectKey,
  message: datasetVersion.message,
  columns: datasetVersion.columns,
  createdAt: datasetVersion.createdAt,
  createdBy: datasetVersion.createdBy,
}
const datasetFields = {
  id: dataset.id,
  projectId: dataset.projectId,
  name: dataset.name,
  description: dataset.description,
  createdAt: dataset.createdAt,
  updatedAt: dataset.updatedAt,
  ownerId: dataset.ownerId,
}
/** Names order by code point, whatever the database's locale. */
const nameInOrder = sql`${dataset.name} COLLATE "C"`

const live = (projectId: string, ...more: (SQL | undefined)[]): SQL | undefined => and(eq(dataset.projectId, projectId), isNull(dataset.deletedAt), ...more)

function among(visible: Visible): SQL | undefined {
  if ('only' in visible) return visible.only.length === 0 ? sql`false` : inArray(dataset.id, visible.only.filter(isUuid))
  return visible.except.length === 0 ? undefined : notInArray(dataset.id, visible.except.filter(isUuid))
}

const like = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`

const textOf = (token: string, key: string): string => {
  const value = decodeToken(token)[key]
  if (typeof value !== 'string') throw invalid('Invalid page token')
  return value
}
const numberOf = (token: string, key: string): number => {
  const value = decodeToken(token)[key]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw invalid('Invalid page token')
  return value
}

export function createDatasetStore(postgres: Postgres): DatasetStore {
  /** Words a lost database as UNAVAILABLE, as `postgres.query` does. */
  const run = async <T>(work: (db: NodePgDatabase) => Promise<T>): Promise<T> => {
    try {
      return await work(postgres.db)
    } catch (error) {
      throw isConnectionFailure(error) ? unavailable('datasets', error) : error
    }
  }

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

  const withTags = async (db: NodePgDatabase, projectId: string, rows: readonly { dataset: Omit<Dataset, 'tags' | 'latest'>; latest: DatasetVersion }[]): Promise<Dataset[]> => {
    if (rows.length === 0) return []
    const ids = rows.map((row) => row.dataset.id)
    const tags = await db.select().from(datasetTag).where(and(eq(datasetTag.projectId, projectId), inArray(datasetTag.datasetId, ids))).orderBy(sql`${datasetTag.key} COLLATE "C"`)
    const byDataset = Map.groupBy(tags, (tag) => tag.datasetId)
    return rows.map((row) => ({ ...row.dataset, latest: row.latest, tags: (byDataset.get(row.dataset.id) ?? []).map(({ key, value }): Tag => ({ key, value })) }))
  }

  return {
    list: ({ project }, visible, { first, after }, search) =>
      run(async (db) => {
        const found = search === undefined ? undefined : or(sql`${dataset.name} ILIKE ${like(search)}`, sql`${dataset.description} ILIKE ${like(search)}`)
        const beyond = after === undefined ? undefined : gt(nameInOrder, textOf(after, 'name'))
        const rows = await datasetsWhere(db, live(project.id, among(visible), found, beyond))
          .orderBy(asc(nameInOrder))
          .limit(first + 1)
        return pageOf(await withTags(db, project.id, rows), first, (last) => encodeToken({ name: last.name }))
      }),
    byName: ({ project }, visible, name) => run(async (db) => (await withTags(db, project.id, await datasetsWhere(db, live(project.id, among(visible), eq(nameInOrder, name))).limit(1)))[0]),
    byIds: ({ project }, visible, ids) => run(async (db) => withTags(db, project.id, await datasetsWhere(db, live(project.id, among(visible), inArray(dataset.id, ids.filter(isUuid)))))),
    reference: (projectId, name, version) => run(async (db) => (await versionsWhere(db, live(projectId, eq(nameInOrder, name), eq(datasetVersion.version, version))).limit(1))[0]),
    versions: ({ project }, { id }, { first, after }) =>
      run(async (db) => {
        const older = after === undefined ? undefined : lt(datasetVersion.version, numberOf(after, 'version'))
        const rows = await versionsWhere(db, live(project.id, eq(dataset.id, id), older))
          .orderBy(desc(datasetVersion.version))
          .limit(first + 1)
        return pageOf(rows, first, (last) => encodeToken({ version: last.version }))
      }),
    version: ({ project }, { id }, version) => run(async (db) => (await versionsWhere(db, live(project.id, eq(dataset.id, id), eq(datasetVersion.version, version))).limit(1))[0]),
    versionBySha: ({ project }, { id }, sha256) => run(async (db) => (await versionsWhere(db, live(project.id, eq(dataset.id, id), eq(datasetVersion.sha256, sha256))).limit(1))[0]),
    versionsByIds: ({ project }, visible, ids) => run((db) => versionsWhere(db, live(project.id, among(visible), inArray(datasetVersion.id, ids.filter(isUuid))))),
    sample: ({ project }, { id }) =>
      run(async (db) => {
        const [row] = await db.select({ sample: datasetVersion.sample }).from(datasetVersion).where(and(eq(datasetVersion.projectId, project.id), eq(datasetVersion.id, id)))
        const sample: Preview = row ? JSON.parse(row.sample) : { columns: [], rows: [] }
        return sample
      }),

    describe: ({ project }, { id }, description) =>
      run(async (db) => {
        await db.update(dataset).set({ description, updatedAt: Date.now() }).where(live(project.id, eq(dataset.id, id)))
      }),
    setTag: ({ project }, { id }, key, value, most) =>
      postgres.transaction(async (client) => {
        const db = drizzle(client)
        // The dataset's row is the lock under which tags are counted.
        await db.update(dataset).set({ updatedAt: Date.now() }).where(live(project.id, eq(dataset.id, id)))
        const mine = and(eq(datasetTag.projectId, project.id), eq(datasetTag.datasetId, id))
        if (value === null) {
          await db.delete(datasetTag).where(and(mine, eq(datasetTag.key, key)))
          return true
        }
        const others = await db.$count(datasetTag, and(mine, sql`${datasetTag.key} <> ${key}`))
        if (others >= most) return false
        await db.insert(datasetTag).values({ projectId: project.id, datasetId: id, key, value }).onConflictDoUpdate({ target: [datasetTag.datasetId, datasetTag.key], set: { value }, setWhere: eq(datasetTag.projectId, project.id) })
        return true
      }),
    remove: ({ actor, project }, { id }) =>
      run(async (db) => {
        await db.update(dataset).set({ deletedAt: Date.now(), deletedBy: actor.principalId }).where(live(project.id, eq(dataset.id, id)))
      }),

    announce: ({ project }, objectKey) =>
      postgres.transaction(async (client) => {
        await lockObject(drizzle(client), objectKey)
        const id = newId()
        await drizzle(client).insert(announcedObject).values({ id, projectId: project.id, objectKey, createdAt: Date.now() })
        return id
      }),
    withdraw: (projectId, announcement, objectKey, removeBytes) =>
      postgres.transaction(async (client) => {
        const db = drizzle(client)
        await lockObject(db, objectKey)
        await db.delete(announcedObject).where(and(eq(announcedObject.projectId, projectId), eq(announcedObject.id, announcement)))
        const rows = await db.$count(datasetVersion, and(eq(datasetVersion.projectId, projectId), eq(datasetVersion.objectKey, objectKey)))
        const announcements = await db.$count(announcedObject, and(eq(announcedObject.projectId, projectId), eq(announcedObject.objectKey, objectKey)))
        if (rows + announcements === 0) await removeBytes()
      }),
    forgotten: (before) => run((db) => db.select({ id: announcedObject.id, projectId: announcedObject.projectId, objectKey: announcedObject.objectKey }).from(announcedObject).where(lt(announcedObject.createdAt, before)).limit(1_000)),
    register: (scope, version, announcement) => postgres.transaction((client) => registerVersion(drizzle(client), scope, version, announcement)),
  }
}

/** Held while bytes under the key are removed, so that nobody begins to write them meanwhile. */
const lockObject = (db: NodePgDatabase, objectKey: string) => db.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${objectKey}, 0))`)
