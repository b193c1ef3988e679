/** What statements on datasets share: fields, conditions, page tokens. */
import { and, eq, inArray, isNull, notInArray, sql, type SQL } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { isConnectionFailure, type Postgres } from '#shared/db/postgres.ts'
import { invalid, unavailable } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import { decodeToken } from '#shared/paging.ts'
import type { Visible } from '#datasets/domain/visibility.ts'
import { dataset, datasetVersion } from '#datasets/store/tables.ts'

/** All of a version but its sample, which only previews want. */
export const versionFields = {
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
export const datasetFields = {
  id: dataset.id,
  projectId: dataset.projectId,
  name: dataset.name,
  description: dataset.description,
  createdAt: dataset.createdAt,
  updatedAt: dataset.updatedAt,
  ownerId: dataset.ownerId,
}
/** Names order by code point, whatever the database's locale. */
export const nameInOrder = sql`${dataset.name} COLLATE "C"`

/** The datasets of a project that are not in the trash. */
export const live = (projectId: string, ...more: (SQL | undefined)[]): SQL | undefined => and(eq(dataset.projectId, projectId), isNull(dataset.deletedAt), ...more)

export function among(visible: Visible): SQL | undefined {
  if ('only' in visible) return visible.only.length === 0 ? sql`false` : inArray(dataset.id, visible.only.filter(isUuid))
  return visible.except.length === 0 ? undefined : notInArray(dataset.id, visible.except.filter(isUuid))
}

/** The pattern of ILIKE for a text that is meant literally. */
export const containing = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`

export function textOf(token: string, key: string): string {
  const value = decodeToken(token)[key]
  if (typeof value !== 'string' || value.includes('\0')) throw invalid('Invalid page token')
  return value
}
export function numberOf(token: string, key: string): number {
  const value = decodeToken(token)[key]
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > 2_147_483_647) throw invalid('Invalid page token')
  return value
}

/** Runs drizzle statements; words a lost database as UNAVAILABLE, as `postgres.query` does. */
export async function run<T>(postgres: Postgres, work: (db: NodePgDatabase) => Promise<T>): Promise<T> {
  try {
    return await work(postgres.db)
  } catch (error) {
    throw isConnectionFailure(error) ? unavailable('datasets', error) : error
  }
}
