/** Finds runs: the positions of one page, in order. */
import { type Page } from '#shared/paging.ts'
import type { Filter, OrderTerm } from '#tracking/domain/search-filter.ts'
import type { LifecycleView } from '#tracking/domain/experiment.ts'
import type { Search } from '#tracking/domain/store.ts'
import type { KeyDictionary, KeyName } from '#tracking/store/key-dictionary.ts'
import { behindSql, orderBySql, startOf, tokenOf, type Start } from '#tracking/store/keyset.ts'
import type { Statements } from '#tracking/store/project-statements.ts'
import { filterSql, orderColumn, Parameters, type Ground, type OrderColumn } from '#tracking/store/search-sql.ts'

type Found = Record<string, unknown> & { pos: string }

/** Run positions as decimal text. */
export async function searchRuns(at: Statements, keys: KeyDictionary, experimentKeys: readonly number[], search: Search): Promise<Page<string>> {
  const orderBy = simplified(search.orderBy)
  const plan = await planOf(at, keys, experimentKeys, { ...search, orderBy })
  const rows = await at.query<Found>({ text: plan.text, values: plan.values })
  const page = rows.slice(0, search.limit)
  const last = page.at(-1)
  return { items: page.map((row) => row.pos), ...(rows.length > search.limit && last ? { nextToken: tokenOf(last, plan.columns) } : {}) }
}

/** run_pos descending IS "start_time DESC, run_id": the commonest order of all is the list itself. */
function simplified(orderBy: readonly OrderTerm[]): readonly OrderTerm[] {
  const [first] = orderBy
  return orderBy.length === 1 && first?.field.kind === 'attribute' && first.field.name === 'start_time' && !first.ascending ? [] : orderBy
}

interface Plan {
  readonly text: string
  readonly values: readonly unknown[]
  readonly columns: readonly OrderColumn[]
}

async function planOf(at: Statements, keys: KeyDictionary, experimentKeys: readonly number[], search: Search): Promise<Plan> {
  const parameters = new Parameters(at.projectId)
  const names = keyNames(search.filter, search.orderBy)
  const columnsOf = await Promise.all(names.map((name) => keys.lookup(at, experimentKeys, name)))
  const experiments = [parameters.add(experimentKeys, 'int[]'), ...columnsOf.map((ids) => parameters.add(ids, 'int[]'))]
  const aliases = ['x', ...names.map((_, i) => `k${i}`)]
  const ground: Ground = {
    parameters,
    keyColumn: (kind, name) => `e.k${names.findIndex((n) => n.kind === kind && n.name === name)}`,
    isIndexed: search.view === 'ACTIVE',
    from: 'r',
  }
  const columns = search.orderBy.map((term) => orderColumn(term, ground))
  const start = startOf(search.token, columns)
  const limit = parameters.add(search.limit + 1, 'bigint')
  const inner = stages[search.view].map((stage) => arm(stage, columns, search.filter, ground)).join(' UNION ALL ')
  const skip = start.kind === 'offset' ? parameters.add(start.offset, 'bigint') : undefined
  const reach = skip ? `${limit} + ${skip}` : limit
  const text = `SELECT q.* FROM unnest(${experiments.join(', ')}) e(${aliases.join(', ')})
CROSS JOIN LATERAL (SELECT q.* FROM (${inner}) q WHERE ${behind(start, columns, parameters)} ORDER BY ${orderBySql('q', columns)} LIMIT ${reach}) q
ORDER BY ${orderBySql('q', columns)} LIMIT ${limit}${skip ? ` OFFSET ${skip}` : ''}`
  return { text, values: parameters.values, columns }
}

/** One arm for each partial index that the view needs. */
const stages: Readonly<Record<LifecycleView, readonly string[]>> = { ACTIVE: ['r.active'], DELETED: ['NOT r.active'], ALL: ['r.active', 'NOT r.active'] }

const arm = (stage: string, columns: readonly OrderColumn[], filter: Filter | undefined, ground: Ground): string =>
  `SELECT ${['r.run_pos AS pos', ...columns.map((c, i) => `${c.sql} AS v${i + 1}`)].join(', ')} FROM run r
   WHERE r.project_id = $1 AND r.experiment_id = e.x AND ${stage}${filter ? ` AND ${filterSql(filter, ground)}` : ''}`

const behind = (start: Start, columns: readonly OrderColumn[], parameters: Parameters): string => (start.kind === 'after' ? behindSql('q', columns, start.cursor, parameters) : 'true')

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
