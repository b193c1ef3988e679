/** Experiments in PostgreSQL (store/migrations/0000). */
import { randomInt } from 'node:crypto'
import { experimentArtifactUri } from '#tracking/domain/artifact-uri.ts'
import type { Experiment } from '#tracking/domain/experiment.ts'
import type { ExperimentStore } from '#tracking/domain/store.ts'
import { searchExperiments } from '#tracking/store/experiment-search.ts'
import type { Projects, Statements } from '#tracking/store/project-statements.ts'
import { experimentColumns, experimentOf, type ExperimentRow } from '#tracking/store/experiment-rows.ts'
import { documentOf } from '#tracking/store/run-change.ts'
import { deleteRuns, restoreRuns } from '#tracking/store/run-trash.ts'

/** 18 digits, never starting with 0. */
const newWireId = (): string => `${randomInt(1, 10)}${Array.from({ length: 17 }, () => randomInt(10)).join('')}`
const BULK = 1_000

export const createExperimentStore = (projects: Projects): ExperimentStore => ({ ...reading(projects), ...changing(projects), ...trashing(projects), ...counting(projects) })

const one = async (at: Statements, name: string, condition: string, value: unknown): Promise<Experiment[]> =>
  (await at.query<ExperimentRow>({ name, text: `SELECT ${experimentColumns} FROM experiment WHERE project_id = $1::int AND ${condition}`, values: [at.projectId, value] })).map(experimentOf)
/** Runs of an experiment in pieces, so that no statement grows with it. */
const runsIn = async (at: Statements, experiment: number, condition: string, work: (positions: bigint[]) => Promise<void>): Promise<void> => {
  const rows = await at.query<{ run_pos: string }>({
    text: `SELECT run_pos FROM run WHERE project_id = $1::int AND experiment_id = $2::int AND ${condition} ORDER BY run_pos`,
    values: [at.projectId, experiment],
  })
  for (let i = 0; i < rows.length; i += BULK) await work(rows.slice(i, i + BULK).map((row) => BigInt(row.run_pos)))
}
const setActive = async (at: Statements, id: string, active: boolean, now: number, by: string | null): Promise<number | undefined> => {
  const [row] = await at.query<{ experiment_id: number }>({
    text: `UPDATE experiment SET active = $3::boolean, last_update_time = $4::bigint, deleted_at = CASE WHEN $3 THEN NULL ELSE $4 END, deleted_by = $5::text
      WHERE project_id = $1::int AND wire_id = $2::bigint AND active <> $3 RETURNING experiment_id`,
    values: [at.projectId, id, active, now, by],
  })
  return row?.experiment_id
}

const reading = (projects: Projects): Pick<ExperimentStore, 'get' | 'getByName' | 'search'> => ({
  async get(project, ids) {
    const at = await projects.inProject(project)
    const found = new Map((await one(at, 'experiment.get', 'wire_id = ANY ($2::bigint[])', ids)).map((e) => [e.id, e]))
    return ids.map((id) => found.get(id))
  },
  async getByName(project, name) {
    return (await one(await projects.inProject(project), 'experiment.by-name', 'name = $2', name))[0]
  },
  async search(project, search) {
    return searchExperiments(await projects.inProject(project), search)
  },
})

const changing = (projects: Projects): Pick<ExperimentStore, 'create' | 'rename' | 'setTags' | 'deleteTag'> => ({
  async create(project, { name, tags, ownerId, now }) {
    const at = await projects.inProject(project)
    const id = newWireId()
    const rows = await at.query<ExperimentRow>({
      name: 'experiment.create',
      text: `INSERT INTO experiment (project_id, wire_id, name, artifact_uri, creation_time, last_update_time, owner_id, tags)
        VALUES ($1::int, $2::bigint, $3, $4, $5::bigint, $5, $6::text, $7::jsonb) ON CONFLICT (project_id, name) DO NOTHING RETURNING ${experimentColumns}`,
      values: [at.projectId, id, name, experimentArtifactUri(project, id), now, ownerId, documentOf(tags)],
    })
    return rows[0] && experimentOf(rows[0])
  },
  async rename(project, id, name, now) {
    const at = await projects.inProject(project)
    try {
      const rows = await at.query({
        text: 'UPDATE experiment SET name = $3, last_update_time = $4::bigint WHERE project_id = $1::int AND wire_id = $2::bigint AND active RETURNING 1',
        values: [at.projectId, id, name, now],
      })
      return rows.length > 0 ? 'renamed' : undefined
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === '23505') return 'taken'
      throw error
    }
  },
  async setTags(project, id, tags, now) {
    const at = await projects.inProject(project)
    const rows = await at.query({
      name: 'experiment.tags',
      text: 'UPDATE experiment SET tags = tags || $3::jsonb, last_update_time = $4::bigint WHERE project_id = $1::int AND wire_id = $2::bigint AND active RETURNING 1',
      values: [at.projectId, id, documentOf(tags), now],
    })
    return rows.length > 0
  },
  async deleteTag(project, id, key, now) {
    const at = await projects.inProject(project)
    const rows = await at.query({
      text: 'UPDATE experiment SET tags = tags - $3::text, last_update_time = $4::bigint WHERE project_id = $1::int AND wire_id = $2::bigint AND active AND tags ? $3 RETURNING 1',
      values: [at.projectId, id, key, now],
    })
    return rows.length > 0
  },
})

const trashing = (projects: Projects): Pick<ExperimentStore, 'delete' | 'restore'> => ({
  async delete(project, id, by, now) {
    return (await projects.inProject(project)).transaction(async (at) => {
      const experiment = await setActive(at, id, false, now, by)
      if (experiment === undefined) return false
      await runsIn(at, experiment, 'active', (positions) => deleteRuns(at, positions, { by, now, withExperiment: experiment }))
      return true
    })
  },
  async restore(project, id, now) {
    return (await projects.inProject(project)).transaction(async (at) => {
      const experiment = await setActive(at, id, true, now, null)
      if (experiment === undefined) return false
      await runsIn(at, experiment, 'NOT active AND deleted_with = experiment_id', (positions) => restoreRuns(at, positions))
      return true
    })
  },
})

const counting = (projects: Projects): Pick<ExperimentStore, 'runCounts' | 'columns'> => ({
  async runCounts(project, ids) {
    const at = await projects.inProject(project)
    const rows = await at.query<{ wire_id: string; runs: string }>({
      name: 'experiment.run-counts',
      text: `SELECT e.wire_id, (SELECT count(*) FROM run r WHERE r.project_id = $1::int AND r.experiment_id = e.experiment_id AND r.active) AS runs
        FROM experiment e WHERE e.project_id = $1 AND e.wire_id = ANY ($2::bigint[])`,
      values: [at.projectId, ids],
    })
    const counts = new Map(rows.map((row) => [row.wire_id, Number(row.runs)]))
    return ids.map((id) => counts.get(id) ?? 0)
  },
  async columns(project, id) {
    const at = await projects.inProject(project)
    const rows = await at.query<{ kind: number; name: string }>({
      name: 'experiment.columns',
      text: 'SELECT k.kind, k.name FROM key k JOIN experiment e ON e.experiment_id = k.experiment_id WHERE e.project_id = $1::int AND k.project_id = $1 AND e.wire_id = $2::bigint ORDER BY k.name',
      values: [at.projectId, id],
    })
    const of = (kind: number): string[] => rows.filter((row) => row.kind === kind).map((row) => row.name)
    return { metrics: of(1), params: of(2), tags: of(3) }
  },
})
