/** Versions of registered models: finding, describing, promoting, removing them. Registering is registration.ts. */
import { demand } from '#shared/access.ts'
import type { Scope } from '#shared/actor.ts'
import { conflict, type DomainError, invalid, notFound } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import { storableText } from '#shared/names.ts'
import { decodeOffset, decodeToken, encodeToken, type Page, pageOf } from '#shared/paging.ts'
import type { Permission } from '#shared/policy.ts'
import { versionOrder, versionSearch } from '#registry/domain/filter.ts'
import type { ModelVersion, RegisteredModel, Tag } from '#registry/domain/model.ts'
import { factsOf, isMissingParent, type Models, offsetPage, type SearchInput } from '#registry/domain/models.ts'
import { aliasName, descriptionOf, isLatest, newAliasName, tagKey, tagOf } from '#registry/domain/names.ts'
import { canonicalStage, demandArchivable, isActiveStage } from '#registry/domain/stages.ts'
import type { VersionStore } from '#registry/domain/store.ts'
import { sees, seesNothing, versionType, visibleModels } from '#registry/domain/visibility.ts'

export interface VersionsDeps {
  readonly models: Models
  readonly store: VersionStore
  readonly now: () => number
}

export interface Versions {
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
  describe(scope: Scope, name: string, version: number, description: string | null): Promise<ModelVersion>
  setStage(scope: Scope, name: string, version: number, stage: string, archiveExisting: boolean): Promise<ModelVersion>
  remove(scope: Scope, name: string, version: number): Promise<void>
  setTag(scope: Scope, name: string, version: number, tag: Tag): Promise<ModelVersion>
  deleteTag(scope: Scope, name: string, version: number, key: string): Promise<ModelVersion>
  setAlias(scope: Scope, name: string, alias: string, version: number): Promise<ModelVersion>
  deleteAlias(scope: Scope, name: string, alias: string): Promise<void>
}

const versionNotFound = (name: string, version: number): DomainError => notFound(`Model Version (name=${name}, version=${version}) not found`)
const versionFacts = (version: ModelVersion) => ({ type: versionType, id: version.id, ownerId: version.createdBy })

export function createVersions({ models, store, now }: VersionsDeps): Versions {
  const resolve = async (scope: Scope, name: string, number: number): Promise<{ model: RegisteredModel; version: ModelVersion }> => {
    const model = await models.resolve(scope, name)
    const version = await store.byNumber(scope.project.id, model.id, number)
    if (!version) throw versionNotFound(model.name, number)
    return { model, version }
  }
  const resolveFor = async (scope: Scope, name: string, number: number, permission: Permission): Promise<ModelVersion> => {
    const { version } = await resolve(scope, name, number)
    demand(scope, permission, versionFacts(version))
    return version
  }
  const again = async (scope: Scope, { id, modelName, version }: ModelVersion): Promise<ModelVersion> => {
    const [found] = await store.byIds(scope.project.id, [id])
    if (!found) throw versionNotFound(modelName, version)
    return found
  }
  /** Promotion is about the model: others rely on what its marks point at. Only what has a place can carry one. */
  const resolveToPromote = async (scope: Scope, name: string, number: number): Promise<ModelVersion> => {
    const { model, version } = await resolve(scope, name, number)
    demand(scope, 'registry.version.promote', factsOf(model))
    if (version.status !== 'READY') throw conflict(`Model Version (name=${model.name}, version=${number}) is ${version.status}, not READY.`)
    return version
  }
  const latestIn = (scope: Scope, model: RegisteredModel) => store.latest(scope.project.id, [model.id])

  return {
    get: async (scope, name, number) => (await resolve(scope, name, number)).version,

    async byAlias(scope, name, given) {
      const model = await models.resolve(scope, name)
      const alias = aliasName(given)
      if (isLatest(alias)) {
        const newest = (await latestIn(scope, model)).at(-1)
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
      const newest = await latestIn(scope, model)
      return wanted.length === 0 ? newest : newest.filter((version) => wanted.includes(version.stage))
    },

    async latestOf(scope, found) {
      const visible = visibleModels(scope)
      const wanted = found.map(({ id }) => id).filter((id) => isUuid(id) && sees(visible, id))
      return wanted.length === 0 ? [] : store.latest(scope.project.id, wanted)
    },

    async search(scope, { filter, orderBy, limit, token }) {
      if (limit < 1) throw invalid(`Invalid value for max_results. It must be a positive integer, but got ${limit}`, 'max_results')
      const search = versionSearch(filter === undefined ? undefined : storableText(filter, 'filter'))
      const sorts = versionOrder(orderBy)
      const offset = decodeOffset(token)
      const visible = visibleModels(scope)
      if (seesNothing(visible)) demand(scope, 'registry.model.read')
      return offsetPage(await store.search(scope.project.id, { visible, search, sorts, offset, limit: limit + 1 }), limit, offset)
    },

    async ofModels(scope, modelIds, first, after) {
      const visible = visibleModels(scope)
      const below = after === undefined ? null : numberIn(after)
      const rows = await store.ofModels(scope.project.id, modelIds.filter((id) => isUuid(id) && sees(visible, id)), pageSize(first) + 1, below)
      return pagesBy(modelIds, rows, (version) => version.modelId, first, (version) => ({ version: version.version }))
    },

    async ofRuns(scope, runIds, first, after) {
      const before = after === undefined ? null : idIn(after)
      const rows = await store.ofRuns(scope.project.id, runIds, visibleModels(scope), pageSize(first) + 1, before)
      return pagesBy(runIds, rows, (version) => version.runId ?? '', first, (version) => ({ id: version.id }))
    },

    async downloadUri(scope, name, number) {
      const { model, version } = await resolve(scope, name, number)
      if (version.status !== 'READY') throw conflict(`Model Version (name=${model.name}, version=${number}) is ${version.status}, not READY.`)
      return version.artifactUri ?? version.source
    },

    async describe(scope, name, number, description) {
      const version = await resolveFor(scope, name, number, 'registry.version.update')
      await store.describe(scope.project.id, version.id, descriptionOf(description), now())
      return again(scope, version)
    },

    async setStage(scope, name, number, given, archiveExisting) {
      const stage = canonicalStage(given)
      if (archiveExisting) demandArchivable(given)
      const version = await resolveToPromote(scope, name, number)
      await store.setStage(scope.project.id, version, stage, archiveExisting ? stage : null, now())
      return again(scope, version)
    },

    async remove(scope, name, number) {
      const { model, version } = await resolve(scope, name, number)
      demand(scope, 'registry.version.delete', versionFacts(version))
      // Taking away what others rely on is a promotion backwards, even of one's own version.
      if (version.aliases.length > 0 || isActiveStage(version.stage)) demand(scope, 'registry.version.promote', factsOf(model))
      await store.remove(scope.project.id, version, now())
    },

    async setTag(scope, name, number, tag) {
      const checked = tagOf(tag)
      const version = await resolveFor(scope, name, number, 'registry.version.update')
      await store.setTag(scope.project.id, version.id, checked).catch((error: unknown) => {
        throw isMissingParent(error) ? versionNotFound(version.modelName, number) : error
      })
      return again(scope, version)
    },

    async deleteTag(scope, name, number, key) {
      const checked = tagKey(key)
      const version = await resolveFor(scope, name, number, 'registry.version.update')
      await store.deleteTag(scope.project.id, version.id, checked)
      return again(scope, version)
    },

    async setAlias(scope, name, given, number) {
      const alias = newAliasName(given)
      const version = await resolveToPromote(scope, name, number)
      if (!(await store.setAlias(scope.project.id, version.modelId, alias, number))) throw versionNotFound(version.modelName, number)
      return again(scope, version)
    },

    async deleteAlias(scope, name, given) {
      const alias = aliasName(given)
      const model = await models.resolve(scope, name)
      demand(scope, 'registry.version.promote', factsOf(model))
      await store.deleteAlias(scope.project.id, model.id, alias)
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

function pagesBy(owners: readonly string[], rows: readonly ModelVersion[], ownerOf: (version: ModelVersion) => string, first: number, token: (last: ModelVersion) => object): Map<string, Page<ModelVersion>> {
  const groups = Map.groupBy(rows, ownerOf)
  return new Map(owners.map((owner) => [owner, pageOf(groups.get(owner) ?? [], first, (last) => encodeToken(token(last)))]))
}
