/**
 * Changes together with what they announce: one transaction leaves a delivery for every webhook that listens, or none of
 * it happened. Whoever dies afterwards leaves rows that any worker finds.
 */
import { sql } from 'drizzle-orm'
import type { Postgres } from '#shared/db/postgres.ts'
import type { Announcement } from '#registry/domain/webhook-events.ts'
import { guarded } from '#registry/store/rows.ts'

export type Transaction = Parameters<Parameters<Postgres['db']['transaction']>[0]>[0]

export interface Outbox {
  /** All or nothing: the work, and what it announces. */
  change<T>(projectId: string, work: (tx: Transaction, announce: (announcement: Announcement | null) => Promise<void>) => Promise<T>): Promise<T>
}

/** `committed` is told when there is something to deliver. */
export function createOutbox({ db }: Postgres, committed: () => void): Outbox {
  return {
    async change(projectId, work) {
      const { result, announced } = await guarded(() =>
        db.transaction(async (tx) => {
          let count = 0
          const done = await work(tx, async (announcement) => {
            if (announcement) count += await leave(tx, projectId, announcement)
          })
          return { result: done, announced: count }
        }),
      )
      if (announced > 0) committed()
      return result
    },
  }
}

/** FOR SHARE: who disables a webhook waits for us and then finds what we left, or we find it disabled. */
async function leave(tx: Transaction, projectId: string, { event, body }: Announcement): Promise<number> {
  const { rowCount } = await tx.execute(
    sql`INSERT INTO registry.webhook_delivery (project_id, webhook_id, event, body) SELECT w.project_id, w.id, ${event}, ${body} FROM registry.webhook w WHERE w.project_id = ${projectId} AND w.status = 'ACTIVE' AND ${event} = ANY(w.events) FOR SHARE`,
  )
  return rowCount ?? 0
}
