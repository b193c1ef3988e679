/** The one transaction that makes a version: dataset where it is new, number from the counter, row, end of the announcement. */
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Scope } from '#shared/actor.ts'
import { newId } from '#shared/ids.ts'
import type { DatasetVersion } from '#datasets/domain/dataset.ts'
import type { NewVersion } from '#datasets/domain/ports.ts'
import { nameTaken } from '#datasets/domain/uploads.ts'
import { announcedObject, dataset, datasetVersion } from '#datasets/store/tables.ts'

export async function registerVersion(db: NodePgDatabase, scope: Scope, given: NewVersion, announcement: string): Promise<DatasetVersion> {
  const { project, actor } = scope
  const now = Date.now()
  const datasetId = await ownDataset(db, scope, given, now)
  await db.delete(announcedObject).where(and(eq(announcedObject.projectId, project.id), eq(announcedObject.id, announcement)))

  // ownDataset holds the dataset's row: nobody adds the same bytes between this question and the insert.
  const [same] = await db
    .select()
    .from(datasetVersion)
    .where(and(eq(datasetVersion.projectId, project.id), eq(datasetVersion.datasetId, datasetId), eq(datasetVersion.sha256, given.sha256)))
  if (same) {
    const { sample: _sample, ...row } = same
    return { ...row, datasetName: given.name }
  }

  const [counted] = await db
    .update(dataset)
    .set({ lastVersion: sql`${dataset.lastVersion} + 1`, updatedAt: now, ...(given.description === null ? {} : { description: given.description }) })
    .where(and(eq(dataset.projectId, project.id), eq(dataset.id, datasetId)))
    .returning({ version: dataset.lastVersion })
  if (!counted) throw new Error('the dataset vanished under its own lock')
  const row = {
    id: newId(),
    projectId: project.id,
    datasetId,
    version: counted.version,
    sha256: given.sha256,
    sizeBytes: given.sizeBytes,
    rowCount: given.profile.rowCount,
    format: given.format,
    fileName: given.fileName,
    objectKey: given.objectKey,
    message: given.message,
    columns: given.profile.columns,
    createdAt: now,
    createdBy: actor.principalId,
  }
  await db.insert(datasetVersion).values({ ...row, sample: JSON.stringify(given.profile.sample) })
  return { ...row, datasetName: given.name }
}

/** The id of the live dataset of that name, made where there is none; its row is locked until the transaction ends. */
async function ownDataset(db: NodePgDatabase, { project, actor }: Scope, given: NewVersion, now: number): Promise<string> {
  const id = newId()
  const made = await db
    .insert(dataset)
    .values({ id, projectId: project.id, name: given.name, ownerId: actor.principalId, createdAt: now, updatedAt: now })
    .onConflictDoNothing()
    .returning({ id: dataset.id })
  if (made.length > 0) return id
  if (!given.mayExist) throw nameTaken()
  const [existing] = await db
    .select({ id: dataset.id })
    .from(dataset)
    .where(and(eq(dataset.projectId, project.id), sql`${dataset.name} COLLATE "C" = ${given.name}`, isNull(dataset.deletedAt)))
    .for('update')
  // Deleted between the insert and this look: the name is free now, so the next attempt succeeds.
  if (!existing) throw nameTaken()
  return existing.id
}
