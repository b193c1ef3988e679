/** Finding registered models in a scope. */
import { demand } from '#shared/access.ts'
import type { Scope } from '#shared/actor.ts'
import { type DomainError, invalid, notFound } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import { storableText } from '#shared/names.ts'
import { decodeOffset, encodeOffset, type Page } from '#shared/paging.ts'
import { modelOrder, modelSearch } from '#registry/domain/filter.ts'
import type { RegisteredModel } from '#registry/domain/model.ts'
import { modelName } from '#registry/domain/names.ts'
import type { ModelStore } from '#registry/domain/store.ts'
import { modelType, sees, seesNothing, type Visible, visibleModels } from '#registry/domain/visibility.ts'

export interface SearchInput {
  readonly filter?: string
  readonly orderBy?: readonly string[]
  readonly limit: number
  readonly token?: string
}

export interface ModelReads {
  /** The model if the actor may see it; else missing, which is what hidden looks like. */
  resolve(scope: Scope, name: string): Promise<RegisteredModel>
  byIds(scope: Scope, ids: readonly string[]): Promise<RegisteredModel[]>
  search(scope: Scope, input: SearchInput): Promise<Page<RegisteredModel>>
}

export const modelNotFound = (name: string): DomainError => notFound(`Registered Model with name=${name} not found`)
export const factsOf = (model: RegisteredModel) => ({ type: modelType, id: model.id, ownerId: model.ownerId })

/** What a list may show. Who may see nothing at all is refused instead of shown an empty list. */
export function visibleOrRefused(scope: Scope): Visible {
  const visible = visibleModels(scope)
  if (seesNothing(visible)) demand(scope, 'registry.model.read')
  return visible
}

/** MLflow's page: one row more was read, and a token is given only if it came (also for an empty page of 0 rows). */
export const offsetPage = <T>(rows: readonly T[], limit: number, offset: number): Page<T> => ({
  items: rows.slice(0, limit),
  ...(rows.length > limit ? { nextToken: encodeOffset(offset + limit) } : {}),
})

export const tooFew = (limit: number): DomainError => invalid(`Invalid value for max_results. It must be a positive integer, but got ${limit}`, 'max_results')

export function createModelReads(models: ModelStore): ModelReads {
  return {
    async resolve(scope, given) {
      const visible = visibleOrRefused(scope)
      const name = modelName(given)
      const model = await models.byName(scope.project.id, name)
      if (!model || !sees(visible, model.id)) throw modelNotFound(name)
      return model
    },

    async byIds(scope, ids) {
      const visible = visibleModels(scope)
      const wanted = ids.filter((id) => isUuid(id) && sees(visible, id))
      return wanted.length === 0 ? [] : models.byIds(scope.project.id, wanted)
    },

    async search(scope, { filter, orderBy, limit, token }) {
      if (limit < 0) throw tooFew(limit)
      const search = modelSearch(filter === undefined ? undefined : storableText(filter, 'filter'))
      const sorts = modelOrder(orderBy)
      const offset = decodeOffset(token)
      const visible = visibleOrRefused(scope)
      return offsetPage(await models.search(scope.project.id, { visible, search, sorts, offset, limit: limit + 1 }), limit, offset)
    },
  }
}
