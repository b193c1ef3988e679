/** What never changes in the life of a run, kept in memory: one look-up by id serves every later write. */
import type { ProjectRef } from '#shared/actor.ts'
import { hexToUuid, isHexId, uuidToHex } from '#shared/ids.ts'
import type { RunFacts } from '#tracking/domain/run.ts'
import type { Projects } from '#tracking/store/project-statements.ts'

export interface FactsCache {
  remember(project: ProjectRef, facts: RunFacts): void
  /** undefined where the run is not in the project. */
  of(project: ProjectRef, ids: readonly string[]): Promise<(RunFacts | undefined)[]>
}

const MAX_FACTS = 100_000

export function createFactsCache(projects: Projects): FactsCache {
  const known = new Map<string, { readonly project: string; readonly facts: RunFacts }>()
  const remember = (project: ProjectRef, facts: RunFacts): void => {
    if (known.size >= MAX_FACTS) known.clear()
    known.set(facts.id, { project: project.id, facts })
  }
  return {
    remember,
    async of(project, ids) {
      const found = new Map<string, RunFacts>()
      const unknown = ids.filter((id) => {
        const cached = known.get(id)
        if (cached?.project === project.id) found.set(id, cached.facts)
        return !found.has(id) && isHexId(id)
      })
      if (unknown.length > 0) {
        const at = await projects.inProject(project)
        const rows = await at.query<{ run_pos: string; run_id: string; experiment_id: number; owner_id: string | null }>({
          name: 'run.facts',
          text: 'SELECT run_pos, run_id, experiment_id, owner_id FROM run WHERE run_id = ANY ($2::uuid[]) AND project_id = $1::int',
          values: [at.projectId, unknown.map(hexToUuid)],
        })
        for (const row of rows) {
          const facts = { id: uuidToHex(row.run_id), ownerId: row.owner_id, position: BigInt(row.run_pos), experimentKey: row.experiment_id }
          remember(project, facts)
          found.set(facts.id, facts)
        }
      }
      return ids.map((id) => found.get(id))
    },
  }
}
