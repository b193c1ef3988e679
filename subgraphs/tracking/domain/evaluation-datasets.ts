/** Evaluation datasets: collect, find, change. Reference: mlflow/store/tracking/sqlalchemy_store.py, create_dataset and on. */
import { createHash } from 'node:crypto'
import { demand } from '#shared/access.ts'
import type { ProjectRef, Scope } from '#shared/actor.ts'
import { invalid, notFound, type DomainError } from '#shared/errors.ts'
import { newHexId } from '#shared/ids.ts'
import { normalName, storableText } from '#shared/names.ts'
import type { Page } from '#shared/paging.ts'
import type { Permission } from '#shared/policy.ts'
import { demandCould } from '#tracking/domain/decisions.ts'
import type { EvaluationDataset, EvaluationDatasetStore, EvaluationRecord } from '#tracking/domain/evaluation-dataset.ts'
import { parseDatasetFilter, parseDatasetOrder } from '#tracking/domain/evaluation-dataset-filter.ts'
import { hashOf, mergeRecords, recordsIn } from '#tracking/domain/evaluation-records.ts'
import { experimentId, isPossibleId } from '#tracking/domain/experiments.ts'
import { dump, isObject, parseTyped, type TypedJson, type TypedObject } from '#tracking/domain/trace-value.ts'

export interface DatasetSearchInput {
  readonly experimentIds?: readonly string[] | undefined
  readonly filter?: string | undefined
  readonly orderBy?: readonly string[] | undefined
  readonly limit: number
  readonly token?: string | undefined
}

export interface EvaluationDatasets {
  /** `tags` is JSON: an object. */
  create(scope: Scope, input: { readonly name: string; readonly tags?: string | undefined; readonly experimentIds?: readonly string[] | undefined }): Promise<EvaluationDataset>
  get(scope: Scope, id: string): Promise<EvaluationDataset>
  search(scope: Scope, search: DatasetSearchInput): Promise<Page<EvaluationDataset>>
  /** Deleting what is not there is well. */
  delete(scope: Scope, id: string): Promise<void>
  setTags(scope: Scope, id: string, tags: string): Promise<void>
  deleteTag(scope: Scope, id: string, key: string): Promise<void>
  experimentIds(scope: Scope, id: string): Promise<string[]>
  addExperiments(scope: Scope, id: string, experimentIds: readonly string[]): Promise<EvaluationDataset>
  removeExperiments(scope: Scope, id: string, experimentIds: readonly string[]): Promise<EvaluationDataset>
  /** `records` is JSON: a list. Equal inputs are one record. */
  upsert(scope: Scope, id: string, records: string): Promise<{ readonly inserted: number; readonly updated: number }>
  records(scope: Scope, id: string, page: { readonly limit: number; readonly token?: string | undefined }): Promise<Page<EvaluationRecord>>
  deleteRecords(scope: Scope, id: string, recordIds: readonly string[]): Promise<number>
}

export interface DatasetCore {
  readonly experiments: { find(project: ProjectRef, id: string): Promise<{ readonly id: string } | undefined> }
}

const limits = { name: 500, tagKey: 255, tagValue: 5_000, page: 50_000, experiments: 1_000, records: 10_000 } as const
const type = 'tracking.evaluation-dataset'
const userTag = 'mlflow.user'
const isDatasetId = (text: string): boolean => /^d-[0-9a-f]{32}$/.test(text)
/** Ids are looked up, and what looks like a path is not even that. */
const checkedId = (text: string): string => {
  if (text.includes('..') || /[/\\\p{Cc}\p{Cs}]/u.test(text)) throw invalid('Invalid dataset id: it must not look like a path.', 'dataset_id')
  return text
}

export const digestOf = (name: string, time: number): string => createHash('sha256').update(`${name}:${time}`).digest('hex').slice(0, 8)

function tagsIn(json: string | undefined): TypedObject {
  if (!json) return {}
  const tags = parseTyped(json)
  if (!isObject(tags)) throw invalid('`tags` must be a JSON object.', 'tags')
  const text = (value: TypedJson): string => (typeof value === 'string' ? value : dump(value))
  return Object.fromEntries(Object.entries(tags).flatMap(([key, value]) => (value === null ? [] : [[storableText(key, 'tags', limits.tagKey), storableText(text(value), 'tags', limits.tagValue)]])))
}

/** What the parts of the service share. */
interface Parts {
  readonly store: EvaluationDatasetStore
  readonly core: DatasetCore
  readonly now: () => number
  readonly require: (scope: Scope, id: string, permission: Permission, missing?: (id: string) => DomainError) => Promise<EvaluationDataset>
  readonly find: (scope: Scope, id: string, permission: Permission) => Promise<EvaluationDataset | undefined>
}

const missingDataset = (id: string): DomainError => notFound(`Evaluation dataset with id '${id}' not found`)
const missingOf = (id: string): DomainError => notFound(`Dataset '${id}' not found`)

export function createEvaluationDatasets({ store, core, now = Date.now }: { readonly store: EvaluationDatasetStore; readonly core: DatasetCore; readonly now?: () => number }): EvaluationDatasets {
  const find: Parts['find'] = async (scope, id, permission) => {
    demandCould(scope, permission)
    const found = isDatasetId(checkedId(id)) ? await store.get(scope.project, id) : undefined
    if (found) demand(scope, permission, { type, id: found.id, ownerId: found.ownerId })
    return found
  }
  const require: Parts['require'] = async (scope, id, permission, missing = missingDataset) => {
    const found = await find(scope, id, permission)
    if (!found) throw missing(id)
    return found
  }
  const parts: Parts = { store, core, now, require, find }
  return { ...living(parts), ...changing(parts), ...recording(parts) }
}

async function existing(core: DatasetCore, project: ProjectRef, ids: readonly string[]): Promise<string[]> {
  if (ids.length > limits.experiments) throw invalid(`At most ${limits.experiments} experiments can be named at once. Got ${ids.length}.`, 'experiment_ids')
  const known = [...new Set(ids.map(experimentId))]
  for (const id of known) if (!isPossibleId(id) || !(await core.experiments.find(project, id))) throw notFound(`No Experiment with id=${id}`)
  return known
}

const living = ({ store, core, now, require, find }: Parts): Pick<EvaluationDatasets, 'create' | 'get' | 'search' | 'delete'> => ({
  async create(scope, input) {
    demand(scope, 'tracking.evaluation-dataset.create')
    const name = normalName(input.name, 'name', limits.name)
    const tags = tagsIn(input.tags)
    const experimentIds = await existing(core, scope.project, input.experimentIds ?? [])
    const at = now()
    const user = typeof tags[userTag] === 'string' ? tags[userTag] : null
    const dataset: EvaluationDataset = {
      id: `d-${newHexId()}`,
      name,
      digest: digestOf(name, at),
      schema: null,
      recordCount: 0,
      tags,
      createdTime: at,
      updateTime: at,
      createdBy: user,
      lastUpdatedBy: user,
      ownerId: scope.actor.principalId,
    }
    await store.create(scope.project, dataset, experimentIds)
    return dataset
  },
  get: (scope, id) => require(scope, id, 'tracking.evaluation-dataset.read'),
  async search(scope, { experimentIds, filter, orderBy = [], limit, token }) {
    demand(scope, 'tracking.evaluation-dataset.read')
    if (limit <= 0) throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer`, 'max_results')
    if (limit > limits.page) throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be at most ${limits.page}`, 'max_results')
    return store.search(scope.project, {
      experimentIds: experimentIds?.length ? experimentIds.map(experimentId).filter(isPossibleId) : undefined,
      filter: parseDatasetFilter(filter),
      orderBy: parseDatasetOrder(orderBy),
      limit,
      token,
    })
  },
  async delete(scope, id) {
    const found = await find(scope, id, 'tracking.evaluation-dataset.delete')
    if (found) await store.delete(scope.project, found.id)
  },
})

const changing = ({ store, core, now, require, find }: Parts): Pick<EvaluationDatasets, 'setTags' | 'deleteTag' | 'experimentIds' | 'addExperiments' | 'removeExperiments'> => ({
  async setTags(scope, id, json) {
    const tags = tagsIn(json)
    const found = await require(scope, id, 'tracking.evaluation-dataset.update', (missing) => notFound(`Could not find evaluation dataset with ID ${missing}`))
    await store.changeTags(scope.project, found.id, (before) => ({ ...before, ...tags }))
  },
  async deleteTag(scope, id, key) {
    const found = await find(scope, id, 'tracking.evaluation-dataset.update')
    if (found) await store.changeTags(scope.project, found.id, (before) => Object.fromEntries(Object.entries(before).filter(([name]) => name !== key)))
  },
  async experimentIds(scope, id) {
    const found = await require(scope, id, 'tracking.evaluation-dataset.read')
    return store.experimentIds(scope.project, found.id)
  },
  async addExperiments(scope, id, ids) {
    const found = await require(scope, id, 'tracking.evaluation-dataset.update', missingOf)
    await store.addExperiments(scope.project, found.id, await existing(core, scope.project, ids), now())
    return require(scope, id, 'tracking.evaluation-dataset.update', missingOf)
  },
  async removeExperiments(scope, id, ids) {
    const found = await require(scope, id, 'tracking.evaluation-dataset.update', missingOf)
    await store.removeExperiments(scope.project, found.id, ids.map(experimentId).filter(isPossibleId), now())
    return require(scope, id, 'tracking.evaluation-dataset.update', missingOf)
  },
})

const recordToken = /^(\d{1,16}):(dr-[0-9a-f]{32})$/

function placeIn(token: string | undefined): { readonly createdTime: number; readonly id: string } | undefined {
  if (!token) return undefined
  const [, time, id] = recordToken.exec(Buffer.from(token, 'base64').toString('utf8')) ?? []
  if (time === undefined || id === undefined) throw invalid('Invalid page token', 'page_token')
  return { createdTime: Number(time), id }
}

const recording = ({ store, now, require }: Parts): Pick<EvaluationDatasets, 'upsert' | 'records' | 'deleteRecords'> => ({
  async upsert(scope, id, json) {
    const found = await require(scope, id, 'tracking.evaluation-dataset.update')
    const incoming = recordsIn(json)
    if (incoming.length > limits.records) throw invalid(`At most ${limits.records} records can be sent at once. Got ${incoming.length}.`, 'records')
    const at = now()
    const merged = await store.merge(scope.project, found.id, incoming.map(hashOf), (dataset, before) => mergeRecords(dataset, before, incoming, at, digestOf(dataset.name, at)))
    if (!merged) throw missingDataset(id)
    return { inserted: merged.inserted, updated: incoming.length - merged.inserted }
  },
  async records(scope, id, { limit, token }) {
    const found = await require(scope, id, 'tracking.evaluation-dataset.read')
    if (limit < 0 || limit > limits.page) throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be between 1 and ${limits.page}`, 'max_results')
    const rows = await store.records(scope.project, found.id, placeIn(token), limit + 1)
    const items = rows.slice(0, limit)
    const last = items.at(-1)
    return { items, ...(rows.length > limit && last ? { nextToken: Buffer.from(`${last.createdTime}:${last.id}`).toString('base64') } : {}) }
  },
  async deleteRecords(scope, id, recordIds) {
    const found = await require(scope, id, 'tracking.evaluation-dataset.update')
    if (recordIds.length > limits.records) throw invalid(`At most ${limits.records} records can be deleted at once. Got ${recordIds.length}.`, 'dataset_record_ids')
    return store.deleteRecords(
      scope.project,
      found.id,
      recordIds.filter((record) => /^dr-[0-9a-f]{32}$/.test(record)),
    )
  },
})
