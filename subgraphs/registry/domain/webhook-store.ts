/** What webhooks need of a store. People's methods take the project first; the worker's serve all projects. */
import type { Webhook, WebhookStatus } from '#registry/domain/webhook.ts'
import type { EventName } from '#registry/domain/webhook-events.ts'

export interface NewWebhook {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly url: string
  readonly events: readonly EventName[]
  readonly status: WebhookStatus
  readonly secret: Buffer | null
  readonly createdBy: string
  readonly at: number
}

/** What stays away keeps its value. */
export interface WebhookChanges {
  readonly name?: string
  readonly description?: string | null
  readonly url?: string
  readonly events?: readonly EventName[]
  readonly status?: WebhookStatus
  readonly secret?: Buffer | null
}

export interface WebhookStore {
  /** false: the project has `most` already. */
  create(projectId: string, webhook: NewWebhook, most: number): Promise<boolean>
  byId(projectId: string, id: string): Promise<Webhook | null>
  sealedSecret(projectId: string, id: string): Promise<Buffer | null>
  /** Newest first. */
  list(projectId: string, offset: number, limit: number): Promise<Webhook[]>
  /** Whoever is disabled is not told what was waiting either. */
  update(projectId: string, id: string, changes: WebhookChanges, at: number): Promise<Webhook | null>
  /** false: there is none. */
  remove(projectId: string, id: string): Promise<boolean>
}

/** One announcement on its way to one webhook, held by one worker. */
export interface Delivery {
  readonly id: string
  readonly projectId: string
  readonly webhookId: string
  readonly url: string
  readonly sealedSecret: Buffer | null
  readonly body: string
  /** Counts from 1. */
  readonly attempt: number
  /** Whoever holds another lease has it no more. */
  readonly lease: string
}

/** How an attempt ended, for people who look into the table. */
export interface AttemptResult {
  readonly status: number | null
  readonly reason: string | null
}

export interface DeliveryStore {
  /** The delivery that is due longest, for `leaseMs` by the database's clock, unless its webhook is one of `busy`. */
  claim(leaseMs: number, maxAttempts: number, busy: readonly string[]): Promise<Delivery | null>
  finish(delivery: Delivery, state: 'DELIVERED' | 'FAILED', result: AttemptResult): Promise<void>
  postpone(delivery: Delivery, waitMs: number, result: AttemptResult): Promise<void>
  /** Gives back what was not tried to the end: it is due at once and the attempt does not count. */
  release(delivery: Delivery): Promise<void>
  /** Ends what crashed in its last attempt, forgets what ended long ago. */
  sweep(maxAttempts: number): Promise<void>
}
