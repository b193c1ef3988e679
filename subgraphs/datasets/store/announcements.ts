/** Objects on their way: announced before their bytes, ended by the version's transaction or withdrawn. */
import { and, eq, lt, sql } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Postgres } from '#shared/db/postgres.ts'
import { newId } from '#shared/ids.ts'
import type { UploadStore } from '#datasets/domain/ports.ts'
import { registerVersion } from '#datasets/store/register.ts'
import { run } from '#datasets/store/rows.ts'
import { announcedObject, datasetVersion } from '#datasets/store/tables.ts'

/** Held while bytes under the key are removed, so that nobody begins to write them meanwhile. */
const lockObject = (db: NodePgDatabase, objectKey: string) => db.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${objectKey}, 0))`)

export const uploadStore = (postgres: Postgres): UploadStore => ({
  announce: ({ project }, objectKey) =>
    postgres.transaction(async (client) => {
      const db = drizzle(client)
      await lockObject(db, objectKey)
      const id = newId()
      await db.insert(announcedObject).values({ id, projectId: project.id, objectKey, createdAt: Date.now() })
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
  forgotten: (before) =>
    run(postgres, (db) =>
      db.select({ id: announcedObject.id, projectId: announcedObject.projectId, objectKey: announcedObject.objectKey }).from(announcedObject).where(lt(announcedObject.createdAt, before)).limit(1_000),
    ),
  register: (scope, version, announcement) => postgres.transaction((client) => registerVersion(drizzle(client), scope, version, announcement)),
})
