/** Registered models: everything that is done to one as a whole. */
import { demand } from '#shared/access.ts'
import type { Scope } from '#shared/actor.ts'
import { alreadyExists, type DomainError } from '#shared/errors.ts'
import { newId } from '#shared/ids.ts'
import type { Permission } from '#shared/policy.ts'
import { isPrompt, type RegisteredModel, type Tag } from '#registry/domain/model.ts'
import { createModelReads, factsOf, modelNotFound, type ModelReads } from '#registry/domain/model-reads.ts'
import { descriptionOf, modelName, skeletonKey, tagKey, tagOf, tagsOf } from '#registry/domain/names.ts'
import { isActiveStage, stages } from '#registry/domain/stages.ts'
import type { ModelStore, VersionReads } from '#registry/domain/store.ts'
import { announcer } from '#registry/domain/webhook-events.ts'

export interface ModelsDeps {
  readonly models: ModelStore
  readonly versions: Pick<VersionReads, 'isPromoted'>
  readonly now: () => number
}

export interface Models extends ModelReads {
  create(scope: Scope, input: { readonly name: string; readonly description?: string | null; readonly tags?: readonly Tag[] }): Promise<RegisteredModel>
  describe(scope: Scope, name: string, description: string | null): Promise<RegisteredModel>
  rename(scope: Scope, name: string, newName: string): Promise<RegisteredModel>
  remove(scope: Scope, name: string): Promise<void>
  setTag(scope: Scope, name: string, tag: Tag): Promise<RegisteredModel>
  deleteTag(scope: Scope, name: string, key: string): Promise<RegisteredModel>
}

const activeStages = stages.filter(isActiveStage)

export function createModels({ models, versions, now }: ModelsDeps): Models {
  const reads = createModelReads(models)
  const resolveFor = async (scope: Scope, name: string, permission: Permission): Promise<RegisteredModel> => {
    const model = await reads.resolve(scope, name)
    demand(scope, permission, factsOf(model))
    return model
  }
  const again = async (scope: Scope, { id, name }: { readonly id: string; readonly name: string }): Promise<RegisteredModel> => {
    const [model] = await models.byIds(scope.project.id, [id])
    if (!model) throw modelNotFound(name)
    return model
  }

  return {
    ...reads,

    async create(scope, input) {
      demand(scope, 'registry.model.create')
      const name = modelName(input.name)
      const tags = tagsOf(input.tags)
      const id = newId()
      const described = { name, description: descriptionOf(input.description), tags }
      const at = now()
      const announcement = announcer(scope.project, at).modelCreated(described)
      const obstacle = await models.create(scope.project.id, { ...described, id, skeleton: skeletonKey(name), ownerId: scope.actor.subjectId, at }, announcement)
      if (obstacle) throw taken(name, isPrompt(tags), obstacle.taken, await models.byName(scope.project.id, obstacle.taken))
      return again(scope, { id, name })
    },

    async describe(scope, name, description) {
      const model = await resolveFor(scope, name, 'registry.model.update')
      await models.describe(scope.project.id, model.id, descriptionOf(description), now())
      return again(scope, model)
    },

    async rename(scope, name, newName) {
      const to = modelName(newName, 'new_name')
      const model = await resolveFor(scope, name, 'registry.model.update')
      const obstacle = await models.rename(scope.project.id, model.id, to, skeletonKey(to), now())
      if (obstacle) throw taken(to, isPrompt(model.tags), obstacle.taken, await models.byName(scope.project.id, obstacle.taken))
      return again(scope, model)
    },

    async remove(scope, name) {
      const model = await resolveFor(scope, name, 'registry.model.delete')
      // Who may not promote may not end what is in production either, not even by deleting a model of one's own.
      if (await versions.isPromoted(scope.project.id, model.id, activeStages)) demand(scope, 'registry.version.promote', factsOf(model))
      await models.remove(scope.project.id, model.id)
    },

    async setTag(scope, name, tag) {
      const checked = tagOf(tag)
      const model = await resolveFor(scope, name, 'registry.model.update')
      if (!(await models.setTag(scope.project.id, model.id, checked, announcer(scope.project, now()).modelTagSet(model, checked)))) throw modelNotFound(model.name)
      return again(scope, model)
    },

    async deleteTag(scope, name, key) {
      const checked = tagKey(key)
      const model = await resolveFor(scope, name, 'registry.model.update')
      await models.deleteTag(scope.project.id, model.id, checked, announcer(scope.project, now()).modelTagDeleted(model, checked))
      return again(scope, model)
    },
  }
}

/** MLflow's words for a name that is taken (mlflow/prompt/registry_utils.py), and ours for one that looks like a taken one. */
function taken(name: string, prompt: boolean, other: string, existing: RegisteredModel | null): DomainError {
  const word = (is: boolean) => (is ? 'Prompt' : 'Registered Model')
  if (name !== other) return alreadyExists(`${word(prompt)} (name=${name}) cannot be told apart from an existing one (name=${other}). Choose another name.`)
  const isOther = existing ? isPrompt(existing.tags) : prompt
  if (isOther === prompt) return alreadyExists(`${word(prompt)} (name=${name}) already exists.`)
  return alreadyExists(
    `Tried to create a ${word(prompt).toLowerCase()} with name '${name}', but the name is already taken by a ${word(isOther).toLowerCase()}. MLflow does not allow creating a model and a prompt with the same name.`,
  )
}
