/** Runs in PostgreSQL (store/migrations/0000). */
import { hexToUuid, newHexId } from '#shared/ids.ts'
import { runArtifactUri } from '#tracking/domain/artifact-uri.ts'
import { runNameTag, runStatuses, type Run } from '#tracking/domain/run.ts'
import type { NewRun, RunStore } from '#tracking/domain/store.ts'
import { experimentKeys } from '#tracking/store/experiment-rows.ts'
import { keyOf, type KeyDictionary } from '#tracking/store/key-dictionary.ts'
import { logPoints, logPointsCall, pointsOf } from '#tracking/store/metric-store.ts'
import type { Projects, Statements } from '#tracking/store/project-statements.ts'
import { changeRun, changeRunWithPoints, conflictsOf, documentOf } from '#tracking/store/run-change.ts'
import { createFactsCache, type FactsCache } from '#tracking/store/run-facts.ts'
import { fetchRuns, pairsOf } from '#tracking/store/run-rows.ts'
import { searchLimits, searchRuns, type SearchLimits } from '#tracking/store/run-search.ts'
import { deleteRuns, restoreRuns } from '#tracking/store/run-trash.ts'

const MAX_START = 2 ** 43 - 1
const MAX_ATTEMPTS = 20

/** "start_time DESC, run_id" as one integer: see the table. */
export function runPosition(startTime: number, runId: string): bigint {
  const clamped = BigInt(Math.min(Math.max(0, Math.trunc(startTime)), MAX_START))
  return (clamped << 20n) | (0xfffffn - BigInt(`0x${runId.slice(0, 5)}`))
}

interface Core {
  readonly projects: Projects
  readonly keys: KeyDictionary
  readonly facts: FactsCache
  readonly limits: SearchLimits
}

export function createRunStore(projects: Projects, keys: KeyDictionary, limits: SearchLimits = searchLimits): RunStore {
  const core: Core = { projects, keys, facts: createFactsCache(projects), limits }
  return { ...reading(core), ...changing(core), ...trashing(core), create: creation(core) }
}

const reading = ({ projects, keys, facts, limits }: Core): Pick<RunStore, 'facts' | 'get' | 'isActive' | 'search'> => ({
  facts: (project, ids) => facts.of(project, ids),
  async get(project, ids) {
    const found = await facts.of(project, ids)
    const runs = await fetchRuns(
      await projects.inProject(project),
      keys,
      found.flatMap((f) => f?.position ?? []),
    )
    const byId = new Map(runs.map((run) => [run.id, run]))
    return ids.map((id) => byId.get(id))
  },
  async isActive(project, run) {
    const at = await projects.inProject(project)
    const text = 'SELECT FROM run WHERE run_pos = $2::bigint AND project_id = $1::int AND active'
    return (await at.query({ name: 'run.active', text, values: [at.projectId, run.position.toString()] })).length > 0
  },
  async search(project, experimentIds, search) {
    const at = await projects.inProject(project)
    const page = await searchRuns(
      at,
      keys,
      (await experimentKeys(at, experimentIds)).filter((key) => key !== undefined),
      search,
      limits,
    )
    return { ...page, items: await fetchRuns(at, keys, page.items) }
  },
})

const changing = ({ projects, keys }: Core): Pick<RunStore, 'update' | 'log' | 'deleteTag'> => ({
  async update(project, run, { status, endTime, name }) {
    const change = {
      ...(status === undefined ? {} : { status: runStatuses.indexOf(status) + 1 }),
      ...(endTime === undefined ? {} : { endTime }),
      ...(name === undefined ? {} : { name, tags: [{ key: runNameTag, value: name }] }),
    }
    return (await changeRun(await projects.inProject(project), keys, run, change)) === 'done'
  },
  async log(project, run, { metrics, params, tags }) {
    const at = await projects.inProject(project)
    const points = metrics.length > 0 ? [await pointsOf(at, keys, run, metrics)] : []
    if (params.length + tags.length === 0) return { kind: (await logPoints(at, points)).size > 0 ? 'done' : 'gone' }
    const change = { params, tags }
    const outcome = points.length === 0 ? await changeRun(at, keys, run, change) : await changeRunWithPoints(at, keys, run, change, logPointsCall(at.projectId, points).values)
    if (outcome === 'conflict') return { kind: 'conflict', conflicts: await conflictsOf(at, run, params) }
    return { kind: outcome === 'done' ? 'done' : 'gone' }
  },
  async deleteTag(project, run, key) {
    const outcome = await changeRun(await projects.inProject(project), keys, run, { removed: [key] })
    return outcome === 'done' || outcome === 'absent' ? outcome : 'gone'
  },
})

const trashing = ({ projects }: Core): Pick<RunStore, 'delete' | 'restore'> => ({
  async delete(project, runs, by, now) {
    const positions = runs.map((run) => run.position)
    await (await projects.inProject(project)).transaction((at) => deleteRuns(at, positions, { by, now, withExperiment: null }))
  },
  async restore(project, runs) {
    const positions = runs.map((run) => run.position)
    await (await projects.inProject(project)).transaction((at) => restoreRuns(at, positions))
  },
})

const createText = `WITH r AS (INSERT INTO run (run_pos, project_id, experiment_id, run_id, status, user_id, owner_id, name, start_time, artifact_uri, tags)
  SELECT $2::bigint, $1::int, e.experiment_id, $4::uuid, 1, $5::text, $6::text, $7::text, $8::bigint, $9::text, $10::jsonb
  FROM experiment e WHERE e.experiment_id = $3::int AND e.project_id = $1 AND e.active FOR SHARE OF e
  RETURNING run_pos)
, t AS (INSERT INTO tag_index (run_pos, project_id, key_id, value)
  SELECT r.run_pos, $1, k.key_id, left(k.value, 200) FROM r, unnest($11::int[], $12::text[]) k(key_id, value) ON CONFLICT (project_id, key_id, value, run_pos) DO NOTHING)
SELECT run_pos FROM r`

const creation = ({ projects, keys, facts }: Core): RunStore['create'] => {
  const experimentKeyOf = createExperimentKeyCache()
  return async (project, run) => {
    const at = await projects.inProject(project)
    const experimentKey = await experimentKeyOf(at, run.experimentId)
    if (experimentKey === undefined) return undefined
    const ids = await keys.resolve(
      at,
      experimentKey,
      run.tags.map(({ key }) => ({ kind: 'tag' as const, name: key })),
    )
    const tagIds = run.tags.map(({ key }) => ids.get(keyOf({ kind: 'tag', name: key })) ?? 0)
    for (let attempt = 1; ; attempt++) {
      const id = newHexId()
      const position = runPosition(run.startTime, id)
      const artifactUri = runArtifactUri(project, run.experimentId, id)
      try {
        if (!(await insertRun(at, { ...run, id, position, experimentKey, artifactUri, tagIds }))) return undefined
      } catch (error) {
        if (attempt < MAX_ATTEMPTS && isTakenPosition(error)) continue
        throw error
      }
      facts.remember(project, { id, ownerId: run.ownerId, position, experimentKey })
      return asCreated(run, id, artifactUri)
    }
  }
}

const MAX_EXPERIMENTS = 10_000

/** An experiment never gets another key, so one look is enough; whether it is active, the insert asks each time. */
function createExperimentKeyCache(): (at: Statements, experimentId: string) => Promise<number | undefined> {
  const known = new Map<string, number>()
  return async (at, experimentId) => {
    const id = `${at.projectId}/${experimentId}`
    const before = known.get(id)
    if (before !== undefined) return before
    const [key] = await experimentKeys(at, [experimentId])
    if (known.size >= MAX_EXPERIMENTS) known.clear()
    if (key !== undefined) known.set(id, key)
    return key
  }
}

/** What reading the new row would give. */
const asCreated = ({ experimentId, userName, ownerId, name, startTime, tags }: NewRun, id: string, artifactUri: string): Run => ({
  id,
  experimentId,
  active: true,
  status: 'RUNNING',
  userName,
  ownerId,
  name,
  startTime,
  endTime: null,
  artifactUri,
  params: [],
  metrics: [],
  tags: pairsOf(documentOf(tags)),
  datasets: [],
  inputModels: [],
  outputModels: [],
})

interface RunToInsert extends NewRun {
  readonly id: string
  readonly position: bigint
  readonly experimentKey: number
  readonly artifactUri: string
  readonly tagIds: readonly number[]
}

/** False when the experiment is not active. */
async function insertRun(at: Statements, run: RunToInsert): Promise<boolean> {
  const values = [
    at.projectId,
    run.position.toString(),
    run.experimentKey,
    hexToUuid(run.id),
    run.userName,
    run.ownerId,
    run.name,
    run.startTime,
    run.artifactUri,
    documentOf(run.tags),
    run.tagIds,
    run.tags.map(({ value }) => value),
  ]
  return (await at.query({ name: 'run.create', text: createText, values })).length > 0
}

const isTakenPosition = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '23505' && 'constraint' in error && error.constraint === 'run_pkey'
