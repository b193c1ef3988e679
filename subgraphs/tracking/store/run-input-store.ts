/** Datasets and logged models of runs in PostgreSQL (store/migrations/0000). */
import { createHash } from 'node:crypto'
import { invalid } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import { encodeToken, decodeToken } from '#shared/paging.ts'
import type { RunModel } from '#tracking/domain/run-input.ts'
import { datasetContextTag, type RunFacts } from '#tracking/domain/run.ts'
import type { LinkedDataset, RunInputStore } from '#tracking/domain/store.ts'
import type { KeyDictionary } from '#tracking/store/key-dictionary.ts'
import type { Projects, Statements } from '#tracking/store/project-statements.ts'
import { fetchRuns } from '#tracking/store/run-rows.ts'

const hashOf = ({ sourceType, source }: LinkedDataset): Buffer => createHash('sha256').update(`${sourceType}\n${source}`).digest()
const nameOf = (dataset: LinkedDataset): string => `${dataset.name}\n${dataset.digest}\n${hashOf(dataset).toString('hex')}`

/** The run is locked first: it must be active, and equal requests come one after the other. Sorted, so nobody deadlocks. */
const datasetText = `WITH want AS (SELECT * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::text[], $9::text[], $10::uuid[])
  AS w(name, digest, source_type, source, source_hash, schema, profile, version_id)),
made AS (INSERT INTO dataset AS d (project_id, experiment_id, name, digest, source_type, source, source_hash, schema, profile, version_id)
  SELECT $1::int, $2::int, w.name, w.digest, w.source_type, w.source, w.source_hash, w.schema, w.profile, w.version_id FROM want w ORDER BY w.name, w.digest, w.source_hash
  ON CONFLICT (experiment_id, name, digest, source_hash) DO UPDATE SET version_id = coalesce(d.version_id, excluded.version_id)
  RETURNING dataset_id, name, digest, source_hash)
SELECT dataset_id, name, digest, encode(source_hash, 'hex') AS hash FROM made`

async function logDatasets(at: Statements, run: RunFacts, datasets: readonly LinkedDataset[]): Promise<void> {
  const rows = await at.query<{ dataset_id: string; name: string; digest: string; hash: string }>({
    name: 'dataset.log',
    text: datasetText,
    values: [
      at.projectId,
      run.experimentKey,
      datasets.map((d) => d.name),
      datasets.map((d) => d.digest),
      datasets.map((d) => d.sourceType),
      datasets.map((d) => d.source),
      datasets.map(hashOf),
      datasets.map((d) => d.schema ?? null),
      datasets.map((d) => d.profile ?? null),
      datasets.map((d) => d.versionId),
    ],
  })
  const ids = new Map(rows.map((row) => [`${row.name}\n${row.digest}\n${row.hash}`, row.dataset_id]))
  await at.query({
    name: 'run-dataset.log',
    text: `INSERT INTO run_dataset (run_pos, dataset_id, project_id, context, tags)
      SELECT $2::bigint, w.id, $1::int, w.context, w.tags FROM unnest($3::bigint[], $4::text[], $5::jsonb[]) w(id, context, tags)
      ON CONFLICT (run_pos, dataset_id) DO NOTHING`,
    values: [
      at.projectId,
      run.position.toString(),
      datasets.map((d) => ids.get(nameOf(d)) ?? null),
      datasets.map((d) => d.tags.find(({ key }) => key === datasetContextTag)?.value ?? null),
      datasets.map((d) => JSON.stringify(d.tags)),
    ],
  })
}

async function logModels(at: Statements, run: RunFacts, models: readonly (RunModel & { readonly kind: number })[]): Promise<void> {
  await at.query({
    name: 'run-model.log',
    text: `INSERT INTO run_model (run_pos, kind, model_id, step, project_id)
      SELECT $2::bigint, w.kind, w.id, w.step, $1::int FROM unnest($3::smallint[], $4::text[], $5::bigint[]) w(kind, id, step)
      ON CONFLICT (run_pos, kind, model_id, step) DO NOTHING`,
    values: [at.projectId, run.position.toString(), models.map((m) => m.kind), models.map((m) => m.modelId), models.map((m) => m.step.toString())],
  })
}

export function createRunInputStore(projects: Projects, keys: KeyDictionary): RunInputStore {
  return {
    async log(project, run, { datasets, inputModels, outputModels }) {
      const distinct = [...new Map(datasets.map((d) => [nameOf(d), d])).values()]
      const models = [...inputModels.map((m) => ({ ...m, kind: 1 })), ...outputModels.map((m) => ({ ...m, kind: 2 }))]
      return (await projects.inProject(project)).transaction(async (at) => {
        const text = 'SELECT FROM run WHERE run_pos = $2::bigint AND project_id = $1::int AND active FOR NO KEY UPDATE'
        const active = await at.query({ name: 'run.lock-one', text, values: [at.projectId, run.position.toString()] })
        if (active.length === 0) return false
        if (distinct.length > 0) await logDatasets(at, run, distinct)
        if (models.length > 0) await logModels(at, run, models)
        return true
      })
    },
    async summaries(project, experimentIds) {
      const at = await projects.inProject(project)
      const rows = await at.query<{ wire_id: string; name: string; digest: string; context: string | null }>({
        name: 'dataset.summaries',
        text: `SELECT DISTINCT e.wire_id, d.name, d.digest, rd.context FROM experiment e
          JOIN dataset d ON d.experiment_id = e.experiment_id JOIN run_dataset rd ON rd.dataset_id = d.dataset_id AND rd.project_id = $1::int
          JOIN run r ON r.run_pos = rd.run_pos AND r.active
          WHERE e.project_id = $1 AND d.project_id = $1 AND e.wire_id = ANY ($2::bigint[]) ORDER BY e.wire_id, d.name, d.digest, rd.context LIMIT 1000`,
        values: [at.projectId, experimentIds],
      })
      return rows.map((row) => ({ experimentId: row.wire_id, name: row.name, digest: row.digest, context: row.context }))
    },
    async runsOfVersion(project, versionId, limit, token) {
      if (!isUuid(versionId)) return { items: [] }
      const after = token ? decodeToken(token)['pos'] : undefined
      if (token && (typeof after !== 'string' || !/^\d{1,19}$/.test(after))) throw invalid('Invalid page token')
      const at = await projects.inProject(project)
      const rows = await at.query<{ run_pos: string }>({
        name: 'dataset.runs',
        text: `SELECT DISTINCT r.run_pos FROM dataset d JOIN run_dataset rd ON rd.dataset_id = d.dataset_id AND rd.project_id = $1::int
          JOIN run r ON r.run_pos = rd.run_pos AND r.project_id = $1 AND r.active
          WHERE d.project_id = $1 AND d.version_id = $2::uuid AND ($3::bigint IS NULL OR r.run_pos < $3) ORDER BY r.run_pos DESC LIMIT $4::int`,
        values: [at.projectId, versionId, after ?? null, limit + 1],
      })
      const page = rows.slice(0, limit).map((row) => row.run_pos)
      const last = page.at(-1)
      return { items: await fetchRuns(at, keys, page), ...(rows.length > limit && last !== undefined ? { nextToken: encodeToken({ pos: last }) } : {}) }
    },
  }
}
