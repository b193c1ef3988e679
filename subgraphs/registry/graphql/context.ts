/** What resolvers of the registry find in the context of one operation: services, the actor, and loaders that batch. */
import DataLoader from 'dataloader'
import { findProject } from '#shared/access.ts'
import type { Actor, Scope } from '#shared/actor.ts'
import type { Page } from '#shared/paging.ts'
import type { ModelVersion, RegisteredModel } from '#registry/domain/model.ts'
import type { RegistryServices } from '#registry/domain/services.ts'

export interface EntityKey {
  readonly projectId: string
  readonly id: string
}
/** A list below an entity. */
export interface ListKey extends EntityKey {
  readonly first: number
  readonly after: string | undefined
}

export interface RegistryContext extends RegistryServices {
  readonly actor: Actor
  readonly loaders: {
    /** null: missing, hidden, or not in the project that the key says. */
    readonly model: DataLoader<EntityKey, RegisteredModel | null, string>
    readonly version: DataLoader<EntityKey, ModelVersion | null, string>
    readonly latest: DataLoader<EntityKey, readonly ModelVersion[], string>
    readonly versionsOfModel: DataLoader<ListKey, Page<ModelVersion>, string>
    readonly versionsOfRun: DataLoader<ListKey, Page<ModelVersion>, string>
  }
}

const keyText = (key: EntityKey | ListKey): string => JSON.stringify('first' in key ? [key.projectId, key.id, key.first, key.after] : [key.projectId, key.id])
const emptyPage: Page<ModelVersion> = { items: [] }

/** Answers keys with one question for each project (and, for lists, each pair of arguments) among them. */
function batched<K extends EntityKey, T>(actor: Actor, ask: (scope: Scope, keys: readonly [K, ...K[]]) => Promise<ReadonlyMap<string, T>>, absent: T): DataLoader<K, T, string> {
  const groupOf = (key: K): string => keyText({ ...key, id: '' })
  return new DataLoader<K, T, string>(
    async (keys) => {
      const answers = new Map<string, T>()
      await Promise.all(
        [...Map.groupBy(keys, groupOf).values()].map(async ([head, ...tail]) => {
          const project = head && findProject(actor, head.projectId)
          // A project's name finds it too, but is no key.
          if (!head || !project || project.id !== head.projectId) return
          const group: readonly [K, ...K[]] = [head, ...tail]
          const found = await ask({ actor, project }, group)
          for (const key of group) answers.set(keyText(key), found.get(key.id) ?? absent)
        }),
      )
      return keys.map((key) => answers.get(keyText(key)) ?? absent)
    },
    { cacheKeyFn: keyText, maxBatchSize: 1_000 },
  )
}

const byId = <T extends { readonly id: string }>(things: readonly T[]): Map<string, T> => new Map(things.map((thing) => [thing.id, thing]))
const ids = (keys: readonly EntityKey[]): string[] => keys.map(({ id }) => id)

export function registryContext(services: RegistryServices, actor: Actor): RegistryContext {
  const { models, versions } = services
  return {
    ...services,
    actor,
    loaders: {
      model: batched<EntityKey, RegisteredModel | null>(actor, async (scope, keys) => byId(await models.byIds(scope, ids(keys))), null),
      version: batched<EntityKey, ModelVersion | null>(actor, async (scope, keys) => byId(await versions.byIds(scope, ids(keys))), null),
      latest: batched<EntityKey, readonly ModelVersion[]>(actor, async (scope, keys) => Map.groupBy(await versions.latestOf(scope, keys), (version) => version.modelId), []),
      versionsOfModel: batched<ListKey, Page<ModelVersion>>(actor, (scope, keys) => versions.ofModels(scope, ids(keys), keys[0].first, keys[0].after), emptyPage),
      versionsOfRun: batched<ListKey, Page<ModelVersion>>(actor, (scope, keys) => versions.ofRuns(scope, ids(keys), keys[0].first, keys[0].after), emptyPage),
    },
  }
}
