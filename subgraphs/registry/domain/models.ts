/** Registered models: finding one in a scope, and everything that is done to it as a whole. */
import { demand } from '#shared/access.ts'
import type { Scope } from '#shared/actor.ts'
import { alreadyExists, conflict, type DomainError, invalid, notFound } from '#shared/errors.ts'
import { isUuid, newId } from '#shared/ids.ts'
import { storableText } from '#shared/names.ts'
import { decodeOffset, encodeOffset, type Page } from '#shared/paging.ts'
import type { Permission } from '#shared/policy.ts'
import { modelOrder, modelSearch } from '#registry/domain/filter.ts'
import { isPrompt, type RegisteredModel, type Tag } from '#registry/domain/model.ts'
import { descriptionOf, modelName, skeletonKey, tagKey, tagOf, tagsOf } from '#registry/domain/names.ts'
import { isActiveStage, stages } from '#registry/domain/stages.ts'
import type { ModelStore, VersionStore } from '#registry/domain/store.ts'
import { modelType, sees, seesNothing, visibleModels } from '#registry/domain/visibility.ts'

export interface ModelsDeps {
  readonly models: ModelStore
  readonly versions: VersionStore
  readonly now: () => number
}

export interface SearchInput {
  readonly filter?: string
  readonly orderBy?: readonly string[]
  readonly limit: number
  readonly token?: string
}

export interface Models {
  /** The model if the actor may see it; else missing, which is what hidden looks like. */
  resolve(scope: Scope, name: string): Promise<RegisteredModel>
  byIds(scope: Scope, ids: readonly string[]): Promise<RegisteredModel[]>
  create(scope: Scope, input: { readonly name: string; readonly description?: string | null; readonly tags?: readonly Tag[] }): Promise<RegisteredModel>
  describe(scope: Scope, name: string, description: string | null): Promise<RegisteredModel>
  rename(scope: Scope, name: string, newName: string): Promise<RegisteredModel>
  remove(scope: Scope, name: string): Promise<void>
  setTag(scope: Scope, name: string, tag: Tag): Promise<RegisteredModel>
  deleteTag(scope: Scope, name: string, key: string): Promise<RegisteredModel>
  search(scope: Scope, input: SearchInput): Promise<Page<RegisteredModel>>
}

export const modelNotFound = (name: string): DomainError => notFound(`Registered Model with name=${name} not found`)
export const factsOf = (model: RegisteredModel) => ({ type: modelType, id: model.id, ownerId: model.ownerId })
export const activeStages = stages.filter(isActiveStage)

export function createModels({ models, versions, now }: ModelsDeps): Models {
  const resolve = async (scope: Scope, given: string): Promise<RegisteredModel> => {
    const visible = visibleModels(scope)
    if (seesNothing(visible)) demand(scope, 'registry.model.read')
    const name = modelName(given)
    const model = await models.byName(scope.project.id, name)
    if (!model || !sees(visible, model.id)) throw modelNotFound(name)
    return model
  }
  const resolveFor = async (scope: Scope, name: string, permission: Permission): Promise<RegisteredModel> => {
    const model = await resolve(scope, name)
    demand(scope, permission, factsOf(model))
    return model
  }
  const again = async (scope: Scope, { id, name }: { readonly id: string; readonly name: string }): Promise<RegisteredModel> => {
    const [model] = await models.byIds(scope.project.id, [id])
    if (!model) throw modelNotFound(name)
    return model
  }
  /** MLflow's words for a name that is taken, and ours for one that looks like a taken one. */
  const taken = async (scope: Scope, name: string, other: string, prompt: boolean): Promise<DomainError> => {
    const word = (is: boolean) => (is ? 'Prompt' : 'Registered Model')
    const existing = await models.byName(scope.project.id, other)
    const isOther = existing ? isPrompt(existing.tags) : prompt
    if (name !== other) return alreadyExists(`${word(prompt)} (name=${name}) cannot be told apart from an existing one (name=${other}). Choose another name.`)
    if (isOther === prompt) return alreadyExists(`${word(prompt)} (name=${name}) already exists.`)
    return alreadyExists(`Tried to create a ${word(prompt).toLowerCase()} with name '${name}', but the name is already taken by a ${word(isOther).toLowerCase()}. MLflow does not allow creating a model and a prompt with the same name.`)
  }

  return {
    resolve,

    async byIds(scope, ids) {
      const visible = visibleModels(scope)
      const wanted = ids.filter((id) => isUuid(id) && sees(visible, id))
      return wanted.length === 0 ? [] : models.byIds(scope.project.id, wanted)
    },

    async create(scope, input) {
      demand(scope, 'registry.model.create')
      const name = modelName(input.name)
      const tags = tagsOf(input.tags)
      const id = newId()
      const obstacle = await models.create(scope.project.id, { id, name, skeleton: skeletonKey(name), description: descriptionOf(input.description), ownerId: scope.actor.subjectId, tags, at: now() })
      if (obstacle) throw await taken(scope, name, obstacle.taken, isPrompt(tags))
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
      if (obstacle) throw await taken(scope, to, obstacle.taken, isPrompt(model.tags))
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
      await models.setTag(scope.project.id, model.id, checked).catch((error: unknown) => {
        throw isMissingParent(error) ? conflict(`Registered Model (name=${model.name}) was deleted meanwhile.`) : error
      })
      return again(scope, model)
    },

    async deleteTag(scope, name, key) {
      const checked = tagKey(key)
      const model = await resolveFor(scope, name, 'registry.model.update')
      await models.deleteTag(scope.project.id, model.id, checked)
      return again(scope, model)
    },

    async search(scope, { filter, orderBy, limit, token }) {
      if (limit < 0) throw invalid(`Invalid value for max_results. It must be a positive integer, but got ${limit}`, 'max_results')
      const search = modelSearch(filter === undefined ? undefined : storableText(filter, 'filter'))
      const sorts = modelOrder(orderBy)
      const offset = decodeOffset(token)
      const visible = visibleModels(scope)
      if (seesNothing(visible)) demand(scope, 'registry.model.read')
      return offsetPage(await models.search(scope.project.id, { visible, search, sorts, offset, limit: limit + 1 }), limit, offset)
    },
  }
}

/** PostgreSQL's foreign-key violation: the parent went away between looking and writing. */
export const isMissingParent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '23503'

/** MLflow's page: one row more was read, and a token is given only if it came (also for an empty page of 0 rows). */
export const offsetPage = <T>(rows: readonly T[], limit: number, offset: number): Page<T> => ({ items: rows.slice(0, limit), ...(rows.length > limit ? { nextToken: encodeOffset(offset + limit) } : {}) })
