/** Rows of experiments → experiments. */
import type { Experiment } from '#tracking/domain/experiment.ts'
import type { Statements } from '#tracking/store/project-statements.ts'
import { pairsOf } from '#tracking/store/run-rows.ts'

export interface ExperimentRow {
  wire_id: string
  name: string
  active: boolean
  artifact_uri: string
  creation_time: string
  last_update_time: string
  owner_id: string | null
  tags: string
}
export const experimentColumns = 'wire_id, name, active, artifact_uri, creation_time, last_update_time, owner_id, tags::text'

export const experimentOf = (row: ExperimentRow): Experiment => ({
  id: row.wire_id,
  name: row.name,
  active: row.active,
  artifactLocation: row.artifact_uri,
  createdAt: Number(row.creation_time),
  updatedAt: Number(row.last_update_time),
  ownerId: row.owner_id,
  tags: pairsOf(row.tags),
})

/** The rows of experiments by the ids that people see; undefined where the project has none. */
export async function experimentKeys(at: Statements, ids: readonly string[]): Promise<(number | undefined)[]> {
  const rows = await at.query<{ wire_id: string; experiment_id: number }>({
    name: 'experiment.keys',
    text: 'SELECT wire_id, experiment_id FROM experiment WHERE project_id = $1::int AND wire_id = ANY ($2::bigint[])',
    values: [at.projectId, ids],
  })
  const byId = new Map(rows.map((row) => [row.wire_id, row.experiment_id]))
  return ids.map((id) => byId.get(id))
}
