/** The tables `scorer` and `scorer_version` in SQL. */
import type { ScorerStore, ScorerVersion } from '#tracking/domain/scorers.ts'
import type { Projects } from '#tracking/store/project-statements.ts'

interface VersionRow {
  scorer_id: string
  wire_id: string
  name: string
  version: number
  serialized: string
  creation_time: string
  owner_id: string | null
}
const columns = 's.scorer_id, e.wire_id, s.name, v.version, v.serialized, v.creation_time, s.owner_id'
const from = `scorer s JOIN experiment e ON e.experiment_id = s.experiment_id AND e.project_id = $1::int JOIN scorer_version v ON v.scorer_id = s.scorer_id AND v.project_id = $1`

const versionOf = (row: VersionRow): ScorerVersion => ({
  scorerId: row.scorer_id,
  experimentId: row.wire_id,
  name: row.name,
  version: row.version,
  serialized: row.serialized,
  creationTime: Number(row.creation_time),
  ownerId: row.owner_id,
})

export const createScorerStore = (projects: Projects): ScorerStore => ({
  async register(project, { scorerId, experimentId, name, serialized, ownerId, now }) {
    const at = await projects.inProject(project)
    // The row of the scorer is the lock that numbers its versions.
    const [row] = await at.query<VersionRow>({
      text: `WITH s AS (
          INSERT INTO scorer AS s (project_id, scorer_id, experiment_id, name, last_version, owner_id)
          SELECT $1::int, $2::uuid, e.experiment_id, $4::text, 1, $6::text FROM experiment e WHERE e.project_id = $1 AND e.wire_id = $3::bigint
          ON CONFLICT (project_id, experiment_id, name) DO UPDATE SET last_version = s.last_version + 1
          RETURNING s.scorer_id, s.name, s.last_version, s.owner_id),
        v AS (
          INSERT INTO scorer_version (project_id, scorer_id, version, serialized, creation_time)
          SELECT $1, s.scorer_id, s.last_version, $5::text, $7::bigint FROM s RETURNING version, serialized, creation_time)
        SELECT s.scorer_id, $3::bigint::text AS wire_id, s.name, v.version, v.serialized, v.creation_time, s.owner_id FROM s CROSS JOIN v`,
      values: [at.projectId, scorerId, experimentId, name, serialized, ownerId, now],
    })
    if (!row) throw new Error('the experiment of a scorer vanished')
    return versionOf(row)
  },
  async latest(project, experimentIds) {
    const at = await projects.inProject(project)
    const rows = await at.query<VersionRow>({
      text: `SELECT ${columns} FROM ${from} WHERE s.project_id = $1 AND e.active AND ($2::bigint[] IS NULL OR e.wire_id = ANY ($2))
          AND v.version = (SELECT max(n.version) FROM scorer_version n WHERE n.project_id = $1 AND n.scorer_id = s.scorer_id)
        ORDER BY e.wire_id, s.name`,
      values: [at.projectId, experimentIds ?? null],
    })
    return rows.map(versionOf)
  },
  async versions(project, experimentId, name) {
    const at = await projects.inProject(project)
    const rows = await at.query<VersionRow>({
      text: `SELECT ${columns} FROM ${from} WHERE s.project_id = $1 AND e.wire_id = $2::bigint AND s.name = $3 ORDER BY v.version`,
      values: [at.projectId, experimentId, name],
    })
    return rows.map(versionOf)
  },
  async deleteVersion(project, scorerId, version) {
    const at = await projects.inProject(project)
    await at.query({ text: 'DELETE FROM scorer_version WHERE project_id = $1::int AND scorer_id = $2::uuid AND version = $3::int', values: [at.projectId, scorerId, version] })
  },
  async delete(project, scorerId) {
    const at = await projects.inProject(project)
    await at.query({ text: 'DELETE FROM scorer WHERE project_id = $1::int AND scorer_id = $2::uuid', values: [at.projectId, scorerId] })
  },
})
