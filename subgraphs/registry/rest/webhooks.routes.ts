/** MLflow's WebhookService (mlflow-api.md 6.1; shapes and messages as recorded). The secret goes in and never comes out. */
import { invalid } from '#shared/errors.ts'
import { int, list, message, nested, oneOf, text } from '#shared/rest/mlflow-message.ts'
import { projectRoute, type Route, withAjaxTwins } from '#shared/rest/route.ts'
import type { RegistryServices } from '#registry/domain/services.ts'
import { type Webhook, webhookStatuses } from '#registry/domain/webhook.ts'
import { type EventName, eventName } from '#registry/domain/webhook-events.ts'
import type { TestResult } from '#registry/domain/webhooks.ts'
import { pageAnswer } from '#registry/rest/answers.ts'

const base = '/api/2.0/mlflow/webhooks'
const one = `${base}/:webhook_id`

// In the order of the protocol's numbers (webhooks.proto).
const event = {
  entity: oneOf('REGISTERED_MODEL', 'MODEL_VERSION', 'MODEL_VERSION_TAG', 'MODEL_VERSION_ALIAS', 'PROMPT', 'PROMPT_VERSION', 'PROMPT_TAG', 'PROMPT_VERSION_TAG', 'PROMPT_ALIAS', 'BUDGET_POLICY'),
  action: oneOf('CREATED', 'UPDATED', 'DELETED', 'SET', 'EXCEEDED'),
}
const status = oneOf(...webhookStatuses)

const Create = message({ name: text.required(), description: text, url: text.required(), events: list(event).required(), secret: text, status })
const List = message({ max_results: int, page_token: text })
const Identified = message({ webhook_id: text.required() })
const Update = message({ webhook_id: text.required(), name: text, description: text, url: text, events: list(event), secret: text, status })
const Test = message({ webhook_id: text.required(), event: nested(event) })

function eventOf({ entity, action }: { readonly entity?: string; readonly action?: string }): EventName {
  if (entity === undefined || action === undefined) throw invalid('A webhook event needs a known entity and a known action.', 'events')
  return eventName(entity.toLowerCase(), action.toLowerCase())
}

const webhookAnswer = (webhook: Webhook): object => ({
  webhook_id: webhook.id,
  name: webhook.name,
  ...(webhook.description === null ? {} : { description: webhook.description }),
  url: webhook.url,
  events: webhook.events.map((name) => {
    const [entity, action] = name.toUpperCase().split('.')
    return { entity, action }
  }),
  status: webhook.status,
  creation_timestamp: webhook.createdAt,
  last_updated_timestamp: webhook.updatedAt,
})
const answer = (webhook: Webhook): object => ({ webhook: webhookAnswer(webhook) })

const testAnswer = ({ delivered, status: code, reason }: TestResult): object => ({
  result: { success: delivered, ...(code === null ? {} : { response_status: code }), ...(reason === null ? {} : { error_message: reason }) },
})

/** What is there and not empty: MLflow takes an empty name or URL for one that was not sent. */
const given = <K extends string, T>(key: K, value: T | undefined | ''): Partial<Record<K, T>> => (value === undefined || value === '' ? {} : ({ [key]: value } as Record<K, T>)) // one computed key: its type is K
/** An empty text says something here: there shall be none. */
const evenEmpty = <K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> => (value === undefined ? {} : ({ [key]: value } as Record<K, string>)) // as above

function keepingRoutes({ webhooks }: RegistryServices): Route[] {
  return [
    projectRoute({
      method: 'POST',
      path: base,
      family: 'mlflow',
      summary: 'Have a URL called when something happens in the registry.',
      needs: 'registry.webhook.create',
      input: Create.read,
      handle: async ({ scope, input }) =>
        answer(
          await webhooks.create(scope, {
            name: input.name,
            url: input.url,
            events: input.events.map(eventOf),
            ...evenEmpty('description', input.description),
            ...evenEmpty('secret', input.secret),
            ...given('status', input.status),
          }),
        ),
    }),
    projectRoute({
      method: 'PATCH',
      path: one,
      family: 'mlflow',
      summary: 'Change a webhook; what is not named stays.',
      needs: 'registry.webhook.update',
      input: Update.read,
      handle: async ({ scope, input }) =>
        answer(
          await webhooks.update(scope, input.webhook_id, {
            ...given('name', input.name),
            ...given('url', input.url),
            ...(input.events === undefined || input.events.length === 0 ? {} : { events: input.events.map(eventOf) }),
            ...evenEmpty('description', input.description),
            ...evenEmpty('secret', input.secret),
            ...given('status', input.status),
          }),
        ),
    }),
    projectRoute({
      method: 'DELETE',
      path: one,
      family: 'mlflow',
      summary: 'Remove a webhook with what was on its way to it.',
      needs: 'registry.webhook.delete',
      input: Identified.read,
      handle: async ({ scope, input }) => void (await webhooks.remove(scope, input.webhook_id)),
    }),
  ]
}

function readingRoutes({ webhooks }: RegistryServices): Route[] {
  return [
    projectRoute({
      method: 'GET',
      path: base,
      family: 'mlflow',
      summary: 'Webhooks of the project, newest first, in pages.',
      needs: 'registry.webhook.read',
      input: List.read,
      async handle({ scope, input }) {
        const page = await webhooks.list(scope, input.max_results === undefined ? undefined : Number(input.max_results), input.page_token)
        return pageAnswer('webhooks', page.items.map(webhookAnswer), page.nextToken)
      },
    }),
    projectRoute({
      method: 'GET',
      path: one,
      family: 'mlflow',
      summary: 'A webhook by its id; never its secret.',
      needs: 'registry.webhook.read',
      input: Identified.read,
      handle: async ({ scope, input }) => answer(await webhooks.get(scope, input.webhook_id)),
    }),
    projectRoute({
      method: 'POST',
      path: `${one}/test`,
      family: 'mlflow',
      summary: 'Call a webhook with an example; says the status, not what the receiver answered.',
      needs: 'registry.webhook.update',
      input: Test.read,
      handle: async ({ scope, input }) => testAnswer(await webhooks.test(scope, input.webhook_id, input.event === undefined ? undefined : eventOf(input.event))),
    }),
  ]
}

/** MLflow's six endpoints and their /ajax-api twins. */
export const webhookRoutes = (services: RegistryServices): Route[] => withAjaxTwins([...keepingRoutes(services), ...readingRoutes(services)])
