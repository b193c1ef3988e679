/** What a webhook is, and what its fields may hold. Messages are MLflow's (mlflow/utils/validation.py). */
import { invalid } from '#shared/errors.ts'
import { storableText } from '#shared/names.ts'
import { pythonRepr } from '#shared/search/filter-grammar.ts'
import type { EventName } from '#registry/domain/webhook-events.ts'

export const webhookStatuses = ['ACTIVE', 'DISABLED'] as const
export type WebhookStatus = (typeof webhookStatuses)[number]

/** A webhook as people see it: its secret is never among it. */
export interface Webhook {
  readonly id: string
  readonly projectId: string
  readonly name: string
  readonly description: string | null
  /** As it was given. Parsed anew, by the same rules, each time it is called. */
  readonly url: string
  /** Sorted, each once. */
  readonly events: readonly EventName[]
  readonly status: WebhookStatus
  readonly createdAt: number
  readonly updatedAt: number
}

export type WebhookScheme = 'http' | 'https'

const maxUrl = 2_048
const maxDescription = 5_000
const maxSecret = 1_000

export function webhookName(name: string): string {
  if (/^(?=.{1,63}$)[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i.test(name)) return name
  throw invalid(
    `Webhook name ${pythonRepr(name)} is invalid. It must start and end with a letter or digit, be less than 63 characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-).`,
    'name',
  )
}

/**
 * The address of a receiver as it is dialled. Spelt so that no two parsers disagree about its host: no credentials, no
 * backslash, no invisible characters; numbers in the host (decimal, octal) become the address they stand for.
 */
export function webhookUrl(text: string, schemes: readonly WebhookScheme[]): URL {
  if (text.trim() === '') throw invalid(`Webhook URL cannot be empty or just whitespace: ${pythonRepr(text)}`, 'url')
  storableText(text, 'url', maxUrl)
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase() ?? ''
  if (!schemes.some((allowed) => allowed === scheme)) throw invalid(`Invalid webhook URL scheme: '${scheme}'. Allowed schemes are: ${schemes.join(', ')}.`, 'url')
  const authority = /^[a-z]+:\/\/([^/?#]*)/i.exec(text)?.[1] ?? ''
  if (authority === '') throw invalid(`Webhook URL must include a hostname: ${pythonRepr(text)}`, 'url')
  if (authority.includes('@')) throw invalid('Webhook URL must not include embedded credentials', 'url')
  if (/[\s\\\p{Cc}\p{Cf}]/u.test(text) || !URL.canParse(text)) throw invalid(`Invalid webhook URL ${pythonRepr(text)}`, 'url')
  return new URL(text)
}

export function webhookEvents(events: readonly EventName[]): EventName[] {
  if (events.length === 0) throw invalid('Webhook events must be a non-empty list of WebhookEvent objects: [].', 'events')
  return [...new Set(events)].sort()
}

export const webhookDescription = (text: string): string | null => storableText(text, 'description', maxDescription) || null
export const webhookSecret = (text: string): string | null => storableText(text, 'secret', maxSecret) || null
