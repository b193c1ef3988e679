/** Webhooks in PostgreSQL. */
import { and, desc, eq, sql } from 'drizzle-orm'
import type { Postgres } from '#shared/db/postgres.ts'
import type { WebhookStatus } from '#registry/domain/webhook.ts'
import type { EventName } from '#registry/domain/webhook-events.ts'
import type { WebhookStore } from '#registry/domain/webhook-store.ts'
import { guarded } from '#registry/store/rows.ts'
import { webhook, webhookDelivery } from '#registry/store/webhook-tables.ts'

/** Everything but the secret. */
const fields = {
  id: webhook.id,
  projectId: webhook.projectId,
  name: webhook.name,
  description: webhook.description,
  url: webhook.url,
  events: sql<EventName[]>`webhook.events`.as('events'), // only the domain writes it
  status: sql<WebhookStatus>`webhook.status`.as('status'), // the CHECK of the table holds the type
  createdAt: webhook.createdAt,
  updatedAt: webhook.updatedAt,
}

const row = (projectId: string, id: string) => and(eq(webhook.projectId, projectId), eq(webhook.id, id))

export function createWebhookStore({ db }: Postgres): WebhookStore {
  const byId: WebhookStore['byId'] = (projectId, id) => guarded(async () => (await db.select(fields).from(webhook).where(row(projectId, id)))[0] ?? null)

  return {
    byId,

    create: (projectId, { at, ...given }, most) =>
      guarded(() =>
        db.transaction(async (tx) => {
          // One after the other, or two would both be the last that fits.
          await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${projectId}, 0))`)
          const { length } = await tx.select({ id: webhook.id }).from(webhook).where(eq(webhook.projectId, projectId))
          if (length >= most) return false
          await tx.insert(webhook).values({ ...given, events: [...given.events], projectId, createdAt: at, updatedAt: at })
          return true
        }),
      ),

    sealedSecret: (projectId, id) => guarded(async () => (await db.select({ secret: webhook.secret }).from(webhook).where(row(projectId, id)))[0]?.secret ?? null),

    list: (projectId, offset, limit) =>
      guarded(() => db.select(fields).from(webhook).where(eq(webhook.projectId, projectId)).orderBy(desc(webhook.createdAt), desc(webhook.id)).limit(limit).offset(offset)),

    update: (projectId, id, { events, ...changes }, at) =>
      guarded(() =>
        db.transaction(async (tx) => {
          const found = await tx
            .update(webhook)
            .set({ ...changes, ...(events ? { events: [...events] } : {}), updatedAt: at })
            .where(row(projectId, id))
            .returning({ status: webhook.status })
          if (found[0]?.status === 'DISABLED')
            await tx.delete(webhookDelivery).where(and(eq(webhookDelivery.projectId, projectId), eq(webhookDelivery.webhookId, id), eq(webhookDelivery.state, 'PENDING')))
          return (await tx.select(fields).from(webhook).where(row(projectId, id)))[0] ?? null
        }),
      ),

    remove: (projectId, id) => guarded(async () => (await db.delete(webhook).where(row(projectId, id)).returning({ id: webhook.id })).length > 0),
  }
}
