/**
 * Logged models: what a run made, before anybody registers it. PENDING while its files are on their way, then READY or
 * FAILED. Names, limits and messages are MLflow's (mlflow/store/tracking/sqlalchemy_store.py, create_logged_model and on).
 */
import { demand } from '#shared/access.ts'
import type { ProjectRef, Scope } from '#shared/actor.ts'
import { conflict, invalid, notFound } from '#shared/errors.ts'
import { newHexId } from '#shared/ids.ts'
import { storableText } from '#shared/names.ts'
import { decodeToken, encodeToken, pageOf, type Page } from '#shared/paging.ts'
import type { Permission } from '#shared/policy.ts'
import { modelArtifactUri } from '#tracking/domain/artifact-uri.ts'
import { noSuchModel, type CoreFacts, type ExperimentFacts, type ModelFacts } from '#tracking/domain/artifacts.ts'
import type { Tag } from '#tracking/domain/experiment.ts'
import { modelOrder, parseModelFilter, type DatasetChoice, type ModelOrder, type ModelOrderTerm } from '#tracking/domain/logged-model-search.ts'
import type { MetricPoint, NewMetric } from '#tracking/domain/metric.ts'
import { randomRunName } from '#tracking/domain/run-names.ts'
import type { Param } from '#tracking/domain/run.ts'
import type { Filter } from '#tracking/domain/search-filter.ts'

export const modelStatuses = ['UNSPECIFIED', 'PENDING', 'READY', 'FAILED'] as const
export type LoggedModelStatus = (typeof modelStatuses)[number]

export interface LoggedModelMetric extends MetricPoint {
  readonly key: string
  readonly runId: string
  readonly datasetName: string | null
  readonly datasetDigest: string | null
}

export interface LoggedModel {
  /** `m-` and 32 hex digits. */
  readonly id: string
  readonly experimentId: string
  readonly name: string
  /** '' where none was given, as for sourceRunId. */
  readonly modelType: string
  readonly sourceRunId: string
  readonly status: LoggedModelStatus
  readonly artifactUri: string
  /** Epoch ms. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly ownerId: string
  readonly isDeleted: boolean
  /** Sorted by key. */
  readonly tags: readonly Tag[]
  readonly params: readonly Param[]
  /** Every point, by key, time and step. */
  readonly metrics: readonly LoggedModelMetric[]
}

export interface NewLoggedModel {
  readonly experimentId: string
  readonly name?: string
  readonly modelType?: string
  readonly sourceRunId?: string
  readonly tags?: readonly Tag[]
  readonly params?: readonly Param[]
}

export interface ModelSearch {
  readonly experimentIds: readonly string[]
  readonly filter?: string
  readonly datasets?: readonly { readonly name?: string; readonly digest?: string }[]
  readonly maxResults?: number
  readonly orderBy?: readonly ModelOrder[]
  readonly pageToken?: string
}

/** A search as the store understands it. */
export interface ModelQuery {
  readonly experimentIds: readonly string[]
  readonly filter: Filter | undefined
  readonly datasets: readonly DatasetChoice[]
  readonly orderBy: readonly ModelOrderTerm[]
  readonly offset: number
  readonly limit: number
}

export interface ModelMetricRow extends LoggedModelMetric {
  readonly modelId: string
}

/** Persistence of logged models. Every method but `get` speaks of models that are not deleted. */
export interface LoggedModelStore {
  insert(projectId: string, model: LoggedModel): Promise<void>
  get(projectId: string, modelIds: readonly string[]): Promise<LoggedModel[]>
  ofRuns(projectId: string, runIds: readonly string[]): Promise<LoggedModel[]>
  setStatus(projectId: string, modelId: string, status: LoggedModelStatus): Promise<void>
  /** Adds or replaces. */
  setTags(projectId: string, modelId: string, tags: readonly Tag[]): Promise<void>
  /** False where there was no such tag. */
  deleteTag(projectId: string, modelId: string, key: string): Promise<boolean>
  /** Adds params; answers those that exist with another value, and then adds none. */
  addParams(projectId: string, modelId: string, params: readonly Param[]): Promise<Param[]>
  delete(projectId: string, modelId: string, by: string): Promise<void>
  search(projectId: string, query: ModelQuery): Promise<LoggedModel[]>
  recordMetrics(projectId: string, metrics: readonly ModelMetricRow[]): Promise<void>
}

export interface LoggedModels {
  create(scope: Scope, model: NewLoggedModel): Promise<LoggedModel>
  get(scope: Scope, modelId: string, options?: { readonly evenDeleted?: boolean }): Promise<LoggedModel>
  /** Those that exist, in no order: for loaders. */
  getMany(scope: Scope, modelIds: readonly string[]): Promise<LoggedModel[]>
  ofRuns(scope: Scope, runIds: readonly string[]): Promise<LoggedModel[]>
  finalize(scope: Scope, modelId: string, status: LoggedModelStatus): Promise<LoggedModel>
  setTags(scope: Scope, modelId: string, tags: readonly Tag[]): Promise<void>
  deleteTag(scope: Scope, modelId: string, key: string): Promise<void>
  logParams(scope: Scope, modelId: string, params: readonly Param[]): Promise<void>
  /** Deleting what is deleted already is well. */
  delete(scope: Scope, modelId: string): Promise<void>
  search(scope: Scope, search: ModelSearch): Promise<Page<LoggedModel>>
  /** The points of a run's log request that carry a model; the others are left alone. Idempotent. */
  recordMetrics(scope: Scope, runId: string, metrics: readonly NewMetric[]): Promise<void>
}

const DEFAULT_PAGE = 50
const MAX_PAGE = 1_000
const NAME_LIMIT = 500
const KEY_LIMIT = 255
const forbiddenInNames = /[/:.%"']/

function checkedName(name: string): string {
  if (name === '' || forbiddenInNames.test(name))
    throw invalid(`Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`, 'name')
  return storableText(name, 'name', NAME_LIMIT)
}
/** The last of equal keys wins, as in MLflow. */
const checkedPairs = (pairs: readonly Tag[]): Tag[] =>
  [...new Map(pairs.map(({ key, value }) => [storableText(key, 'key', KEY_LIMIT), storableText(value, 'value')])).entries()].map(([key, value]) => ({ key, value }))

/** Facts for artifacts and other subsystems, without a decision. */
export const modelFacts = (store: LoggedModelStore): ModelFacts => ({
  async modelOf(projectId, modelId) {
    const [model] = await store.get(projectId, [modelId])
    return model && !model.isDeleted ? { modelId: model.id, experimentId: model.experimentId, artifactUri: model.artifactUri, sourceRunId: model.sourceRunId, ownerId: model.ownerId } : null
  },
})

export function createLoggedModels({ store, core, now = Date.now }: { readonly store: LoggedModelStore; readonly core: CoreFacts; readonly now?: () => number }): LoggedModels {
  const find = async (scope: Scope, modelId: string, permission: Permission, evenDeleted = false): Promise<LoggedModel> => {
    const [model] = await store.get(scope.project.id, [modelId])
    demand(scope, permission, { type: 'tracking.logged-model', id: modelId, ownerId: model?.ownerId ?? null })
    if (!model || (model.isDeleted && !evenDeleted)) throw noSuchModel(modelId)
    return model
  }

  return {
    async create(scope, { experimentId, name, modelType = '', sourceRunId = '', tags = [], params = [] }) {
      const { project, actor } = scope
      demand(scope, 'tracking.logged-model.create')
      const checked = name ? checkedName(name) : randomRunName()
      const experiment = await activeExperiment(core, project, experimentId)
      const id = `m-${newHexId()}`
      const at = now()
      const model: LoggedModel = {
        id,
        experimentId: experiment.experimentId,
        name: checked,
        modelType: storableText(modelType, 'model_type', NAME_LIMIT),
        sourceRunId: storableText(sourceRunId, 'source_run_id', KEY_LIMIT),
        status: 'PENDING',
        artifactUri: modelArtifactUri(project, experiment.experimentId, id),
        createdAt: at,
        updatedAt: at,
        ownerId: actor.principalId,
        isDeleted: false,
        tags: checkedPairs(tags),
        params: checkedPairs(params),
        metrics: [],
      }
      await store.insert(project.id, model)
      return model
    },
    get: (scope, modelId, options) => find(scope, modelId, 'tracking.logged-model.read', options?.evenDeleted),
    async getMany(scope, modelIds) {
      demand(scope, 'tracking.logged-model.read')
      return (await store.get(scope.project.id, modelIds)).filter((model) => !model.isDeleted)
    },
    ofRuns(scope, runIds) {
      demand(scope, 'tracking.logged-model.read')
      return store.ofRuns(scope.project.id, runIds)
    },
    async finalize(scope, modelId, status) {
      await find(scope, modelId, 'tracking.logged-model.update')
      await store.setStatus(scope.project.id, modelId, status)
      return find(scope, modelId, 'tracking.logged-model.update')
    },
    async setTags(scope, modelId, tags) {
      await find(scope, modelId, 'tracking.logged-model.update')
      await store.setTags(scope.project.id, modelId, checkedPairs(tags))
    },
    async deleteTag(scope, modelId, key) {
      await find(scope, modelId, 'tracking.logged-model.update')
      if (!(await store.deleteTag(scope.project.id, modelId, storableText(key, 'tag_key')))) throw notFound(`No tag with key '${key}' found for model with ID '${modelId}'.`)
    },
    async logParams(scope, modelId, params) {
      await find(scope, modelId, 'tracking.logged-model.update')
      const [changed] = await store.addParams(scope.project.id, modelId, checkedPairs(params))
      if (changed) throw invalid(`Changing param values is not allowed. Param with key='${changed.key}' was already logged with value='${changed.value}' for model ID='${modelId}'.`)
    },
    async delete(scope, modelId) {
      await find(scope, modelId, 'tracking.logged-model.delete', true)
      await store.delete(scope.project.id, modelId, scope.actor.principalId)
    },
    ...searchOf(store),
  }
}

/** What reaches many models at once. */
const searchOf = (store: LoggedModelStore): Pick<LoggedModels, 'search' | 'recordMetrics'> => ({
  async search(scope, search) {
    demand(scope, 'tracking.logged-model.read')
    const query = queryOf(search)
    const rows = await store.search(scope.project.id, { ...query, limit: query.limit + 1 })
    return pageOf(rows, query.limit, (_, kept) => encodeToken({ ...tokenArguments(search), offset: query.offset + kept }))
  },
  async recordMetrics(scope, runId, metrics) {
    const ofModels = metrics.flatMap(({ modelId, ...metric }) => (modelId ? [{ ...metric, modelId }] : []))
    if (ofModels.length === 0) return
    demand(scope, 'tracking.run.update')
    const ids = [...new Set(ofModels.map(({ modelId }) => modelId))]
    const known = new Set((await store.get(scope.project.id, ids)).filter((model) => !model.isDeleted).map(({ id }) => id))
    const unknown = ids.find((id) => !known.has(id))
    if (unknown !== undefined) throw noSuchModel(unknown)
    const rows = ofModels.map(({ modelId, key, value, step, timestamp, datasetName, datasetDigest }) => ({
      modelId,
      key,
      value,
      step,
      timestamp,
      runId,
      datasetName: datasetName ? storableText(datasetName, 'dataset_name') : null,
      datasetDigest: datasetDigest ? storableText(datasetDigest, 'dataset_digest') : null,
    }))
    await store.recordMetrics(scope.project.id, rows)
  },
})

async function activeExperiment(core: CoreFacts, project: ProjectRef, experimentId: string): Promise<ExperimentFacts> {
  const experiment = await core.experimentOf(project, experimentId)
  if (!experiment) throw notFound(`No Experiment with id=${experimentId} exists`)
  if (!experiment.active) throw conflict(`The experiment ${experimentId} must be in the 'active' state. Current state is deleted.`)
  return experiment
}

/** What a page token is bound to (mlflow/utils/search_utils.py, SearchLoggedModelsPaginationToken). */
const tokenArguments = ({ experimentIds, filter, orderBy }: ModelSearch) => ({
  experiment_ids: experimentIds,
  filter_string: filter || null,
  order_by: orderBy?.length ? orderBy.map((o) => ({ field_name: o.field, ascending: o.isAscending, dataset_name: o.datasetName ?? null, dataset_digest: o.datasetDigest ?? null })) : null,
})
const tokenParts = [
  ['experiment_ids', 'Experiment IDs', 'experiment IDs'],
  ['filter_string', 'Filter string', 'filter string'],
  ['order_by', 'Order by', 'order by'],
] as const

function offsetOf(search: ModelSearch): number {
  if (!search.pageToken) return 0
  const token = decodeToken(search.pageToken)
  const asked = tokenArguments(search)
  for (const [field, title, name] of tokenParts) {
    const [expected, found] = [JSON.stringify(asked[field]), JSON.stringify(token[field] ?? null)]
    if (expected !== found) throw invalid(`${title} in the page token do not match the requested ${name}. Expected: ${expected}. Found: ${found}`)
  }
  const { offset } = token
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) throw invalid('Invalid page token')
  return offset
}

function queryOf(search: ModelSearch): ModelQuery {
  const { experimentIds, filter = '', datasets = [], maxResults, orderBy = [] } = search
  const named = datasets.map(({ name, digest }) => {
    if (!name) throw invalid('`dataset_name` in the `datasets` clause must be specified.')
    return { name: storableText(name, 'dataset_name'), digest: digest ? storableText(digest, 'dataset_digest') : null }
  })
  for (const id of experimentIds) storableText(id, 'experiment_ids')
  storableText(filter, 'filter')
  for (const order of orderBy) for (const part of [order.field, order.datasetName, order.datasetDigest]) storableText(part ?? '', 'order_by')
  if (maxResults !== undefined && maxResults < 0) throw invalid(`Invalid value ${maxResults} for parameter 'max_results' supplied. It must be a positive integer`)
  return {
    experimentIds,
    filter: parseModelFilter(filter),
    datasets: named,
    orderBy: modelOrder(orderBy),
    offset: offsetOf(search),
    limit: Math.min(maxResults || DEFAULT_PAGE, MAX_PAGE),
  }
}
