/** Finding versions of registered models in a scope. */
import type { Scope } from '#shared/actor.ts'
import { conflict, type DomainError, invalid, notFound } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import { storableText } from '#shared/names.ts'
import { decodeOffset, decodeToken, encodeToken, type Page, pageOf } from '#shared/paging.ts'
import { versionOrder, versionSearch } from '#registry/domain/filter.ts'
import type { ModelVersion, RegisteredModel } from '#registry/domain/model.ts'
import { type ModelReads, offsetPage, type SearchInput, tooFew, visibleOrRefused } from '#registry/domain/model-reads.ts'
import { aliasName, isLatest } from '#registry/domain/names.ts'
import { canonicalStage } from '#registry/domain/stages.ts'
import type { VersionReads as Store } from '#registry/domain/store.ts'
import { sees, visibleModels } from '#registry/domain/visibility.ts'

export interface VersionReads {
  /** A version with its model, if the actor may see them. */
  resolve(scope: Scope, name: string, version: number): Promise<{ readonly model: RegisteredModel; readonly version: ModelVersion }>
  get(scope: Scope, name: string, version: number): Promise<ModelVersion>
  byAlias(scope: Scope, name: string, alias: string): Promise<ModelVersion>
  byIds(scope: Scope, ids: readonly string[]): Promise<ModelVersion[]>
  /** The highest READY version of each stage. */
  latest(scope: Scope, name: string, stages?: readonly string[]): Promise<ModelVersion[]>
  /** The same for several models at once; those that the actor may not see have none. */
  latestOf(scope: Scope, models: readonly { readonly id: string }[]): Promise<ModelVersion[]>
  search(scope: Scope, input: SearchInput): Promise<Page<ModelVersion>>
  /** A page of the versions of each model, highest first, by id of the model. */
  ofModels(scope: Scope, modelIds: readonly string[], first: number, after: string | undefined): Promise<Map<string, Page<ModelVersion>>>
  /** A page of the versions that came from each run, newest first, by id of the run. */
  ofRuns(scope: Scope, runIds: readonly string[], first: number, after: string | undefined): Promise<Map<string, Page<ModelVersion>>>
  /** Where the files of a version are. */
  downloadUri(scope: Scope, name: string, version: number): Promise<string>
}

export const versionNotFound = (name: string, version: number): DomainError => notFound(`Model Version (name=${name}, version=${version}) not found`)
/** Only what has been placed can be downloaded or relied on. */
export function demandReady(version: ModelVersion): void {
  if (version.status !== 'READY') throw conflict(`Model Version (name=${version.modelName}, version=${version.version}) is ${version.status}, not READY.`)
}

export function createVersionReads(models: ModelReads, store: Store): VersionReads {
  const resolve: VersionReads['resolve'] = async (scope, name, number) => {
    const model = await models.resolve(scope, name)
    const version = await store.byNumber(scope.project.id, model.id, number)
    if (!version) throw versionNotFound(model.name, number)
    return { model, version }
  }

  return {
    ...createLists(store),
    resolve,

    get: async (scope, name, number) => (await resolve(scope, name, number)).version,

    async byAlias(scope, name, given) {
      const model = await models.resolve(scope, name)
      const alias = aliasName(given)
      if (isLatest(alias)) {
        const newest = (await store.latest(scope.project.id, [model.id])).at(-1)
        if (!newest) throw notFound(`Latest version not found for model ${model.name}.`)
        return newest
      }
      const version = await store.byAlias(scope.project.id, model.id, alias)
      if (!version) throw invalid(`Registered model alias ${alias} not found.`, 'alias')
      return version
    },

    async byIds(scope, ids) {
      const wanted = ids.filter(isUuid)
      if (wanted.length === 0) return []
      const visible = visibleModels(scope)
      return (await store.byIds(scope.project.id, wanted)).filter((version) => sees(visible, version.modelId))
    },

    async latest(scope, name, given = []) {
      const model = await models.resolve(scope, name)
      const wanted = given.map(canonicalStage)
      const newest = await store.latest(scope.project.id, [model.id])
      return wanted.length === 0 ? newest : newest.filter((version) => wanted.includes(version.stage))
    },

    async latestOf(scope, found) {
      const visible = visibleModels(scope)
      const wanted = found.map(({ id }) => id).filter((id) => isUuid(id) && sees(visible, id))
      return wanted.length === 0 ? [] : store.latest(scope.project.id, wanted)
    },

    async search(scope, { filter, orderBy, limit, token }) {
      if (limit < 1) throw tooFew(limit)
      const search = versionSearch(filter === undefined ? undefined : storableText(filter, 'filter'))
      const sorts = versionOrder(orderBy)
      const offset = decodeOffset(token)
      const visible = visibleOrRefused(scope)
      return offsetPage(await store.search(scope.project.id, { visible, search, sorts, offset, limit: limit + 1 }), limit, offset)
    },

    async downloadUri(scope, name, number) {
      const { version } = await resolve(scope, name, number)
      demandReady(version)
      return version.artifactUri ?? version.source
    },
  }
}

/** Lists below many parents at once. */
function createLists(store: Store): Pick<VersionReads, 'ofModels' | 'ofRuns'> {
  return {
    async ofModels(scope, modelIds, first, after) {
      const visible = visibleModels(scope)
      const below = after === undefined ? null : numberIn(after)
      const rows = await store.ofModels(
        scope.project.id,
        modelIds.filter((id) => isUuid(id) && sees(visible, id)),
        pageSize(first) + 1,
        below,
      )
      return pagesBy(
        modelIds,
        rows,
        (version) => version.modelId,
        first,
        (version) => ({ version: version.version }),
      )
    },

    async ofRuns(scope, runIds, first, after) {
      const before = after === undefined ? null : idIn(after)
      const rows = await store.ofRuns(scope.project.id, runIds, visibleModels(scope), pageSize(first) + 1, before)
      return pagesBy(
        runIds,
        rows,
        (version) => version.runId ?? '',
        first,
        (version) => ({ id: version.id }),
      )
    },
  }
}

const maxPage = 1_000
/** The size of a page of the graph (design section 9, Limits). */
export function pageSize(first: number): number {
  if (first < 1 || first > maxPage) throw invalid(`'first' must be between 1 and ${maxPage}, got ${first}.`, 'first')
  return first
}

const badCursor = (): DomainError => invalid('Invalid cursor: `after` is not the endCursor of such a list.', 'after')
function numberIn(token: string): number {
  const { version } = decodeToken(token)
  if (typeof version !== 'number' || !Number.isInteger(version) || Math.abs(version) > 2_147_483_647) throw badCursor()
  return version
}
function idIn(token: string): string {
  const { id } = decodeToken(token)
  if (typeof id !== 'string' || !isUuid(id)) throw badCursor()
  return id
}

function pagesBy(
  owners: readonly string[],
  rows: readonly ModelVersion[],
  ownerOf: (version: ModelVersion) => string,
  first: number,
  token: (last: ModelVersion) => object,
): Map<string, Page<ModelVersion>> {
  const groups = Map.groupBy(rows, ownerOf)
  return new Map(owners.map((owner) => [owner, pageOf(groups.get(owner) ?? [], first, (last) => encodeToken(token(last)))]))
}
