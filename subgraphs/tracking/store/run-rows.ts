/** Rows of runs → runs, whole pages in one round trip. */
import type { RunDataset } from '#tracking/domain/run-input.ts'
import { runStatuses, type Run } from '#tracking/domain/run.ts'
import type { Tag } from '#tracking/domain/experiment.ts'
import type { Metric } from '#tracking/domain/metric.ts'
import { uuidToHex } from '#shared/ids.ts'
import { whole } from '#tracking/store/metric-chunk.ts'
import type { KeyDictionary } from '#tracking/store/key-dictionary.ts'
import type { Statements } from '#tracking/store/project-statements.ts'

interface RunRow {
  run_pos: string
  run_id: string
  wire_id: string
  active: boolean
  status: number
  user_id: string
  owner_id: string | null
  name: string
  start_time: string
  end_time: string | null
  artifact_uri: string
  params: string
  tags: string
  metrics: string | null
  datasets: DatasetRow[] | null
  models: { kind: number; model_id: string; step: string }[] | null
}

interface DatasetRow {
  name: string
  digest: string
  source_type: string
  source: string
  schema: string | null
  profile: string | null
  context: string | null
  version_id: string | null
  tags: Tag[]
}

const fetchText = `SELECT r.run_pos, r.run_id, e.wire_id, r.active, r.status, r.user_id, r.owner_id, r.name, r.start_time, r.end_time, r.artifact_uri,
  r.params::text, r.tags::text, m.metrics, i.datasets, o.models
FROM unnest($2::bigint[]) WITH ORDINALITY w(run_pos, n)
CROSS JOIN LATERAL (SELECT * FROM run r WHERE r.run_pos = w.run_pos OFFSET 0) r
CROSS JOIN LATERAL (SELECT x.wire_id FROM experiment x WHERE x.experiment_id = r.experiment_id OFFSET 0) e
CROSS JOIN LATERAL (SELECT string_agg(concat_ws(',', s.key_id, s.last_value, s.last_step, s.last_ts, s.point_count, coalesce(s.min_value, 'NaN'), coalesce(s.max_value, 'NaN')), ';') metrics
  FROM (SELECT * FROM series s WHERE s.run_pos = w.run_pos OFFSET 0) s WHERE s.project_id = $1::int) m
CROSS JOIN LATERAL (SELECT json_agg(json_build_object('name', d.name, 'digest', d.digest, 'source_type', d.source_type, 'source', d.source, 'schema', d.schema,
    'profile', d.profile, 'context', rd.context, 'version_id', d.version_id, 'tags', rd.tags) ORDER BY rd.dataset_id) datasets
  FROM run_dataset rd JOIN dataset d ON d.dataset_id = rd.dataset_id WHERE rd.run_pos = w.run_pos AND rd.project_id = $1) i
CROSS JOIN LATERAL (SELECT json_agg(json_build_object('kind', x.kind, 'model_id', x.model_id, 'step', x.step::text) ORDER BY x.step, x.model_id) models
  FROM run_model x WHERE x.run_pos = w.run_pos AND x.project_id = $1) o
WHERE r.project_id = $1 ORDER BY w.n`

/** Whole runs by position, in the order given; positions that are not in the project are left out. */
export async function fetchRuns(at: Statements, keys: KeyDictionary, positions: readonly (bigint | string)[]): Promise<Run[]> {
  if (positions.length === 0) return []
  const rows = await at.query<RunRow>({ name: 'runs.fetch', text: fetchText, values: [at.projectId, positions.map(String)] })
  const series = rows.map((row) => (row.metrics ? row.metrics.split(';').map((text) => text.split(',')) : []))
  const names = await keys.names(
    at,
    series.flat().map(([keyId]) => Number(keyId)),
  )
  return rows.map((row, i) => runOf(row, metricsOf(series[i] ?? [], names)))
}

const orNull = (text: string | undefined): number | null => (text === undefined || text === 'NaN' ? null : Number(text))

/** In the order in which the experiment first saw their names: MLflow's, as far as it has one. */
function metricsOf(series: readonly string[][], names: ReadonlyMap<number, string>): Metric[] {
  return [...series]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([keyId, value, step = '0', timestamp = '0', count, min, max]) => ({
      key: names.get(Number(keyId)) ?? '',
      value: Number(value),
      step: whole(step),
      timestamp: whole(timestamp),
      count: Number(count),
      min: orNull(min),
      max: orNull(max),
    }))
}

const byKey = (a: { key: string }, b: { key: string }): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

/** A document of the row: JSON whose values are all strings. */
export const pairsOf = (document: string): Tag[] => {
  const parsed: Record<string, string> = JSON.parse(document)
  return Object.entries(parsed)
    .map(([key, value]) => ({ key, value }))
    .sort(byKey)
}

const datasetOf = (row: DatasetRow): RunDataset => ({
  name: row.name,
  digest: row.digest,
  sourceType: row.source_type,
  source: row.source,
  ...(row.schema === null ? {} : { schema: row.schema }),
  ...(row.profile === null ? {} : { profile: row.profile }),
  tags: row.tags,
  context: row.context,
  versionId: row.version_id,
})

function runOf(row: RunRow, metrics: Metric[]): Run {
  const models = row.models ?? []
  const modelsOf = (kind: number) => models.filter((m) => m.kind === kind).map((m) => ({ modelId: m.model_id, step: whole(m.step) }))
  return {
    id: uuidToHex(row.run_id),
    experimentId: row.wire_id,
    active: row.active,
    status: runStatuses[row.status - 1] ?? 'RUNNING',
    userName: row.user_id,
    ownerId: row.owner_id,
    name: row.name,
    startTime: Number(row.start_time),
    endTime: row.end_time === null ? null : Number(row.end_time),
    artifactUri: row.artifact_uri,
    params: pairsOf(row.params),
    metrics,
    tags: pairsOf(row.tags),
    datasets: (row.datasets ?? []).map(datasetOf),
    inputModels: modelsOf(1),
    outputModels: modelsOf(2),
  }
}
