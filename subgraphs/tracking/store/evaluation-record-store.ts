/** The table `evaluation_record` in SQL. */
import type { EvaluationDatasetStore, EvaluationRecord, HashedRecord, MergeResult } from '#tracking/domain/evaluation-dataset.ts'
import { dump, parseTyped, type TypedJson } from '#tracking/domain/trace-value.ts'
import { objectIn, readDataset } from '#tracking/store/evaluation-rows.ts'
import type { Projects, Statements } from '#tracking/store/project-statements.ts'

interface RecordRow {
  record_id: string
  input_hash: Buffer
  inputs: string
  outputs: string | null
  expectations: string | null
  tags: string
  source: string | null
  created_time: string
  update_time: string
  created_by: string | null
  last_updated_by: string | null
}
const recordColumns = 'record_id, input_hash, inputs::text, outputs::text, expectations::text, tags::text, source::text, created_time, update_time, created_by, last_updated_by'
const PIECE = 1_000

const recordOf = (row: RecordRow): HashedRecord => ({
  id: row.record_id,
  hash: row.input_hash,
  inputs: objectIn(row.inputs) ?? {},
  outputs: row.outputs === null ? undefined : parseTyped(row.outputs),
  expectations: objectIn(row.expectations),
  tags: objectIn(row.tags) ?? {},
  source: objectIn(row.source),
  createdTime: Number(row.created_time),
  updateTime: Number(row.update_time),
  createdBy: row.created_by,
  lastUpdatedBy: row.last_updated_by,
})
const textOrNull = (value: TypedJson | undefined): string | null => (value === undefined ? null : dump(value))

export const recordStatements = (projects: Projects): Pick<EvaluationDatasetStore, 'merge' | 'records' | 'deleteRecords'> => ({
  async merge(project, id, hashes, work) {
    return (await projects.inProject(project)).transaction(async (at) => {
      const dataset = await readDataset(at, id, 'FOR UPDATE')
      if (!dataset) return undefined
      const existing = await at.query<RecordRow>({
        text: `SELECT ${recordColumns} FROM evaluation_record WHERE project_id = $1::int AND dataset_id = $2 AND input_hash = ANY ($3::bytea[])`,
        values: [at.projectId, id, hashes],
      })
      const result = work(dataset, existing.map(recordOf))
      await writeRecords(at, id, result.records)
      await writeSummary(at, id, result)
      return result
    })
  },
  async records(project, id, after, limit): Promise<EvaluationRecord[]> {
    const at = await projects.inProject(project)
    const rows = await at.query<RecordRow>({
      text: `SELECT ${recordColumns} FROM evaluation_record WHERE project_id = $1::int AND dataset_id = $2
        AND ($3::bigint IS NULL OR (created_time, record_id) > ($3, $4::text)) ORDER BY created_time, record_id LIMIT $5::bigint`,
      values: [at.projectId, id, after?.createdTime ?? null, after?.id ?? null, limit],
    })
    return rows.map(recordOf)
  },
  async deleteRecords(project, id, recordIds) {
    return (await projects.inProject(project)).transaction(async (at) => {
      if (!(await readDataset(at, id, 'FOR UPDATE'))) return 0
      const gone = await at.query({
        text: 'DELETE FROM evaluation_record WHERE project_id = $1::int AND dataset_id = $2 AND record_id = ANY ($3::text[]) RETURNING 1',
        values: [at.projectId, id, recordIds],
      })
      await at.query({ text: 'UPDATE evaluation_dataset SET record_count = record_count - $3::bigint WHERE project_id = $1::int AND dataset_id = $2', values: [at.projectId, id, gone.length] })
      return gone.length
    })
  },
})

async function writeRecords(at: Statements, datasetId: string, records: readonly HashedRecord[]): Promise<void> {
  for (let i = 0; i < records.length; i += PIECE) {
    const piece = records.slice(i, i + PIECE)
    const column = <T>(pick: (record: HashedRecord) => T): T[] => piece.map(pick)
    await at.query({
      text: `INSERT INTO evaluation_record (project_id, dataset_id, record_id, input_hash, inputs, outputs, expectations, tags, source, created_time, update_time, created_by, last_updated_by)
        SELECT $1::int, $2::text, x.* FROM unnest($3::text[], $4::bytea[], $5::json[], $6::json[], $7::json[], $8::json[], $9::json[], $10::bigint[], $11::bigint[], $12::text[], $13::text[])
          AS x(record_id, input_hash, inputs, outputs, expectations, tags, source, created_time, update_time, created_by, last_updated_by)
        ON CONFLICT (project_id, dataset_id, input_hash) DO UPDATE SET outputs = excluded.outputs, expectations = excluded.expectations, tags = excluded.tags, update_time = excluded.update_time, last_updated_by = excluded.last_updated_by`,
      values: [
        at.projectId,
        datasetId,
        column((r) => r.id),
        column((r) => r.hash),
        column((r) => dump(r.inputs)),
        column((r) => textOrNull(r.outputs)),
        column((r) => textOrNull(r.expectations)),
        column((r) => dump(r.tags)),
        column((r) => textOrNull(r.source)),
        column((r) => r.createdTime),
        column((r) => r.updateTime),
        column((r) => r.createdBy),
        column((r) => r.lastUpdatedBy),
      ],
    })
  }
}

const writeSummary = (at: Statements, id: string, { inserted, schema, digest, updateTime, lastUpdatedBy }: MergeResult): Promise<unknown[]> =>
  at.query({
    text: `UPDATE evaluation_dataset SET record_count = record_count + $3::bigint, schema = $4::json, digest = $5, update_time = $6::bigint, last_updated_by = $7 WHERE project_id = $1::int AND dataset_id = $2`,
    values: [at.projectId, id, inserted, schema && dump(schema), digest, updateTime, lastUpdatedBy],
  })
