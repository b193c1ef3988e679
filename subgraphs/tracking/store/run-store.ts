/** Runs in PostgreSQL (store/migrations/0000). */
import type { ProjectRef } from '#shared/actor.ts'
import { hexToUuid, isHexId, newHexId, uuidToHex } from '#shared/ids.ts'
import { runArtifactUri } from '#tracking/domain/artifact-uri.ts'
import type { Tag } from '#tracking/domain/experiment.ts'
import { runNameTag, runStatuses, type Param, type RunFacts } from '#tracking/domain/run.ts'
import type { ParamConflict, RunStore, WriteOutcome } from '#tracking/domain/store.ts'
import { keyOf, type KeyDictionary } from '#tracking/store/key-dictionary.ts'
import { logPoints, logPointsCall, logPointsText, pointsOf } from '#tracking/store/metric-store.ts'
import type { Projects, Statements } from '#tracking/store/project-statements.ts'
import { experimentKeys } from '#tracking/store/experiment-store.ts'
import { fetchRuns, pairsOf } from '#tracking/store/run-rows.ts'
import { searchLimits, searchRuns, type SearchLimits } from '#tracking/store/run-search.ts'
import { deleteRuns, restoreRuns } from '#tracking/store/run-trash.ts'

const MAX_FACTS = 100_000
const MAX_START = 2 ** 43 - 1

/** "start_time DESC, run_id" as one integer: see the table. */
export function runPosition(startTime: number, runId: string): bigint {
  const clamped = BigInt(Math.min(Math.max(0, Math.trunc(startTime)), MAX_START))
  return (clamped << 20n) | (0xfffffn - BigInt(`0x${runId.slice(0, 5)}`))
}

const createText = `WITH r AS (INSERT INTO run (run_pos, project_id, experiment_id, run_id, status, user_id, owner_id, name, start_time, artifact_uri, tags)
  SELECT $1::bigint, $2::int, e.experiment_id, $4::uuid, 1, $5::text, $6::text, $7::text, $8::bigint, $9::text, $10::jsonb
  FROM experiment e WHERE e.experiment_id = $3::int AND e.project_id = $2 AND e.active FOR SHARE OF e
  RETURNING run_pos)
, t AS (INSERT INTO tag_index (run_pos, project_id, key_id, value)
  SELECT r.run_pos, $2, k.key_id, left(k.value, 200) FROM r, unnest($11::int[], $12::text[]) k(key_id, value) ON CONFLICT (project_id, key_id, value, run_pos) DO NOTHING)
SELECT run_pos FROM r`

/** The parameters of change_run, counted from 2; $1 is the project. */
const changeTypes = ['bigint', 'smallint', 'bigint', 'text', 'jsonb', 'int[]', 'text[]', 'jsonb', 'int[]', 'text[]', 'text[]', 'text[]']
const changeText = `change_run($1::int, ${changeTypes.map((type, i) => `$${i + 2}::${type}`).join(', ')})`

interface Change {
  readonly status?: number
  readonly endTime?: number
  readonly name?: string
  readonly params?: readonly Param[]
  readonly tags?: readonly Tag[]
  readonly removed?: readonly string[]
}

export function createRunStore(projects: Projects, keys: KeyDictionary, limits: SearchLimits = searchLimits): RunStore {
  const known = new Map<string, { readonly project: string; readonly facts: RunFacts }>()
  const remember = (project: ProjectRef, facts: RunFacts): RunFacts => {
    if (known.size >= MAX_FACTS) known.clear()
    known.set(facts.id, { project: project.id, facts })
    return facts
  }

  async function facts(project: ProjectRef, ids: readonly string[]): Promise<(RunFacts | undefined)[]> {
    const unknown = ids.filter((id) => isHexId(id) && known.get(id)?.project !== project.id)
    if (unknown.length > 0) {
      const at = await projects.inProject(project)
      const rows = await at.query<{ run_pos: string; run_id: string; experiment_id: number; owner_id: string | null }>({
        name: 'run.facts',
        text: 'SELECT run_pos, run_id, experiment_id, owner_id FROM run WHERE run_id = ANY ($2::uuid[]) AND project_id = $1::int',
        values: [at.projectId, unknown.map(hexToUuid)],
      })
      for (const row of rows) remember(project, { id: uuidToHex(row.run_id), ownerId: row.owner_id, position: BigInt(row.run_pos), experimentKey: row.experiment_id })
    }
    return ids.map((id) => {
      const found = known.get(id)
      return found?.project === project.id ? found.facts : undefined
    })
  }

  const get: RunStore['get'] = async (project, ids) => {
    const found = await facts(project, ids)
    const at = await projects.inProject(project)
    const runs = await fetchRuns(at, keys, found.flatMap((f) => f?.position ?? []))
    const byId = new Map(runs.map((run) => [run.id, run]))
    return ids.map((id) => byId.get(id))
  }

  /** The parameters of change_run for one run. */
  async function changeOf(at: Statements, run: RunFacts, { status, endTime, name, params = [], tags = [], removed = [] }: Change): Promise<unknown[]> {
    // Of two values for one tag the later wins, as if they had come one after the other.
    const last = [...new Map(tags.map((tag) => [tag.key, tag])).values()]
    const ids = await keys.resolve(at, run.experimentKey, [...params.map(({ key }) => ({ kind: 'param' as const, name: key })), ...[...last.map(({ key }) => key), ...removed].map((key) => ({ kind: 'tag' as const, name: key }))])
    const idOf = (kind: 'param' | 'tag', key: string) => ids.get(keyOf({ kind, name: key })) ?? 0
    const newName = name ?? last.find(({ key }) => key === runNameTag)?.value
    return [
      at.projectId,
      run.position.toString(),
      status ?? null,
      endTime ?? null,
      newName ?? null,
      JSON.stringify(Object.fromEntries(params.map(({ key, value }) => [key, value]))),
      params.map(({ key }) => idOf('param', key)),
      params.map(({ value }) => value),
      JSON.stringify(Object.fromEntries(last.map(({ key, value }) => [key, value]))),
      [...last.map(({ key }) => key), ...removed].map((key) => idOf('tag', key)),
      [...last.map(({ key }) => key), ...removed],
      [...last.map(({ value }) => value), ...removed.map(() => null)],
      removed,
    ]
  }
  const change = async (at: Statements, run: RunFacts, wanted: Change): Promise<string> => {
    const [row] = await at.query<{ outcome: string }>({ name: 'run.change', text: `SELECT ${changeText} AS outcome`, values: await changeOf(at, run, wanted) })
    return row?.outcome ?? 'gone'
  }

  async function conflictsOf(at: Statements, run: RunFacts, params: readonly Param[]): Promise<ParamConflict[]> {
    const [row] = await at.query<{ params: string }>({ name: 'run.params', text: 'SELECT params::text FROM run WHERE run_pos = $2::bigint AND project_id = $1::int', values: [at.projectId, run.position.toString()] })
    const before = new Map(pairsOf(row?.params ?? '{}').map(({ key, value }) => [key, value]))
    return params.flatMap(({ key, value }) => {
      const old = before.get(key)
      return old === undefined || old === value ? [] : [{ key, before: old, after: value }]
    })
  }

  return {
    facts,
    get,
    async create(project, run) {
      const at = await projects.inProject(project)
      const [experiment] = await experimentKeys(at, [run.experimentId])
      if (experiment === undefined) return undefined
      const ids = await keys.resolve(at, experiment, run.tags.map(({ key }) => ({ kind: 'tag' as const, name: key })))
      for (let attempt = 0; ; attempt++) {
        const id = newHexId()
        const position = runPosition(run.startTime, id)
        const values = [
          position.toString(), at.projectId, experiment, hexToUuid(id), run.userName, run.ownerId, run.name, run.startTime,
          runArtifactUri(project, run.experimentId, id), JSON.stringify(Object.fromEntries(run.tags.map(({ key, value }) => [key, value]))),
          run.tags.map(({ key }) => ids.get(keyOf({ kind: 'tag', name: key })) ?? 0), run.tags.map(({ value }) => value),
        ]
        try {
          const made = await at.query({ name: 'run.create', text: createText, values })
          if (made.length === 0) return undefined
          remember(project, { id, ownerId: run.ownerId, position, experimentKey: experiment })
          return (await fetchRuns(at, keys, [position]))[0]
        } catch (error) {
          if (attempt >= 20 || !isTakenPosition(error)) throw error
        }
      }
    },
    async isActive(project, run) {
      const at = await projects.inProject(project)
      return (await at.query({ name: 'run.active', text: 'SELECT FROM run WHERE run_pos = $2::bigint AND project_id = $1::int AND active', values: [at.projectId, run.position.toString()] })).length > 0
    },
    async search(project, experimentIds, search) {
      const at = await projects.inProject(project)
      const page = await searchRuns(at, keys, (await experimentKeys(at, experimentIds)).filter((key) => key !== undefined), search, limits)
      return { ...page, items: await fetchRuns(at, keys, page.items) }
    },
    async update(project, run, { status, endTime, name }) {
      const at = await projects.inProject(project)
      const wanted = {
        ...(status === undefined ? {} : { status: runStatuses.indexOf(status) + 1 }),
        ...(endTime === undefined ? {} : { endTime }),
        ...(name === undefined ? {} : { name, tags: [{ key: runNameTag, value: name }] }),
      }
      return (await change(at, run, wanted)) === 'done'
    },
    async delete(project, runs, by, now) {
      await (await projects.inProject(project)).transaction((at) => deleteRuns(at, runs.map((run) => run.position), { by, now, withExperiment: null }))
    },
    async restore(project, runs) {
      await (await projects.inProject(project)).transaction((at) => restoreRuns(at, runs.map((run) => run.position)))
    },
    async log(project, run, { metrics, params, tags }): Promise<WriteOutcome> {
      const at = await projects.inProject(project)
      const points = metrics.length > 0 ? [await pointsOf(at, keys, run, metrics)] : []
      if (params.length + tags.length === 0) return { kind: (await logPoints(at, points)).size > 0 ? 'done' : 'gone' }
      const document = await changeOf(at, run, { params, tags })
      const outcome = points.length === 0 ? await changeAlone(at, document) : await changeWithPoints(at, document, logPointsCall(at.projectId, points).values)
      if (outcome === 'done') return { kind: 'done' }
      if (outcome === 'gone') return { kind: 'gone' }
      return { kind: 'conflict', conflicts: await conflictsOf(at, run, params) }
    },
    async deleteTag(project, run, key) {
      const outcome = await change(await projects.inProject(project), run, { removed: [key] })
      return outcome === 'done' || outcome === 'absent' ? outcome : 'gone'
    },
  }
}

const changeAlone = async (at: Statements, document: readonly unknown[]): Promise<string> => (await at.query<{ outcome: string }>({ name: 'run.change', text: `SELECT ${changeText} AS outcome`, values: document }))[0]?.outcome ?? 'gone'

/** One statement, so all or nothing: the points are stored only where the params and tags were. */
async function changeWithPoints(at: Statements, document: readonly unknown[], points: readonly unknown[]): Promise<string> {
  const [row] = await at.query<{ outcome: string }>({
    name: 'run.batch',
    text: `SELECT d.outcome, CASE WHEN d.outcome = 'done' THEN (SELECT count(*) FROM ${logPointsText(document.length + 1)}) END AS runs
      FROM (SELECT ${changeText} AS outcome OFFSET 0) d`,
    values: [...document, ...points],
  })
  return row?.outcome ?? 'gone'
}

const isTakenPosition = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '23505' && 'constraint' in error && error.constraint === 'run_pkey'
