/**
 * What a webhook can hear about: MLflow's entities and actions (mlflow/entities/webhook.py) with MLflow's payloads
 * (mlflow/webhooks/types.py). An announcement is the exact text that receivers get, made with the change it is about.
 */
import type { ProjectRef } from '#shared/actor.ts'
import { invalid } from '#shared/errors.ts'
import { isPrompt, type ModelVersion, promptTag, type RegisteredModel, type Tag } from '#registry/domain/model.ts'

const tags = { example_key: 'example_value' }
const name = (of: 'model' | 'prompt') => ({ name: `example_${of}` })
const version = { version: '1' }
const key = { key: 'example_key' }
const value = { value: 'example_value' }
const alias = { alias: 'example_alias' }

/** Entity → action → the payload that a test sends. Nothing here exceeds a budget, but one may wait for it. */
const table = {
  registered_model: { created: { ...name('model'), tags, description: 'An example registered model' } },
  model_version: { created: { ...name('model'), ...version, source: 'models:/123', run_id: 'abcd1234abcd5678', tags, description: 'An example model version' } },
  model_version_tag: { set: { ...name('model'), ...version, ...key, ...value }, deleted: { ...name('model'), ...version, ...key } },
  model_version_alias: { created: { ...name('model'), ...alias, ...version }, deleted: { ...name('model'), ...alias } },
  prompt: { created: { ...name('prompt'), tags, description: 'An example prompt' } },
  prompt_version: { created: { ...name('prompt'), ...version, template: 'Hello {{name}}!', tags, description: 'An example prompt version' } },
  prompt_tag: { set: { ...name('prompt'), ...key, ...value }, deleted: { ...name('prompt'), ...key } },
  prompt_version_tag: { set: { ...name('prompt'), ...version, ...key, ...value }, deleted: { ...name('prompt'), ...version, ...key } },
  prompt_alias: { created: { ...name('prompt'), ...alias, ...version }, deleted: { ...name('prompt'), ...alias } },
  budget_policy: {
    exceeded: {
      budget_policy_id: 'bp-abc123',
      budget_unit: 'USD',
      budget_amount: 100,
      current_spend: 105.5,
      duration_unit: 'MONTHS',
      duration_value: 1,
      target_scope: 'ENDPOINT',
      workspace: 'default',
      target_value: 'ep-abc123',
      window_start: 1704067200000,
    },
  },
} as const satisfies Record<string, Record<string, object>>

type Table = typeof table
/** e.g. `model_version.created`. */
export type EventName = { [E in keyof Table]: `${E & string}.${keyof Table[E] & string}` }[keyof Table]

const examples: ReadonlyMap<string, object> = new Map(Object.entries(table).flatMap(([entity, actions]) => Object.entries(actions).map(([action, example]) => [`${entity}.${action}`, example])))
const isEventName = (text: string): text is EventName => examples.has(text)

/** The event of an entity and an action, or MLflow's refusal of a pair that does not exist. */
export function eventName(entity: string, action: string): EventName {
  const event = `${entity}.${action}`
  if (isEventName(event)) return event
  const actions = Object.entries(table).find(([known]) => known === entity)?.[1] ?? {}
  const valid = Object.keys(actions).sort()
  throw invalid(`Invalid action '${action}' for entity '${entity}'. Valid actions are: [${valid.map((each) => `'${each}'`).join(', ')}]`, 'events')
}

export interface Announcement {
  readonly event: EventName
  /** JSON: signed and sent byte for byte as it stands here. */
  readonly body: string
}

/** In `default` a receiver gets what MLflow without workspaces sends; elsewhere it is told the workspace, as MLflow with them does. */
function announce(project: ProjectRef, at: number, event: EventName, data: object): Announcement {
  const [entity, action] = event.split('.')
  const workspace = project.name === 'default' ? {} : { workspace: project.name }
  return { event, body: JSON.stringify({ entity, action, timestamp: new Date(at).toISOString().replace('Z', '+00:00'), data, ...workspace }) }
}

export const exampleOf = (project: ProjectRef, at: number, event: EventName): Announcement => announce(project, at, event, examples.get(event) ?? {})

const promptText = 'mlflow.prompt.text'
/** Tags that say that and how something is a prompt; receivers learn it from the entity. */
const promptMarks: readonly string[] = [promptTag, '_mlflow_prompt_type']
const tagsObject = (list: readonly Tag[], without: readonly string[] = []) => Object.fromEntries(list.filter((tag) => !without.includes(tag.key)).map((tag) => [tag.key, tag.value]))

/** Makes announcements in one project at one moment. */
export function announcer(project: ProjectRef, at: number) {
  const of = (event: EventName, data: object): Announcement => announce(project, at, event, data)
  return {
    modelCreated(created: { readonly name: string; readonly description: string | null; readonly tags: readonly Tag[] }): Announcement {
      const prompt = isPrompt(created.tags)
      return of(prompt ? 'prompt.created' : 'registered_model.created', { name: created.name, tags: tagsObject(created.tags, prompt ? promptMarks : []), description: created.description ?? '' })
    },
    versionCreated(model: RegisteredModel, created: ModelVersion): Announcement {
      const facts = { name: model.name, version: String(created.version) }
      const description = created.description || null
      if (!isPrompt(model.tags)) return of('model_version.created', { ...facts, source: created.source, run_id: created.runId, tags: tagsObject(created.tags), description })
      const template = created.tags.find((tag) => tag.key === promptText)?.value ?? null
      return of('prompt_version.created', { ...facts, template, tags: tagsObject(created.tags, [...promptMarks, promptText]), description })
    },
    /** MLflow tells of the tags of prompts, not of those of models. */
    modelTagSet: (model: RegisteredModel, tag: Tag): Announcement | null => (isPrompt(model.tags) ? of('prompt_tag.set', { name: model.name, ...tag }) : null),
    modelTagDeleted: (model: RegisteredModel, deleted: string): Announcement | null => (isPrompt(model.tags) ? of('prompt_tag.deleted', { name: model.name, key: deleted }) : null),
    versionTagSet: (model: RegisteredModel, number: number, tag: Tag): Announcement =>
      of(isPrompt(model.tags) ? 'prompt_version_tag.set' : 'model_version_tag.set', { name: model.name, version: String(number), ...tag }),
    versionTagDeleted: (model: RegisteredModel, number: number, deleted: string): Announcement =>
      of(isPrompt(model.tags) ? 'prompt_version_tag.deleted' : 'model_version_tag.deleted', { name: model.name, version: String(number), key: deleted }),
    aliasCreated: (model: RegisteredModel, created: string, number: number): Announcement =>
      of(isPrompt(model.tags) ? 'prompt_alias.created' : 'model_version_alias.created', { name: model.name, alias: created, version: String(number) }),
    aliasDeleted: (model: RegisteredModel, deleted: string): Announcement => of(isPrompt(model.tags) ? 'prompt_alias.deleted' : 'model_version_alias.deleted', { name: model.name, alias: deleted }),
  }
}
