/** The tables `logged_model` and `logged_model_metric` in SQL. Tags and params are documents: written whole, searched by key. */
import type { Postgres } from '#shared/db/postgres.ts'
import { isHexId } from '#shared/ids.ts'
import { modelStatuses, type LoggedModel, type LoggedModelMetric, type LoggedModelStatus, type LoggedModelStore } from '#tracking/domain/logged-models.ts'
import { isModelId } from '#tracking/domain/artifact-uri.ts'
import type { Tag } from '#tracking/domain/experiment.ts'
import { searchStatement } from '#tracking/store/logged-model-search.ts'

interface ModelRow {
  model_id: string
  experiment_id: string
  name: string
  model_type: string
  source_run_id: string
  status: string
  artifact_uri: string
  created_at: string
  updated_at: string
  owner_id: string
  deleted_at: string | null
  tags: Record<string, string>
  params: Record<string, string>
}
interface MetricRow {
  model_id: string
  key: string
  timestamp: string
  step: string
  run_id: string
  value: number
  dataset_name: string
  dataset_digest: string
}

/** A double where it is exact. */
const whole = (digits: string): number | bigint => (Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits))
const pairs = (document: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(document)
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
const documentOf = (list: readonly Tag[]): string => JSON.stringify(Object.fromEntries(list.map(({ key, value }) => [key, value])))
const statusOf = (text: string): LoggedModelStatus => modelStatuses.find((status) => status === text) ?? 'UNSPECIFIED'

const metricOf = (row: MetricRow): LoggedModelMetric => ({
  key: row.key,
  timestamp: whole(row.timestamp),
  step: whole(row.step),
  runId: row.run_id,
  value: row.value,
  datasetName: row.dataset_name || null,
  datasetDigest: row.dataset_digest || null,
})
const modelOf = (row: ModelRow, metrics: readonly LoggedModelMetric[]): LoggedModel => ({
  id: row.model_id,
  experimentId: row.experiment_id,
  name: row.name,
  modelType: row.model_type,
  sourceRunId: row.source_run_id,
  status: statusOf(row.status),
  artifactUri: row.artifact_uri,
  createdAt: Number(row.created_at),
  updatedAt: Number(row.updated_at),
  ownerId: row.owner_id,
  isDeleted: row.deleted_at !== null,
  tags: pairs(row.tags),
  params: pairs(row.params),
  metrics,
})

export const createLoggedModelStore = (postgres: Postgres): LoggedModelStore => ({ ...readsOf(postgres), ...additionsTo(postgres), ...changesOf(postgres) })

function readsOf(postgres: Postgres): Pick<LoggedModelStore, 'get' | 'ofRuns' | 'search'> {
  const withMetrics = async (projectId: string, rows: readonly ModelRow[]): Promise<LoggedModel[]> => {
    if (rows.length === 0) return []
    const { rows: points } = await postgres.query<MetricRow>({
      name: 'model-metrics',
      text: 'SELECT model_id, key, "timestamp", step, run_id, value, dataset_name, dataset_digest FROM logged_model_metric WHERE project_id = $1 AND model_id = ANY($2::text[]) ORDER BY key, "timestamp", step, run_id',
      values: [projectId, rows.map((row) => row.model_id)],
    })
    const byModel = Map.groupBy(points, (point) => point.model_id)
    return rows.map((row) => modelOf(row, (byModel.get(row.model_id) ?? []).map(metricOf)))
  }

  return {
    async get(projectId, modelIds) {
      const ids = modelIds.filter(isModelId) // anything else names no model, and may not even be text to PostgreSQL
      if (ids.length === 0) return []
      const { rows } = await postgres.query<ModelRow>({ name: 'model-get', text: 'SELECT * FROM logged_model WHERE project_id = $1 AND model_id = ANY($2::text[])', values: [projectId, ids] })
      return withMetrics(projectId, rows)
    },
    async ofRuns(projectId, runIds) {
      const { rows } = await postgres.query<ModelRow>({
        name: 'model-of-runs',
        text: 'SELECT * FROM logged_model WHERE project_id = $1 AND source_run_id = ANY($2::text[]) AND deleted_at IS NULL ORDER BY created_at, model_id',
        values: [projectId, runIds.filter(isHexId)],
      })
      return withMetrics(projectId, rows)
    },
    async search(projectId, query) {
      const { rows } = await postgres.query<ModelRow>(searchStatement(projectId, query))
      return withMetrics(projectId, rows)
    },
  }
}

const additionsTo = (postgres: Postgres): Pick<LoggedModelStore, 'insert' | 'recordMetrics'> => ({
  async insert(projectId, model) {
    await postgres.query({
      name: 'model-insert',
      text: `INSERT INTO logged_model (model_id, project_id, experiment_id, name, model_type, source_run_id, status, artifact_uri, created_at, updated_at, owner_id, tags, params)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      values: [
        model.id,
        projectId,
        model.experimentId,
        model.name,
        model.modelType,
        model.sourceRunId,
        model.status,
        model.artifactUri,
        model.createdAt,
        model.updatedAt,
        model.ownerId,
        documentOf(model.tags),
        documentOf(model.params),
      ],
    })
  },
  async recordMetrics(projectId, metrics) {
    const column = <T>(pick: (metric: (typeof metrics)[number]) => T): T[] => metrics.map(pick)
    // Sorted as the primary key, so that two requests never wait for each other in a circle.
    await postgres.query({
      name: 'model-record-metrics',
      text: `INSERT INTO logged_model_metric (project_id, model_id, key, "timestamp", step, run_id, value, dataset_name, dataset_digest)
        SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::float8[], $8::text[], $9::text[]) AS point (model_id, key, at, step, run_id, value, dataset_name, dataset_digest)
        ORDER BY model_id, key, at, step, run_id ON CONFLICT DO NOTHING`,
      values: [
        projectId,
        column((m) => m.modelId),
        column((m) => m.key),
        column((m) => String(m.timestamp)),
        column((m) => String(m.step)),
        column((m) => m.runId),
        column((m) => String(m.value)),
        column((m) => m.datasetName ?? ''),
        column((m) => m.datasetDigest ?? ''),
      ],
    })
  },
})

const changesOf = (postgres: Postgres): Pick<LoggedModelStore, 'setStatus' | 'setTags' | 'deleteTag' | 'addParams' | 'delete'> => ({
  async setStatus(projectId, modelId, status) {
    await postgres.query('UPDATE logged_model SET status = $3, updated_at = $4 WHERE project_id = $1 AND model_id = $2 AND deleted_at IS NULL', [projectId, modelId, status, Date.now()])
  },
  async setTags(projectId, modelId, tags) {
    await postgres.query('UPDATE logged_model SET tags = tags || $3::jsonb WHERE project_id = $1 AND model_id = $2 AND deleted_at IS NULL', [projectId, modelId, documentOf(tags)])
  },
  async deleteTag(projectId, modelId, key) {
    const { rowCount } = await postgres.query('UPDATE logged_model SET tags = tags - $3::text WHERE project_id = $1 AND model_id = $2 AND deleted_at IS NULL AND tags ? $3::text', [
      projectId,
      modelId,
      key,
    ])
    return rowCount === 1
  },
  async addParams(projectId, modelId, params) {
    // Existing values win in the sum, so the sum contains the new ones exactly when none of them changes anything.
    const { rowCount } = await postgres.query(
      'UPDATE logged_model SET params = $3::jsonb || params WHERE project_id = $1 AND model_id = $2 AND deleted_at IS NULL AND ($3::jsonb || params) @> $3::jsonb',
      [projectId, modelId, documentOf(params)],
    )
    if (rowCount === 1) return []
    const { rows } = await postgres.query<{ params: Record<string, string> }>('SELECT params FROM logged_model WHERE project_id = $1 AND model_id = $2', [projectId, modelId])
    const existing = rows[0]?.params ?? {}
    return params.flatMap(({ key, value }) => (existing[key] !== undefined && existing[key] !== value ? [{ key, value: existing[key] }] : []))
  },
  async delete(projectId, modelId, by) {
    await postgres.query('UPDATE logged_model SET deleted_at = $3, updated_at = $3, deleted_by = $4 WHERE project_id = $1 AND model_id = $2 AND deleted_at IS NULL', [
      projectId,
      modelId,
      Date.now(),
      by,
    ])
  },
})
