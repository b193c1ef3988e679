/** One call of a webhook. Headers and signature are MLflow's (mlflow/webhooks/delivery.py). */
import { createHmac } from 'node:crypto'
import { type Outbound, OutboundError, type OutboundFailure } from '#shared/outbound/guarded-post.ts'
import { webhookUrl, type WebhookScheme } from '#registry/domain/webhook.ts'
import type { SecretBox } from '#registry/domain/webhook-secret.ts'
import type { AttemptResult } from '#registry/domain/webhook-store.ts'

/** What is sent, whether for real or as a test. */
export interface Message {
  readonly id: string
  readonly webhookId: string
  readonly url: string
  readonly sealedSecret: Buffer | null
  readonly body: string
}

export interface SendDeps {
  readonly outbound: Outbound
  readonly secrets: SecretBox
  readonly schemes: readonly WebhookScheme[]
}

export interface SendResult extends AttemptResult {
  readonly delivered: boolean
  /** Another attempt may end otherwise. */
  readonly again: boolean
  readonly retryAfterMs?: number
}

export type Send = (message: Message, signal?: AbortSignal) => Promise<SendResult>

const DEADLINE_MS = 10_000

/** One sentence each: enough for the owner of a receiver, nothing about what is in our network. */
const reasons: Readonly<Record<OutboundFailure, { readonly text: string; readonly again: boolean }>> = {
  unresolved: { text: 'The host name cannot be resolved.', again: true },
  'not-public': { text: 'The address is not a public IP address.', again: false },
  'no-connection': { text: 'The connection failed.', again: true },
  tls: { text: 'The TLS connection was refused: check the certificate.', again: true },
  timeout: { text: `There was no answer within ${DEADLINE_MS / 1_000} seconds.`, again: true },
  stopped: { text: 'The server was stopping.', again: true },
}

export const signatureOf = (secret: string, id: string, timestamp: string, body: string): string => `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`

export function createSend({ outbound, secrets, schemes }: SendDeps): Send {
  return async ({ id, webhookId, url, sealedSecret, body }, signal) => {
    const timestamp = String(Math.floor(Date.now() / 1_000))
    let signature: Record<string, string> = {}
    let address: URL
    try {
      if (sealedSecret) signature = { 'X-MLflow-Signature': signatureOf(secrets.open(sealedSecret, webhookId), id, timestamp, body) }
    } catch {
      return { delivered: false, again: false, status: null, reason: 'The secret cannot be read: set it again.' }
    }
    try {
      address = webhookUrl(url, schemes) // what is allowed may have changed since it was stored
    } catch {
      return { delivered: false, again: false, status: null, reason: 'The URL is not allowed any more.' }
    }
    const headers = { 'Content-Type': 'application/json', 'User-Agent': 'sluice-webhooks', 'X-MLflow-Delivery-Id': id, 'X-MLflow-Timestamp': timestamp, ...signature }
    try {
      const { status, retryAfterMs } = await outbound.post({ url: address, headers, body, deadlineMs: DEADLINE_MS, ...(signal ? { signal } : {}) })
      // A redirect is not followed, so whatever it promised was not delivered.
      return { delivered: status >= 200 && status < 300, again: status === 429 || status >= 500, status, reason: null, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error
      const { text, again } = reasons[error.failure]
      return { delivered: false, again, status: null, reason: text }
    }
  }
}

const MAX_BACKOFF_MS = 60_000
const MAX_RETRY_AFTER_MS = 15 * 60_000

/** 1 s, 2 s, 4 s … and up to a second more; longer when the receiver asks for it. */
export function waitBefore(nextAttempt: number, retryAfterMs = 0, random: () => number = Math.random): number {
  const backoff = Math.min(1_000 * 2 ** (nextAttempt - 2), MAX_BACKOFF_MS) + random() * 1_000
  return Math.round(Math.max(backoff, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS)))
}
