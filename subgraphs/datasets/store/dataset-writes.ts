/** Changing datasets. Every statement has the project in its WHERE. */
import { and, eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import type { Postgres } from '#shared/db/postgres.ts'
import type { DatasetWrites } from '#datasets/domain/ports.ts'
import { live, run } from '#datasets/store/rows.ts'
import { dataset, datasetTag } from '#datasets/store/tables.ts'

export const datasetWrites = (postgres: Postgres): DatasetWrites => ({
  describe: ({ project }, { id }, description) =>
    run(postgres, async (db) => {
      await db
        .update(dataset)
        .set({ description, updatedAt: Date.now() })
        .where(live(project.id, eq(dataset.id, id)))
    }),
  setTag: ({ project }, { id }, key, value, most) =>
    postgres.transaction(async (client) => {
      const db = drizzle(client)
      // The dataset's row is the lock under which tags are counted.
      await db
        .update(dataset)
        .set({ updatedAt: Date.now() })
        .where(live(project.id, eq(dataset.id, id)))
      const mine = and(eq(datasetTag.projectId, project.id), eq(datasetTag.datasetId, id))
      if (value === null) {
        await db.delete(datasetTag).where(and(mine, eq(datasetTag.key, key)))
        return true
      }
      if ((await db.$count(datasetTag, and(mine, sql`${datasetTag.key} <> ${key}`))) >= most) return false
      await db
        .insert(datasetTag)
        .values({ projectId: project.id, datasetId: id, key, value })
        .onConflictDoUpdate({ target: [datasetTag.datasetId, datasetTag.key], set: { value }, setWhere: eq(datasetTag.projectId, project.id) })
      return true
    }),
  remove: ({ actor, project }, { id }) =>
    run(postgres, async (db) => {
      await db
        .update(dataset)
        .set({ deletedAt: Date.now(), deletedBy: actor.principalId })
        .where(live(project.id, eq(dataset.id, id)))
    }),
})
