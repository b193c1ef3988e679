/** MLflow's logged-model endpoints (mlflow-api.md 6.1). */
import { DomainError, invalid } from '#shared/errors.ts'
import { bool, int, list, message, nested, oneOf, text } from '#shared/rest/mlflow-message.ts'
import { projectRoute, withAjaxTwins, type RawInput, type Route } from '#shared/rest/route.ts'
import { checkedPath } from '#tracking/domain/artifact-uri.ts'
import type { Artifacts } from '#tracking/domain/artifacts.ts'
import type { Param } from '#tracking/domain/run.ts'
import type { LoggedModel, LoggedModelMetric, LoggedModels, LoggedModelStatus, ModelSearch } from '#tracking/domain/logged-models.ts'
import { download } from '#tracking/rest/artifacts-download.ts'
import { listing } from '#tracking/rest/artifacts.routes.ts'

const base = '/api/2.0/mlflow/logged-models'
const family = 'mlflow'

/** proto names of LoggedModelStatus, in its order from 1. */
const wireStatuses = ['LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED'] as const
const statusOnWire: Readonly<Record<LoggedModelStatus, string>> = {
  UNSPECIFIED: 'LOGGED_MODEL_STATUS_UNSPECIFIED',
  PENDING: 'LOGGED_MODEL_PENDING',
  READY: 'LOGGED_MODEL_READY',
  FAILED: 'LOGGED_MODEL_UPLOAD_FAILED',
}
const statusOfWire: Readonly<Record<(typeof wireStatuses)[number], LoggedModelStatus>> = { LOGGED_MODEL_PENDING: 'PENDING', LOGGED_MODEL_READY: 'READY', LOGGED_MODEL_UPLOAD_FAILED: 'FAILED' }

/** MLflow writes NaN as text and infinities as the largest doubles (mlflow-api.md 7.2). */
const valueOnWire = (value: number): number | string => {
  if (Number.isNaN(value)) return 'NaN'
  if (Number.isFinite(value)) return value
  return value > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE
}
const metricOnWire = (modelId: string, metric: LoggedModelMetric): object => ({
  key: metric.key,
  value: valueOnWire(metric.value),
  timestamp: metric.timestamp,
  step: metric.step,
  run_id: metric.runId,
  model_id: modelId,
  ...(metric.datasetName === null ? {} : { dataset_name: metric.datasetName }),
  ...(metric.datasetDigest === null ? {} : { dataset_digest: metric.datasetDigest }),
})
/** proto2: empty lists do not appear. */
const unlessEmpty = <T>(name: string, items: readonly T[]): object => (items.length === 0 ? {} : { [name]: items })

const toWire = (model: LoggedModel): object => ({
  info: {
    model_id: model.id,
    experiment_id: model.experimentId,
    name: model.name,
    creation_timestamp_ms: model.createdAt,
    last_updated_timestamp_ms: model.updatedAt,
    artifact_uri: model.artifactUri,
    status: statusOnWire[model.status],
    model_type: model.modelType,
    source_run_id: model.sourceRunId,
    ...unlessEmpty('tags', model.tags),
  },
  data: {
    ...unlessEmpty('params', model.params),
    ...unlessEmpty(
      'metrics',
      model.metrics.map((metric) => metricOnWire(model.id, metric)),
    ),
  },
})

const pair = list({ key: text, value: text })
const Create = message({ experiment_id: text.required(), name: text, model_type: text, source_run_id: text, params: pair, tags: pair })
const Finalize = message({ model_id: text.required(), status: oneOf(...wireStatuses).required() })
const LogParams = message({ model_id: text.required(), params: pair })
const SetTags = message({ tags: pair })
const ListArtifacts = message({ artifact_directory_path: text, page_token: text })
const Search = message({
  experiment_ids: list(text).required(),
  filter: text,
  datasets: list({ dataset_name: text, dataset_digest: text }),
  max_results: int,
  order_by: list(nested({ field_name: text, ascending: bool, dataset_name: text, dataset_digest: text })),
  page_token: text,
})

const pairsOf = (pairs: readonly { key?: string; value?: string }[] | undefined): Param[] => (pairs ?? []).map(({ key = '', value = '' }) => ({ key, value }))
const idOf = ({ params }: { params: Readonly<Record<string, string>> }): string => params['model_id'] ?? ''
/** MLflow wants the id in these bodies although the path has it, and says so when it is missing. */
const bodyOnly = (raw: RawInput): RawInput => ({ ...raw, params: {} })

function searchOf(raw: RawInput): ModelSearch {
  const input = Search.read(raw)
  if (input.experiment_ids.length === 0) throw invalid("Missing value for required parameter 'experiment_ids'. See the API docs for more information about request parameters.", 'experiment_ids')
  return {
    experimentIds: input.experiment_ids,
    filter: input.filter,
    datasets: input.datasets?.map((d) => ({ name: d.dataset_name, digest: d.dataset_digest })),
    maxResults: input.max_results === undefined ? undefined : Number(input.max_results),
    orderBy: input.order_by?.map((o) => ({ field: o.field_name ?? '', isAscending: o.ascending ?? true, datasetName: o.dataset_name, datasetDigest: o.dataset_digest })),
    pageToken: input.page_token,
  }
}

const changeRoutes = (models: LoggedModels): Route[] => [
  projectRoute({
    method: 'POST',
    path: base,
    family,
    summary: 'Create a logged model; its files follow, then it is finalised.',
    needs: 'tracking.logged-model.create',
    input: Create.read,
    handle: async ({ scope, input }) => {
      const model = await models.create(scope, {
        experimentId: input.experiment_id,
        name: input.name,
        modelType: input.model_type,
        sourceRunId: input.source_run_id,
        params: pairsOf(input.params),
        tags: pairsOf(input.tags),
      })
      return { model: toWire(model) }
    },
  }),
  projectRoute({
    method: 'PATCH',
    path: `${base}/:model_id`,
    family,
    summary: 'Finalise a logged model: READY, or FAILED.',
    needs: 'tracking.logged-model.update',
    input: (raw) => Finalize.read(bodyOnly(raw)),
    handle: async ({ scope, input, params }) => ({ model: toWire(await models.finalize(scope, idOf({ params }), statusOfWire[input.status])) }),
  }),
  projectRoute({
    method: 'DELETE',
    path: `${base}/:model_id`,
    family,
    summary: 'Move a logged model to the trash.',
    needs: 'tracking.logged-model.delete',
    handle: async ({ scope, params }) => {
      await models.delete(scope, idOf({ params }))
      return {}
    },
  }),
]

const wordRoutes = (models: LoggedModels): Route[] => [
  projectRoute({
    method: 'PATCH',
    path: `${base}/:model_id/tags`,
    family,
    summary: 'Set tags of a logged model.',
    needs: 'tracking.logged-model.update',
    input: SetTags.read,
    handle: async ({ scope, input, params }) => {
      await models.setTags(scope, idOf({ params }), pairsOf(input.tags))
      return {}
    },
  }),
  projectRoute({
    method: 'DELETE',
    path: `${base}/:model_id/tags/:tag_key`,
    family,
    summary: 'Remove a tag of a logged model.',
    needs: 'tracking.logged-model.update',
    handle: async ({ scope, params }) => {
      await models.deleteTag(scope, idOf({ params }), params['tag_key'] ?? '')
      return {}
    },
  }),
  projectRoute({
    method: 'POST',
    path: `${base}/:model_id/params`,
    family,
    summary: 'Log params of a logged model.',
    needs: 'tracking.logged-model.update',
    input: (raw) => LogParams.read(bodyOnly(raw)),
    handle: async ({ scope, input, params }) => {
      await models.logParams(scope, idOf({ params }), pairsOf(input.params))
      return {}
    },
  }),
]

const readRoutes = (models: LoggedModels, artifacts: Artifacts): Route[] => [
  projectRoute({
    method: 'GET',
    path: `${base}/:model_id`,
    family,
    summary: 'A logged model.',
    needs: 'tracking.logged-model.read',
    handle: async ({ scope, params, query }) => ({ model: toWire(await models.get(scope, idOf({ params }), { evenDeleted: query.get('allow_deleted')?.toLowerCase() === 'true' })) }),
  }),
  projectRoute({
    method: 'POST',
    path: `${base}/search`,
    family,
    summary: 'Search logged models by filter, order and page.',
    needs: 'tracking.logged-model.read',
    writes: false,
    input: searchOf,
    handle: async ({ scope, input }) => {
      const { items, nextToken } = await models.search(scope, input)
      return { ...unlessEmpty('models', items.map(toWire)), ...(nextToken === undefined ? {} : { next_page_token: nextToken }) }
    },
  }),
  projectRoute({
    method: 'GET',
    path: `${base}/:model_id/artifacts/directories`,
    family,
    summary: 'List a folder of a logged model; paths are relative to its artifact root.',
    needs: 'tracking.artifact.read',
    input: ListArtifacts.read,
    handle: async ({ scope, input, params }) => {
      const place = await artifacts.placeInModel(scope, idOf({ params }), input.artifact_directory_path ?? '')
      return { ...listing(await artifacts.list(scope, place), place.path), root_uri: place.root }
    },
  }),
  projectRoute({
    method: 'GET',
    path: '/ajax-api/2.0/mlflow/logged-models/:model_id/artifacts/files',
    family,
    summary: 'Download a file of a logged model.',
    needs: 'tracking.artifact.read',
    input: ({ query }) => {
      const path = query.get('artifact_file_path')
      if (!path) throw new DomainError('INVALID', 'Request must include the "artifact_file_path" query parameter.', { protocolCode: 'BAD_REQUEST' })
      return checkedPath(path)
    },
    handle: async ({ scope, input, params, headers }) => {
      const place = await artifacts.placeInModel(scope, idOf({ params }), input)
      return download(await artifacts.get(scope, place), place.path, headers)
    },
  }),
]

export const loggedModelRoutes = (models: LoggedModels, artifacts: Artifacts): Route[] => withAjaxTwins([...changeRoutes(models), ...wordRoutes(models), ...readRoutes(models, artifacts)])
