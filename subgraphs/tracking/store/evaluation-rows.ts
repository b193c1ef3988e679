/** Rows of evaluation datasets → what the domain knows. */
import type { EvaluationDataset } from '#tracking/domain/evaluation-dataset.ts'
import { isObject, parseTyped, type TypedObject } from '#tracking/domain/trace-value.ts'
import type { Statements } from '#tracking/store/project-statements.ts'

export interface DatasetRow {
  dataset_id: string
  name: string
  digest: string
  schema: string | null
  record_count: string
  tags: string
  created_time: string
  update_time: string
  created_by: string | null
  last_updated_by: string | null
  owner_id: string | null
}
/** Documents come as text: JSON.parse would make one thing of 1 and 1.0. */
export const datasetColumns = 'd.dataset_id, d.name, d.digest, d.schema::text, d.record_count, d.tags::text, d.created_time, d.update_time, d.created_by, d.last_updated_by, d.owner_id'

export const objectIn = (text: string | null): TypedObject | undefined => {
  const value = text === null ? undefined : parseTyped(text)
  return isObject(value) ? value : undefined
}

export const datasetOf = (row: DatasetRow): EvaluationDataset => ({
  id: row.dataset_id,
  name: row.name,
  digest: row.digest,
  schema: objectIn(row.schema) ?? null,
  recordCount: Number(row.record_count),
  tags: objectIn(row.tags) ?? {},
  createdTime: Number(row.created_time),
  updateTime: Number(row.update_time),
  createdBy: row.created_by,
  lastUpdatedBy: row.last_updated_by,
  ownerId: row.owner_id,
})

export async function readDataset(at: Statements, id: string, lock = ''): Promise<EvaluationDataset | undefined> {
  const [row] = await at.query<DatasetRow>({ text: `SELECT ${datasetColumns} FROM evaluation_dataset d WHERE d.project_id = $1::int AND d.dataset_id = $2 ${lock}`, values: [at.projectId, id] })
  return row && datasetOf(row)
}
