/** The tables `evaluation_dataset`, `evaluation_dataset_experiment` and `evaluation_record` in SQL. */
import type { EvaluationDatasetStore } from '#tracking/domain/evaluation-dataset.ts'
import { dump } from '#tracking/domain/trace-value.ts'
import { recordStatements } from '#tracking/store/evaluation-record-store.ts'
import { searchDatasets } from '#tracking/store/evaluation-dataset-search.ts'
import { readDataset } from '#tracking/store/evaluation-rows.ts'
import type { Projects, Statements } from '#tracking/store/project-statements.ts'

const linkExperiments = (at: Statements, id: string, experimentIds: readonly string[]): Promise<unknown[]> =>
  at.query({
    text: `INSERT INTO evaluation_dataset_experiment (project_id, dataset_id, experiment_id)
      SELECT $1::int, d.dataset_id, e.experiment_id FROM evaluation_dataset d JOIN experiment e ON e.project_id = $1 AND e.wire_id = ANY ($3::bigint[])
      WHERE d.project_id = $1 AND d.dataset_id = $2::text ORDER BY array_position($3::bigint[], e.wire_id) ON CONFLICT DO NOTHING`,
    values: [at.projectId, id, experimentIds],
  })
const touch = (at: Statements, id: string, now: number): Promise<unknown[]> =>
  at.query({ text: 'UPDATE evaluation_dataset SET update_time = $3::bigint WHERE project_id = $1::int AND dataset_id = $2', values: [at.projectId, id, now] })

export const createEvaluationDatasetStore = (projects: Projects): EvaluationDatasetStore => ({ ...living(projects), ...linking(projects), ...recordStatements(projects) })

const living = (projects: Projects): Pick<EvaluationDatasetStore, 'create' | 'get' | 'search' | 'delete' | 'changeTags'> => ({
  async create(project, d, experimentIds) {
    await (await projects.inProject(project)).transaction(async (at) => {
      await at.query({
        text: `INSERT INTO evaluation_dataset (project_id, dataset_id, name, digest, tags, created_time, update_time, created_by, last_updated_by, owner_id)
          VALUES ($1::int, $2, $3, $4, $5::json, $6::bigint, $7::bigint, $8, $9, $10)`,
        values: [at.projectId, d.id, d.name, d.digest, dump(d.tags), d.createdTime, d.updateTime, d.createdBy, d.lastUpdatedBy, d.ownerId],
      })
      await linkExperiments(at, d.id, experimentIds)
    })
  },
  async get(project, id) {
    return readDataset(await projects.inProject(project), id)
  },
  async search(project, search) {
    return searchDatasets(await projects.inProject(project), search)
  },
  async delete(project, id) {
    const at = await projects.inProject(project)
    await at.query({ text: 'DELETE FROM evaluation_dataset WHERE project_id = $1::int AND dataset_id = $2', values: [at.projectId, id] })
  },
  async changeTags(project, id, change) {
    await (await projects.inProject(project)).transaction(async (at) => {
      const dataset = await readDataset(at, id, 'FOR UPDATE')
      if (dataset) await at.query({ text: 'UPDATE evaluation_dataset SET tags = $3::json WHERE project_id = $1::int AND dataset_id = $2', values: [at.projectId, id, dump(change(dataset.tags))] })
    })
  },
})

const linking = (projects: Projects): Pick<EvaluationDatasetStore, 'experimentIds' | 'addExperiments' | 'removeExperiments'> => ({
  async experimentIds(project, id) {
    const at = await projects.inProject(project)
    const rows = await at.query<{ wire_id: string }>({
      text: 'SELECT e.wire_id FROM evaluation_dataset_experiment x JOIN experiment e ON e.experiment_id = x.experiment_id AND e.project_id = $1::int WHERE x.project_id = $1 AND x.dataset_id = $2 ORDER BY x.seq',
      values: [at.projectId, id],
    })
    return rows.map((row) => row.wire_id)
  },
  async addExperiments(project, id, experimentIds, now) {
    await (await projects.inProject(project)).transaction(async (at) => {
      await linkExperiments(at, id, experimentIds)
      await touch(at, id, now)
    })
  },
  async removeExperiments(project, id, experimentIds, now) {
    await (await projects.inProject(project)).transaction(async (at) => {
      const gone = await at.query({
        text: `DELETE FROM evaluation_dataset_experiment WHERE project_id = $1::int AND dataset_id = $2
          AND experiment_id = ANY (ARRAY(SELECT experiment_id FROM experiment WHERE project_id = $1 AND wire_id = ANY ($3::bigint[]))) RETURNING 1`,
        values: [at.projectId, id, experimentIds],
      })
      if (gone.length > 0) await touch(at, id, now)
    })
  },
})
