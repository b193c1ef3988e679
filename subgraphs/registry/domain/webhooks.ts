/** Webhooks of a project: who may keep them, and what they may be. Delivering is webhook-delivery.ts. */
import { demand } from '#shared/access.ts'
import type { Scope } from '#shared/actor.ts'
import { conflict, type DomainError, invalid, notFound } from '#shared/errors.ts'
import { isUuid, newId } from '#shared/ids.ts'
import { hostOf, type Outbound, OutboundError } from '#shared/outbound/guarded-post.ts'
import { decodeOffset, type Page } from '#shared/paging.ts'
import type { Permission } from '#shared/policy.ts'
import { pythonRepr } from '#shared/search/filter-grammar.ts'
import { offsetPage } from '#registry/domain/model-reads.ts'
import { type Webhook, webhookDescription, webhookEvents, webhookName, type WebhookScheme, webhookSecret, type WebhookStatus, webhookUrl } from '#registry/domain/webhook.ts'
import type { Send } from '#registry/domain/webhook-delivery.ts'
import { type EventName, exampleOf } from '#registry/domain/webhook-events.ts'
import type { SecretBox } from '#registry/domain/webhook-secret.ts'
import type { WebhookStore } from '#registry/domain/webhook-store.ts'

export interface WebhooksDeps {
  readonly store: WebhookStore
  readonly outbound: Pick<Outbound, 'check'>
  readonly send: Send
  readonly secrets: SecretBox
  readonly schemes: readonly WebhookScheme[]
  readonly now: () => number
}

export interface WebhookInput {
  readonly name: string
  readonly url: string
  readonly events: readonly EventName[]
  readonly description?: string
  /** Signs what is sent; '' is none. */
  readonly secret?: string
  readonly status?: WebhookStatus
}

/** What a test said: a status, or why there is none. Never what the receiver wrote. */
export interface TestResult {
  readonly delivered: boolean
  readonly status: number | null
  readonly reason: string | null
}

export interface Webhooks {
  create(scope: Scope, input: WebhookInput): Promise<Webhook>
  get(scope: Scope, id: string): Promise<Webhook>
  list(scope: Scope, limit: number | undefined, token: string | undefined): Promise<Page<Webhook>>
  update(scope: Scope, id: string, changes: Partial<WebhookInput>): Promise<Webhook>
  remove(scope: Scope, id: string): Promise<void>
  /** Sends an example of an event, of the first one when none is named. */
  test(scope: Scope, id: string, event: EventName | undefined): Promise<TestResult>
}

/** Every event is sent to all of them: a project may not make this server call thousands. */
const MAX_WEBHOOKS = 100
const DEFAULT_PAGE = 100
const MAX_PAGE = 1_000

const webhookNotFound = (id: string): DomainError => notFound(`Webhook with ID ${id} not found.`)

export function createWebhooks({ store, outbound, send, secrets, schemes, now }: WebhooksDeps): Webhooks {
  const resolveFor = async (scope: Scope, id: string, permission: Permission): Promise<Webhook> => {
    demand(scope, permission)
    const webhook = isUuid(id) ? await store.byId(scope.project.id, id) : null
    if (!webhook) throw webhookNotFound(id)
    return webhook
  }

  return {
    async create(scope, input) {
      demand(scope, 'registry.webhook.create')
      const id = newId()
      const name = webhookName(input.name)
      webhookUrl(input.url, schemes)
      const events = webhookEvents(input.events)
      const description = webhookDescription(input.description ?? '')
      const secret = webhookSecret(input.secret ?? '')
      const url = await reachable(input.url, schemes, outbound)
      const row = { id, name, description, url, events, status: input.status ?? 'ACTIVE', secret: secret === null ? null : secrets.seal(secret, id), createdBy: scope.actor.subjectId, at: now() }
      if (!(await store.create(scope.project.id, row, MAX_WEBHOOKS))) throw conflict(`A project can have at most ${MAX_WEBHOOKS} webhooks.`)
      const created = await store.byId(scope.project.id, id)
      if (!created) throw webhookNotFound(id)
      return created
    },

    get: (scope, id) => resolveFor(scope, id, 'registry.webhook.read'),

    async list(scope, limit, token) {
      demand(scope, 'registry.webhook.read')
      const most = limit || DEFAULT_PAGE
      if (most < 1 || most > MAX_PAGE) throw invalid(`max_results must be between 1 and ${MAX_PAGE}.`, 'max_results')
      const offset = decodeOffset(token)
      return offsetPage(await store.list(scope.project.id, offset, most + 1), most, offset)
    },

    async update(scope, id, { name, url, events, description, secret, status }) {
      const webhook = await resolveFor(scope, id, 'registry.webhook.update')
      const sealed = (text: string): Buffer | null => {
        const checked = webhookSecret(text)
        return checked === null ? null : secrets.seal(checked, webhook.id)
      }
      const changes = {
        ...(name === undefined ? {} : { name: webhookName(name) }),
        ...(events === undefined ? {} : { events: webhookEvents(events) }),
        ...(description === undefined ? {} : { description: webhookDescription(description) }),
        ...(secret === undefined ? {} : { secret: sealed(secret) }),
        ...(status === undefined ? {} : { status }),
        ...(url === undefined ? {} : { url: await reachable(url, schemes, outbound) }),
      }
      const updated = await store.update(scope.project.id, webhook.id, changes, now())
      if (!updated) throw webhookNotFound(id)
      return updated
    },

    async remove(scope, id) {
      const webhook = await resolveFor(scope, id, 'registry.webhook.delete')
      if (!(await store.remove(scope.project.id, webhook.id))) throw webhookNotFound(id)
    },

    async test(scope, id, event) {
      const webhook = await resolveFor(scope, id, 'registry.webhook.update')
      const [first] = webhook.events
      const chosen = event ?? first
      if (chosen === undefined) throw webhookNotFound(id)
      const { body } = exampleOf(scope.project, now(), chosen)
      const sealedSecret = await store.sealedSecret(scope.project.id, webhook.id)
      const { delivered, status, reason } = await send({ id: newId(), webhookId: webhook.id, url: webhook.url, sealedSecret, body })
      return { delivered, status, reason }
    },
  }
}

/** The URL as it may be stored: its host resolves, and only to public addresses. Delivery asks again, on the socket. */
async function reachable(text: string, schemes: readonly WebhookScheme[], outbound: Pick<Outbound, 'check'>): Promise<string> {
  const host = hostOf(webhookUrl(text, schemes))
  await outbound.check(host).catch((error: unknown) => {
    if (!(error instanceof OutboundError)) throw error
    // Which address a name has in our network is not told.
    if (error.failure === 'not-public') throw invalid(`Webhook URL must not resolve to a non-public IP address: ${pythonRepr(host)}`, 'url')
    throw invalid(`Cannot resolve Webhook URL hostname ${pythonRepr(host)}: [Errno -2] Name or service not known`, 'url')
  })
  return text
}
