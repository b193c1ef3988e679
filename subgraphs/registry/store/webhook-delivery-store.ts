/**
 * The queue of deliveries, for the workers of all processes. Who takes one holds it under a lease by the database's clock;
 * only the holder of the lease may say how it ended.
 */
import { randomUUID } from 'node:crypto'
import type { Postgres } from '#shared/db/postgres.ts'
import type { Delivery, DeliveryStore } from '#registry/domain/webhook-store.ts'

interface ClaimedRow {
  readonly id: string
  readonly project_id: string
  readonly webhook_id: string
  readonly url: string
  readonly secret: Buffer | null
  readonly body: string
  readonly attempts: number
}

const claim = `
  WITH due AS (
    SELECT d.id, w.url, w.secret
    FROM webhook_delivery d JOIN webhook w ON w.project_id = d.project_id AND w.id = d.webhook_id
    WHERE d.state = 'PENDING' AND d.due_at <= clock_timestamp() AND d.attempts < $3 AND w.status = 'ACTIVE' AND d.webhook_id <> ALL($4::uuid[])
    ORDER BY d.due_at LIMIT 1 FOR UPDATE OF d SKIP LOCKED)
  UPDATE webhook_delivery d SET due_at = clock_timestamp() + $1 * interval '1 millisecond', lease = $2, attempts = d.attempts + 1
  FROM due WHERE d.id = due.id
  RETURNING d.id, d.project_id, d.webhook_id, d.body, d.attempts, due.url, due.secret`

const held = `WHERE project_id = $1 AND id = $2 AND lease = $3 AND state = 'PENDING'`
const finish = `UPDATE webhook_delivery SET state = $4, last_status = $5, last_reason = $6, lease = NULL, finished_at = clock_timestamp() ${held}`
const postpone = `UPDATE webhook_delivery SET due_at = clock_timestamp() + $4 * interval '1 millisecond', last_status = $5, last_reason = $6, lease = NULL ${held}`
const release = `UPDATE webhook_delivery SET due_at = clock_timestamp(), attempts = attempts - 1, lease = NULL ${held}`

const abandon = `
  UPDATE webhook_delivery SET state = 'FAILED', last_reason = 'The server ended during the last attempt.', lease = NULL, finished_at = clock_timestamp()
  WHERE state = 'PENDING' AND due_at <= clock_timestamp() AND attempts >= $1`
const forget = `DELETE FROM webhook_delivery WHERE finished_at < clock_timestamp() - interval '7 days'`

export function createDeliveryStore(postgres: Postgres): DeliveryStore {
  const run = async (name: string, text: string, values: unknown[]): Promise<void> => void (await postgres.query({ name: `webhook_${name}`, text, values }))
  const key = ({ projectId, id, lease }: Delivery): string[] => [projectId, id, lease]

  return {
    async claim(leaseMs, maxAttempts, busy) {
      const lease = randomUUID()
      const { rows } = await postgres.query<ClaimedRow>({ name: 'webhook_claim', text: claim, values: [leaseMs, lease, maxAttempts, busy] })
      const [row] = rows
      if (!row) return null
      return { id: row.id, projectId: row.project_id, webhookId: row.webhook_id, url: row.url, sealedSecret: row.secret, body: row.body, attempt: row.attempts, lease }
    },
    finish: (delivery, state, { status, reason }) => run('finish', finish, [...key(delivery), state, status, reason]),
    postpone: (delivery, waitMs, { status, reason }) => run('postpone', postpone, [...key(delivery), waitMs, status, reason]),
    release: (delivery) => run('release', release, key(delivery)),
    async sweep(maxAttempts) {
      await run('abandon', abandon, [maxAttempts])
      await run('forget', forget, [])
    },
  }
}
