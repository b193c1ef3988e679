/**
 * The one way to the tables: statements inside a project. Everything that must hold for each of them (that the project
 * has its row, and whatever a second wall will need) is added here and nowhere else.
 */
import type pg from 'pg'
import type { ProjectRef } from '#shared/actor.ts'
import type { Postgres } from '#shared/db/postgres.ts'
import { experimentArtifactUri } from '#tracking/domain/artifact-uri.ts'
import { defaultExperimentId, defaultExperimentName } from '#tracking/domain/experiment.ts'

export interface Statement {
  /** Named statements are prepared once per connection. */
  readonly name?: string
  readonly text: string
  readonly values: readonly unknown[]
}

export interface Statements {
  /** The project as the tables know it; the first parameter of every statement. */
  readonly projectId: number
  query<R extends pg.QueryResultRow>(statement: Statement): Promise<R[]>
}

export interface ProjectStatements extends Statements {
  /** All or nothing. */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>
}

export interface Projects {
  inProject(project: ProjectRef): Promise<ProjectStatements>
  /** By identity's id alone, for ports; undefined when nothing was ever tracked there. */
  byId(projectId: string): Promise<ProjectRef | undefined>
}

export function createProjects(postgres: Postgres): Projects {
  const rows = new Map<string, Promise<number>>()

  /** The first touch of a project makes its row and its Default experiment. */
  const make = (project: ProjectRef): Promise<number> =>
    postgres.transaction(async (client) => {
      await client.query('INSERT INTO project (uuid, name) VALUES ($1, $2) ON CONFLICT (uuid) DO NOTHING', [project.id, project.name])
      const { rows: found } = await client.query<{ project_id: number }>('SELECT project_id FROM project WHERE uuid = $1', [project.id])
      const projectId = found[0]?.project_id
      if (projectId === undefined) throw new Error('the row of a project vanished')
      await client.query(
        `INSERT INTO experiment (project_id, wire_id, name, artifact_uri, creation_time, last_update_time)
         VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (project_id, wire_id) DO NOTHING`,
        [projectId, defaultExperimentId, defaultExperimentName, experimentArtifactUri(project, defaultExperimentId), Date.now()],
      )
      return projectId
    })

  const rowOf = (project: ProjectRef): Promise<number> => {
    const known = rows.get(project.id)
    if (known) return known
    const made = make(project)
    rows.set(project.id, made)
    made.catch(() => rows.delete(project.id))
    return made
  }

  return {
    async inProject(project) {
      const projectId = await rowOf(project)
      return {
        projectId,
        query: async <R extends pg.QueryResultRow>({ values, ...statement }: Statement) => (await postgres.query<R>({ ...statement, values: [...values] })).rows,
        transaction: (work) =>
          postgres.transaction((client) =>
            work({ projectId, query: async <R extends pg.QueryResultRow>({ values, ...statement }: Statement) => (await client.query<R>({ ...statement, values: [...values] })).rows }),
          ),
      }
    },
    async byId(projectId) {
      const { rows: found } = await postgres.query<{ name: string }>({ name: 'project.name', text: 'SELECT name FROM project WHERE uuid = $1', values: [projectId] })
      return found[0] && { id: projectId, name: found[0].name }
    },
  }
}
