/** Tables of webhooks and of what is on its way to them. Times of deliveries are the database's: several processes share them. */
import { sql } from 'drizzle-orm'
import { bigint, check, customType, foreignKey, index, integer, text, timestamp, unique, uuid } from 'drizzle-orm/pg-core'
import { registry } from '#registry/store/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })
const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const databaseTime = (name: string) => timestamp(name, { withTimezone: true })

export const webhook = registry.table(
  'webhook',
  {
    id: uuid('id').primaryKey(),
    projectId: uuid('project_id').notNull(),
    name: text('name').notNull(),
    description: text('description'),
    url: text('url').notNull(),
    // e.g. model_version.created; sorted, each once.
    events: text('events').array().notNull(),
    status: text('status').notNull(),
    // Sealed (domain/webhook-secret.ts): the database never sees it.
    secret: bytes('secret'),
    createdBy: text('created_by').notNull(),
    createdAt: ms('created_at').notNull(),
    updatedAt: ms('updated_at').notNull(),
  },
  (t) => [unique('webhook_in_project').on(t.projectId, t.id), check('webhook_status', sql`${t.status} IN ('ACTIVE', 'DISABLED')`)],
)

export const webhookDelivery = registry.table(
  'webhook_delivery',
  {
    // What receivers know a delivery by, over all its attempts.
    id: uuid('id').primaryKey().defaultRandom(),
    projectId: uuid('project_id').notNull(),
    webhookId: uuid('webhook_id').notNull(),
    event: text('event').notNull(),
    body: text('body').notNull(),
    state: text('state').notNull().default('PENDING'),
    attempts: integer('attempts').notNull().default(0),
    // When somebody may take it; for who holds it, when the lease ends.
    dueAt: databaseTime('due_at').notNull().defaultNow(),
    lease: uuid('lease'),
    lastStatus: integer('last_status'),
    lastReason: text('last_reason'),
    createdAt: databaseTime('created_at').notNull().defaultNow(),
    finishedAt: databaseTime('finished_at'),
  },
  (t) => [
    index('webhook_delivery_due').on(t.dueAt).where(sql`${t.state} = 'PENDING'`),
    index('webhook_delivery_finished').on(t.finishedAt).where(sql`${t.finishedAt} IS NOT NULL`),
    index('webhook_delivery_webhook').on(t.projectId, t.webhookId),
    foreignKey({ name: 'webhook_delivery_webhook', columns: [t.projectId, t.webhookId], foreignColumns: [webhook.projectId, webhook.id] }).onDelete('cascade'),
    check('webhook_delivery_state', sql`${t.state} IN ('PENDING', 'DELIVERED', 'FAILED')`),
  ],
)
