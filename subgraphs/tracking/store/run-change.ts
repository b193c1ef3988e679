/** Calls of change_run, the one statement that changes a run's own row and what finds it (store/migrations/0000). */
import type { Tag } from '#tracking/domain/experiment.ts'
import { runNameTag, type Param, type RunFacts } from '#tracking/domain/run.ts'
import type { ParamConflict } from '#tracking/domain/store.ts'
import { keyOf, type KeyDictionary } from '#tracking/store/key-dictionary.ts'
import { logPointsText } from '#tracking/store/metric-store.ts'
import type { Statements } from '#tracking/store/project-statements.ts'
import { pairsOf } from '#tracking/store/run-rows.ts'

export interface Change {
  readonly status?: number
  readonly endTime?: number
  readonly name?: string
  readonly params?: readonly Param[]
  readonly tags?: readonly Tag[]
  readonly removed?: readonly string[]
}

export type ChangeOutcome = 'done' | 'gone' | 'conflict' | 'absent'

/** The parameters of change_run, counted from 2; $1 is the project. */
const types = ['bigint', 'smallint', 'bigint', 'text', 'jsonb', 'int[]', 'text[]', 'jsonb', 'int[]', 'text[]', 'text[]', 'text[]']
const call = `change_run($1::int, ${types.map((type, i) => `$${i + 2}::${type}`).join(', ')})`

export async function changeRun(at: Statements, keys: KeyDictionary, run: RunFacts, change: Change): Promise<ChangeOutcome> {
  const values = await valuesOf(at, keys, run, change)
  const [row] = await at.query<{ outcome: ChangeOutcome }>({ name: 'run.change', text: `SELECT ${call} AS outcome`, values })
  return row?.outcome ?? 'gone'
}

/** The change and points of metrics in one statement, so all or nothing: points are stored only where the change was done. */
export async function changeRunWithPoints(at: Statements, keys: KeyDictionary, run: RunFacts, change: Change, points: readonly unknown[]): Promise<ChangeOutcome> {
  const values = await valuesOf(at, keys, run, change)
  const [row] = await at.query<{ outcome: ChangeOutcome }>({
    name: 'run.batch',
    text: `SELECT d.outcome, CASE WHEN d.outcome = 'done' THEN (SELECT count(*) FROM ${logPointsText(values.length + 1)}) END AS runs
      FROM (SELECT ${call} AS outcome OFFSET 0) d`,
    values: [...values, ...points],
  })
  return row?.outcome ?? 'gone'
}

async function valuesOf(at: Statements, keys: KeyDictionary, run: RunFacts, { status, endTime, name, params = [], tags = [], removed = [] }: Change): Promise<unknown[]> {
  // Of two values for one tag the later wins, as if they had come one after the other.
  const last = [...new Map(tags.map((tag) => [tag.key, tag])).values()]
  const ids = await keys.resolve(at, run.experimentKey, [...params.map(({ key }) => ({ kind: 'param' as const, name: key })), ...last.map(({ key }) => ({ kind: 'tag' as const, name: key }))])
  const idOf = (kind: 'param' | 'tag', key: string): number => ids.get(keyOf({ kind, name: key })) ?? 0
  // A name that was never used has no key, and removing it makes none.
  const removedIds = (await Promise.all(removed.map((key) => keys.lookup(at, [run.experimentKey], { kind: 'tag', name: key })))).map(([id]) => id ?? 0)
  return [
    at.projectId,
    run.position.toString(),
    status ?? null,
    endTime ?? null,
    name ?? last.find(({ key }) => key === runNameTag)?.value ?? null,
    documentOf(params),
    params.map(({ key }) => idOf('param', key)),
    params.map(({ value }) => value),
    documentOf(last),
    [...last.map(({ key }) => idOf('tag', key)), ...removedIds],
    [...last.map(({ key }) => key), ...removed],
    [...last.map(({ value }) => value), ...removed.map(() => null)],
    removed,
  ]
}

export const documentOf = (pairs: readonly Tag[]): string => JSON.stringify(Object.fromEntries(pairs.map(({ key, value }) => [key, value])))

/** Which params would have changed. */
export async function conflictsOf(at: Statements, run: RunFacts, params: readonly Param[]): Promise<ParamConflict[]> {
  const [row] = await at.query<{ params: string }>({
    name: 'run.params',
    text: 'SELECT params::text FROM run WHERE run_pos = $2::bigint AND project_id = $1::int',
    values: [at.projectId, run.position.toString()],
  })
  const before = new Map(pairsOf(row?.params ?? '{}').map(({ key, value }) => [key, value]))
  return params.flatMap(({ key, value }) => {
    const old = before.get(key)
    return old === undefined || old === value ? [] : [{ key, before: old, after: value }]
  })
}
