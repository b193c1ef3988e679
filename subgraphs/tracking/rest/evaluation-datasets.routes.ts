/** MLflow's endpoints of evaluation datasets. */
import { invalid } from '#shared/errors.ts'
import { int, list, message, text } from '#shared/rest/mlflow-message.ts'
import { projectRoute, type Method, type Route } from '#shared/rest/route.ts'
import type { EvaluationDataset, EvaluationRecord } from '#tracking/domain/evaluation-dataset.ts'
import type { EvaluationDatasets } from '#tracking/domain/evaluation-datasets.ts'
import { dump, type TypedJson, type TypedObject } from '#tracking/domain/trace-value.ts'
import { listed, paged } from '#tracking/rest/wire.ts'

const base = '/api/3.0/mlflow/datasets'
const family = 'mlflow'
const Create = message({ name: text.required(), experiment_ids: list(text), tags: text })
const Search = message({ experiment_ids: list(text), filter_string: text, max_results: int, order_by: list(text), page_token: text })
const SetTags = message({ tags: text.required() })
const Experiments = message({ experiment_ids: list(text) })
const Upsert = message({ records: text.required() })
const Records = message({ max_results: int, page_token: text })
const DeleteRecords = message({ dataset_record_ids: list(text) })

const idOf = (params: Readonly<Record<string, string>>): string => params['dataset_id'] ?? ''
const DEFAULT_PAGE = 1_000

const datasetWire = (d: EvaluationDataset): object => ({
  dataset_id: d.id,
  name: d.name,
  tags: dump(d.tags),
  ...(d.schema === null ? {} : { schema: dump(d.schema) }),
  ...(d.recordCount === 0 ? {} : { profile: dump({ num_records: BigInt(d.recordCount) }) }),
  digest: d.digest,
  created_time: d.createdTime,
  last_update_time: d.updateTime,
  ...(d.createdBy === null ? {} : { created_by: d.createdBy }),
  ...(d.lastUpdatedBy === null ? {} : { last_updated_by: d.lastUpdatedBy }),
})

function sourceWire(source: TypedObject | undefined): TypedObject {
  if (source === undefined) return {}
  const data = source['source_data']
  const id: TypedJson | undefined = typeof data === 'object' && data !== null && !Array.isArray(data) && 'trace_id' in data ? data['trace_id'] : undefined
  return { source, ...(typeof id === 'string' ? { source_id: id } : {}), ...(source['source_type'] === undefined ? {} : { source_type: source['source_type'] }) }
}

const recordJson = (datasetId: string, r: EvaluationRecord): TypedObject => ({
  dataset_record_id: r.id,
  dataset_id: datasetId,
  inputs: r.inputs,
  ...(r.expectations === undefined ? {} : { expectations: r.expectations }),
  tags: r.tags,
  ...sourceWire(r.source),
  created_time: BigInt(r.createdTime),
  last_update_time: BigInt(r.updateTime),
  ...(r.createdBy === null ? {} : { created_by: r.createdBy }),
  ...(r.lastUpdatedBy === null ? {} : { last_updated_by: r.lastUpdatedBy }),
  ...(r.outputs === undefined ? {} : { outputs: r.outputs }),
})

const searchRoute = (datasets: EvaluationDatasets, method: Method): Route =>
  projectRoute({
    method,
    path: `${base}/search`,
    family,
    summary: 'Searches evaluation datasets.',
    needs: 'tracking.evaluation-dataset.read',
    writes: false,
    input: Search.read,
    async handle({ scope, input }) {
      const page = await datasets.search(scope, {
        experimentIds: input.experiment_ids,
        filter: input.filter_string,
        orderBy: input.order_by,
        limit: Number(input.max_results ?? DEFAULT_PAGE),
        token: input.page_token,
      })
      return { ...listed('datasets', page.items.map(datasetWire)), ...paged(page.nextToken) }
    },
  })

const datasetRoutes = (datasets: EvaluationDatasets): Route[] => [
  projectRoute({
    method: 'POST',
    path: `${base}/create`,
    family,
    summary: 'Makes an evaluation dataset.',
    needs: 'tracking.evaluation-dataset.create',
    input: Create.read,
    async handle({ scope, input }) {
      const dataset = await datasets.create(scope, { name: input.name, tags: input.tags, experimentIds: input.experiment_ids })
      return { dataset: { ...datasetWire(dataset), ...listed('experiment_ids', input.experiment_ids ?? []) } }
    },
  }),
  searchRoute(datasets, 'POST'),
  searchRoute(datasets, 'GET'),
  projectRoute({
    method: 'GET',
    path: `${base}/:dataset_id`,
    family,
    summary: 'An evaluation dataset without its records.',
    needs: 'tracking.evaluation-dataset.read',
    handle: async ({ scope, params }) => ({ dataset: datasetWire(await datasets.get(scope, idOf(params))) }),
  }),
  projectRoute({
    method: 'DELETE',
    path: `${base}/:dataset_id`,
    family,
    summary: 'Deletes an evaluation dataset with its records.',
    needs: 'tracking.evaluation-dataset.delete',
    async handle({ scope, params }) {
      await datasets.delete(scope, idOf(params))
      return {}
    },
  }),
]

const wordRoutes = (datasets: EvaluationDatasets): Route[] => [
  projectRoute({
    method: 'PATCH',
    path: `${base}/:dataset_id/tags`,
    family,
    summary: 'Sets tags of an evaluation dataset.',
    needs: 'tracking.evaluation-dataset.update',
    input: SetTags.read,
    async handle({ scope, input, params }) {
      await datasets.setTags(scope, idOf(params), input.tags)
      return {}
    },
  }),
  projectRoute({
    method: 'DELETE',
    path: `${base}/:dataset_id/tags/:key`,
    family,
    summary: 'Removes a tag of an evaluation dataset.',
    needs: 'tracking.evaluation-dataset.update',
    async handle({ scope, params }) {
      await datasets.deleteTag(scope, idOf(params), params['key'] ?? '')
      return {}
    },
  }),
  projectRoute({
    method: 'GET',
    path: `${base}/:dataset_id/experiment-ids`,
    family,
    summary: 'The experiments that an evaluation dataset belongs to.',
    needs: 'tracking.evaluation-dataset.read',
    handle: async ({ scope, params }) => listed('experiment_ids', await datasets.experimentIds(scope, idOf(params))),
  }),
  projectRoute({
    method: 'POST',
    path: `${base}/:dataset_id/add-experiments`,
    family,
    summary: 'Adds an evaluation dataset to experiments.',
    needs: 'tracking.evaluation-dataset.update',
    input: Experiments.read,
    handle: async ({ scope, input, params }) => ({ dataset: datasetWire(await datasets.addExperiments(scope, idOf(params), input.experiment_ids ?? [])) }),
  }),
  projectRoute({
    method: 'POST',
    path: `${base}/:dataset_id/remove-experiments`,
    family,
    summary: 'Takes an evaluation dataset out of experiments.',
    needs: 'tracking.evaluation-dataset.update',
    input: Experiments.read,
    handle: async ({ scope, input, params }) => ({ dataset: datasetWire(await datasets.removeExperiments(scope, idOf(params), input.experiment_ids ?? [])) }),
  }),
]

const recordRoutes = (datasets: EvaluationDatasets): Route[] => [
  projectRoute({
    method: 'POST',
    path: `${base}/:dataset_id/records`,
    family,
    summary: 'Adds records, or changes those with the same inputs.',
    needs: 'tracking.evaluation-dataset.update',
    input: Upsert.read,
    async handle({ scope, input, params }) {
      const { inserted, updated } = await datasets.upsert(scope, idOf(params), input.records)
      return { inserted_count: inserted, updated_count: updated }
    },
  }),
  projectRoute({
    method: 'GET',
    path: `${base}/:dataset_id/records`,
    family,
    summary: 'Records of an evaluation dataset, page by page.',
    needs: 'tracking.evaluation-dataset.read',
    input: Records.read,
    async handle({ scope, input, params }) {
      const id = idOf(params)
      const asked = input.max_results ?? DEFAULT_PAGE
      if (typeof asked === 'bigint') throw invalid(`Invalid value ${asked} for parameter 'max_results' supplied.`, 'max_results')
      const page = await datasets.records(scope, id, { limit: asked || DEFAULT_PAGE, token: input.page_token })
      return { records: dump(page.items.map((record) => recordJson(id, record))), ...paged(page.nextToken) }
    },
  }),
  projectRoute({
    method: 'DELETE',
    path: `${base}/:dataset_id/records`,
    family,
    summary: 'Deletes records of an evaluation dataset.',
    needs: 'tracking.evaluation-dataset.update',
    input: DeleteRecords.read,
    handle: async ({ scope, input, params }) => ({ deleted_count: await datasets.deleteRecords(scope, idOf(params), input.dataset_record_ids ?? []) }),
  }),
]

export const evaluationDatasetRoutes = (datasets: EvaluationDatasets): Route[] => [...datasetRoutes(datasets), ...wordRoutes(datasets), ...recordRoutes(datasets)]
