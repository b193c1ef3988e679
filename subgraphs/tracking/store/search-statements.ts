/** The statements of a run search, for any number of experiments: one walk for each, then a merge. */
import type { LifecycleView } from '#tracking/domain/experiment.ts'
import type { Condition, Filter, OrderTerm } from '#tracking/domain/search-filter.ts'
import type { KeyDictionary, KeyName } from '#tracking/store/key-dictionary.ts'
import { behindSql, orderBySql, type Cursor, type Start } from '#tracking/store/keyset.ts'
import type { Statement, Statements } from '#tracking/store/project-statements.ts'
import { filterSql, orderColumn, Parameters, sourceSql, type Ground, type OrderColumn } from '#tracking/store/search-sql.ts'

/** A search with its names resolved. */
export interface Resolved {
  readonly projectId: number
  readonly experimentKeys: readonly number[]
  readonly names: readonly KeyName[]
  /** Per name the id in each experiment. */
  readonly ids: readonly (readonly (number | null)[])[]
  readonly filter: Filter | undefined
  readonly orderBy: readonly OrderTerm[]
  readonly view: LifecycleView
  readonly limit: number
}

export async function resolved(at: Statements, keys: KeyDictionary, experimentKeys: readonly number[], search: Pick<Resolved, 'filter' | 'orderBy' | 'view' | 'limit'>): Promise<Resolved> {
  const names = keyNames(search.filter, search.orderBy)
  return { ...search, projectId: at.projectId, experimentKeys, names, ids: await Promise.all(names.map((name) => keys.lookup(at, experimentKeys, name))) }
}

/** Every key that the search names, once. */
function keyNames(filter: Filter | undefined, orderBy: readonly OrderTerm[]): KeyName[] {
  const found = new Map<string, KeyName>()
  const note = (kind: string, name: string): void => {
    const key: KeyName | undefined = kind === 'metric' ? { kind, name } : kind === 'parameter' ? { kind: 'param', name } : kind === 'tag' ? { kind, name } : undefined
    if (key) found.set(`${key.kind}/${name}`, key)
  }
  const walk = (f: Filter): void => {
    if (f.type === 'compare') note(f.field.kind, f.field.name)
    else if (f.type === 'not') walk(f.of)
    else for (const inner of f.type === 'and' ? f.all : f.any) walk(inner)
  }
  if (filter) walk(filter)
  for (const { field } of orderBy) note(field.kind, field.name)
  return [...found.values()]
}

/** The conditions that every result satisfies by itself. */
export const conjuncts = (filter: Filter | undefined): readonly Condition[] => (filter?.type === 'compare' ? [filter] : filter?.type === 'and' ? filter.all.filter((f) => f.type === 'compare') : [])

interface Frame {
  readonly parameters: Parameters
  /** `unnest(…) e(x, k0, …)` */
  readonly experiments: string
  readonly ground: (options: Pick<Ground, 'from' | 'walked' | 'useSets'>) => Ground
}

function frameOf(s: Resolved): Frame {
  const parameters = new Parameters(s.projectId)
  const lists = [parameters.add(s.experimentKeys, 'int[]'), ...s.ids.map((ids) => parameters.add(ids, 'int[]'))]
  const place = (kind: string, name: string): number => s.names.findIndex((n) => n.kind === kind && n.name === name)
  return {
    parameters,
    experiments: `unnest(${lists.join(', ')}) e(${['x', ...s.names.map((_, i) => `k${i}`)].join(', ')})`,
    ground: (options) => ({
      parameters,
      keyColumn: (kind, name) => `e.k${place(kind, name)}`,
      keyList: (kind, name) => lists[place(kind, name) + 1] ?? '',
      isIndexed: s.view === 'ACTIVE',
      ...options,
    }),
  }
}

/** For each experiment the inner rows (`pos`, `v1`, …) in order, cut to the limit; then all of them merged. */
const merged = (frame: Frame, inner: string, order: string, limit: string, offset = ''): Statement => ({
  text: `SELECT q.* FROM ${frame.experiments} CROSS JOIN LATERAL (${inner}) q ORDER BY ${order} LIMIT ${limit}${offset}`,
  values: frame.parameters.values,
})

/** One arm for each partial index that the view needs. */
const stages: Readonly<Record<LifecycleView, readonly string[]>> = { ACTIVE: ['r.active'], DELETED: ['NOT r.active'], ALL: ['r.active', 'NOT r.active'] }

/**
 * Any search at all: every run of the experiments, or only those of `drive`, a condition that an index answers with few
 * rows. The fences name primary keys only; everything else stands outside of them.
 */
export function everyRun(s: Resolved, start: Start, options: { readonly drive?: Condition | undefined; readonly useSets?: boolean }): Statement {
  const frame = frameOf(s)
  const ground = frame.ground({ from: 'r', useSets: options.useSets ?? false })
  const columns = s.orderBy.map((term) => orderColumn(term, ground))
  const source = options.drive && sourceSql(options.drive, ground)
  const from = source ? `(${source} OFFSET 0) d CROSS JOIN LATERAL (SELECT * FROM run r WHERE r.run_pos = d.run_pos OFFSET 0) r` : 'run r'
  const filter = s.filter ? ` AND ${filterSql(s.filter, ground)}` : ''
  const arms = stages[s.view].map((stage) => `SELECT ${selected('r.run_pos', columns)} FROM ${from} WHERE r.project_id = $1 AND r.experiment_id = e.x AND ${stage}${filter}`)
  const limit = frame.parameters.add(s.limit + 1, 'bigint')
  const skip = start.kind === 'offset' ? frame.parameters.add(start.offset, 'bigint') : undefined
  const behind = start.kind === 'after' ? behindSql('q', columns, start.cursor, frame.parameters) : 'true'
  const order = orderBySql('q', columns)
  return merged(frame, `SELECT q.* FROM (${arms.join(' UNION ALL ')}) q WHERE ${behind} ORDER BY ${order} LIMIT ${limit}${skip ? ` + ${skip}` : ''}`, order, limit, skip ? ` OFFSET ${skip}` : '')
}

const selected = (pos: string, columns: readonly OrderColumn[]): string => [`${pos} AS pos`, ...columns.map((c, i) => `${c.sql} AS v${i + 1}`)].join(', ')

/** Where a walk goes: the list by start time, or one metric's values (0), its NaN (1), the runs that lack it (2). */
export type Segment = 'list' | 0 | 1 | 2

export interface Walk {
  readonly segment: Segment
  readonly cursor: Cursor | undefined
  readonly limit: number
  /** Examine at most so many rows, and say how many: a last row with `pos` null and the count in `examined`. */
  readonly budget?: number | undefined
  readonly useSets?: boolean | undefined
}

/** Walks an ordered index and probes what it meets. Active runs only. */
export function walk(s: Resolved, { segment, cursor, limit, budget, useSets = false }: Walk): Statement {
  const frame = frameOf(s)
  const { parameters } = frame
  const first = s.orderBy[0]
  const metric = segment === 'list' ? '' : (first?.field.name ?? '')
  const onSeries = segment === 0 || segment === 1
  // A budgeted walk keeps positions only; what a run row says is then a probe away.
  const ground = frame.ground({ from: onSeries || budget !== undefined ? 's' : 'r', useSets, ...(onSeries ? { walked: metric } : {}) })
  const here = ground.from
  const columns = s.orderBy.map((term, i) => (i === 0 && segment === 2 ? { sql: 'NULL::float8', type: 'float8' as const, ascending: term.ascending } : orderColumn(term, ground)))
  const key = segment === 'list' ? '' : frame.ground({ from: 's' }).keyColumn('metric', metric)
  const base = {
    list: `FROM run ${here} WHERE ${here}.project_id = $1 AND ${here}.experiment_id = e.x AND ${here}.active`,
    0: `FROM series s WHERE s.project_id = $1 AND s.key_id = ${key} AND s.active AND s.last_value < 'NaN'`,
    1: `FROM series s WHERE s.project_id = $1 AND s.key_id = ${key} AND s.active AND s.last_value = 'NaN'`,
    2: `FROM run ${here} WHERE ${here}.project_id = $1 AND ${here}.experiment_id = e.x AND ${here}.active AND (SELECT true FROM series y WHERE y.run_pos = ${here}.run_pos AND y.key_id = ${key}) IS NULL`,
  }[segment]
  const behind = cursor ? ` AND ${behindInSegment(segment, here, s.orderBy, columns, cursor, parameters)}` : ''
  const order = orderInSegment(segment, here, s.orderBy, columns)
  const filter = s.filter ? filterSql(s.filter, ground) : 'true'
  const cut = parameters.add(limit, 'bigint')
  if (budget === undefined) return merged(frame, `SELECT ${selected(`${here}.run_pos`, columns)} ${base}${behind} AND ${filter} ORDER BY ${order} LIMIT ${cut}`, orderBySql('q', columns), cut)
  const kept = onSeries ? 's.run_pos, s.last_value' : 's.run_pos'
  return {
    text: `WITH walk AS MATERIALIZED (SELECT ${kept}, ${s.names.length > 0 ? s.names.map((_, i) => `e.k${i}`).join(', ') : 'e.x'} FROM ${frame.experiments} CROSS JOIN LATERAL (
        SELECT ${kept} ${base}${behind} ORDER BY ${order} LIMIT ${parameters.add(budget, 'bigint')}) s)
      (SELECT ${selected('s.run_pos', columns)}, NULL::bigint AS examined FROM walk s CROSS JOIN LATERAL (SELECT ${s.names.length > 0 ? s.names.map((_, i) => `s.k${i}`).join(', ') : '1'}) e WHERE ${filter} LIMIT ${cut})
      UNION ALL (SELECT ${['NULL::bigint', ...columns.map((c) => `NULL::${c.type}`), 'count(*)'].join(', ')} FROM walk)`,
    values: parameters.values,
  }
}

function orderInSegment(segment: Segment, here: string, orderBy: readonly OrderTerm[], columns: readonly OrderColumn[]): string {
  if (segment === 'list') return `${here}.run_pos DESC`
  const rest = columns.slice(1).flatMap((c) => [rank(c), `${c.type === 'text' ? `${c.sql} COLLATE "C"` : c.sql} ${c.ascending ? 'ASC' : 'DESC'}`])
  const value = segment === 0 ? [`s.last_value ${orderBy[0]?.ascending ? 'ASC' : 'DESC'}`] : []
  return [...value, ...rest, `${here}.run_pos DESC`].join(', ')
}
const rank = ({ sql, type }: OrderColumn): string => (type === 'float8' ? `CASE WHEN ${sql} IS NULL THEN 2 WHEN ${sql} = 'NaN' THEN 1 ELSE 0 END` : `CASE WHEN ${sql} IS NULL THEN 2 ELSE 0 END`)

/** What lies behind the cursor, said so that the index can start there. */
function behindInSegment(segment: Segment, here: string, orderBy: readonly OrderTerm[], columns: readonly OrderColumn[], cursor: Cursor, parameters: Parameters): string {
  if (segment === 'list' || columns.length === 1) {
    const pos = parameters.add(cursor.pos, 'bigint')
    const [place] = cursor.places
    if (segment !== 0 || place?.[0] !== 0) return `${here}.run_pos < ${pos}`
    const v = parameters.add(place[1], 'float8')
    if (!orderBy[0]?.ascending) return `(s.last_value, s.run_pos) < (${v}, ${pos})`
    return `s.last_value >= ${v} AND (s.last_value > ${v} OR s.run_pos < ${pos})`
  }
  const rest = `EXISTS (SELECT FROM (SELECT ${selected(`${here}.run_pos`, columns.slice(1))}) c WHERE ${behindSql('c', columns.slice(1), { places: cursor.places.slice(1), pos: cursor.pos }, parameters)})`
  const [place] = cursor.places
  if (segment !== 0 || place?.[0] !== 0) return rest
  const v = parameters.add(place[1], 'float8')
  const sign = orderBy[0]?.ascending ? '>' : '<'
  return `s.last_value ${sign}= ${v} AND (s.last_value ${sign} ${v} OR ${rest})`
}

/** How many runs satisfy each condition that an index knows, counted to `most` + 1, all experiments together. */
export function sizes(s: Resolved, conditions: readonly Condition[], most: number): Statement {
  const frame = frameOf(s)
  const ground = frame.ground({ from: 's' })
  const cap = frame.parameters.add(most + 1, 'bigint')
  const counts = conditions.map((c, i) => `(SELECT count(*) FROM (SELECT FROM ${frame.experiments} CROSS JOIN LATERAL (${sourceSql(c, ground) ?? 'SELECT'}) x LIMIT ${cap}) x)::int AS c${i}`)
  return { text: `SELECT ${counts.join(', ')}`, values: frame.parameters.values }
}
