/**
 * The AST of a search as SQL, for one experiment at a time. Probes are correlated scalar sub-selects, never EXISTS, IN or
 * JOIN: the planner pulls those up, and a generic plan then joins in the wrong order (2 ms became 5 s).
 */
import { runStatuses } from '#tracking/domain/run.ts'
import type { Comparator, Condition, Field, Filter, OrderTerm } from '#tracking/domain/search-filter.ts'

/** Collects parameters; `$1` is always the project. */
export class Parameters {
  readonly values: unknown[]
  constructor(projectId: number) {
    this.values = [projectId]
  }
  add(value: unknown, type: string): string {
    this.values.push(typeof value === 'bigint' ? value.toString() : value)
    return `$${this.values.length}::${type}`
  }
}

/** What a rendering stands on. */
export interface Ground {
  readonly parameters: Parameters
  /** The column of the unnested experiments that holds the id of this key, e.g. `e.k1`. */
  readonly keyColumn: (kind: 'metric' | 'param' | 'tag', name: string) => string
  /** The same ids of all experiments at once, as a parameter: what a set needs, which must not depend on the row. */
  readonly keyList: (kind: 'metric' | 'param' | 'tag', name: string) => string
  /** Runs in the trash have no rows in param_index and tag_index. */
  readonly isIndexed: boolean
  /** `r`: the run row itself is at hand. `s`: only a run_pos; the row is a probe away. */
  readonly from: 'r' | 's'
  /** The metric that is walked: `s` is its row of `series`. */
  readonly walked?: string
  /** Ask a hashed set instead of probing row by row: for walks over most of an experiment. */
  readonly useSets?: boolean
}

/** Rows `run_pos` of the runs that satisfy one condition, from an index; undefined where none can tell. */
export function sourceSql({ field, comparator, value }: Condition, ground: Ground): string | undefined {
  if (field.kind === 'metric' && comparator !== '!=') {
    return `SELECT y.run_pos FROM series y WHERE y.project_id = $1 AND y.key_id = ${ground.keyColumn('metric', field.name)} AND y.active AND y.last_value ${sqlComparators[comparator]} ${ground.parameters.add(value, 'float8')} AND y.last_value < 'NaN'`
  }
  if ((field.kind !== 'parameter' && field.kind !== 'tag') || comparator !== '=' || typeof value !== 'string' || value.length >= MAX_INDEXED) return undefined
  const kind = field.kind === 'parameter' ? 'param' : 'tag'
  return `SELECT p.run_pos FROM ${kind}_index p WHERE p.project_id = $1 AND p.key_id = ${ground.keyColumn(kind, field.name)} AND p.value = ${ground.parameters.add(value, 'text')}`
}

const sqlComparators: Readonly<Record<Comparator, string>> = {
  '=': '=',
  '!=': '<>',
  '>': '>',
  '>=': '>=',
  '<': '<',
  '<=': '<=',
  LIKE: 'LIKE',
  ILIKE: 'ILIKE',
  IN: 'IN',
  'NOT IN': 'NOT IN',
  'IS NULL': 'IS NULL',
  'IS NOT NULL': 'IS NOT NULL',
}
/** What the indexes hold of a value. A shorter value is held whole, so equality needs no second look. */
const MAX_INDEXED = 200

export function filterSql(filter: Filter, ground: Ground): string {
  switch (filter.type) {
    case 'and':
      return filter.all.length === 0 ? 'true' : `(${filter.all.map((f) => filterSql(f, ground)).join(' AND ')})`
    case 'or':
      return filter.any.length === 0 ? 'false' : `(${filter.any.map((f) => filterSql(f, ground)).join(' OR ')})`
    case 'not':
      // What a run does not have satisfies no comparison, so "unknown" is "no" before it is negated.
      return `(NOT coalesce(${filterSql(filter.of, ground)}, false))`
    case 'compare':
      return conditionSql(filter, ground)
  }
}

/** An expression over the run row `r`, wherever we stand. */
const onRun = (ground: Ground, expression: string): string => (ground.from === 'r' ? expression : `(SELECT ${expression} FROM run r WHERE r.run_pos = s.run_pos AND r.project_id = $1)`)

function conditionSql(condition: Condition, ground: Ground): string {
  const { field } = condition
  switch (field.kind) {
    case 'metric':
      return metricSql(condition, ground)
    case 'parameter':
    case 'tag':
      return documentSql(condition, ground)
    case 'attribute':
      return onRun(ground, attributeSql(condition, ground.parameters))
    case 'dataset':
      return datasetSql(condition, ground)
  }
}

/** NaN is unequal to everything and beyond no comparison; PostgreSQL would sort it above infinity. */
function metricSql({ field, comparator, value }: Condition, ground: Ground): string {
  const v = ground.parameters.add(value, 'float8')
  const guard = comparator === '!=' ? '' : ` AND y.last_value < 'NaN'`
  if (ground.walked === field.name) return `(s.last_value ${sqlComparators[comparator]} ${v}${guard.replace('y.', 's.')})`
  if (ground.useSets && ground.isIndexed) {
    const keys = ground.keyList('metric', field.name)
    return `(${ground.from}.run_pos IN (SELECT y.run_pos FROM series y WHERE y.project_id = $1 AND y.key_id = ANY (${keys}) AND y.active AND y.last_value ${sqlComparators[comparator]} ${v}${guard})) IS TRUE`
  }
  return `(SELECT y.last_value ${sqlComparators[comparator]} ${v}${guard} FROM series y WHERE y.run_pos = ${ground.from}.run_pos AND y.key_id = ${ground.keyColumn('metric', field.name)})`
}

function documentSql({ field, comparator, value }: Condition, ground: Ground): string {
  const kind = field.kind === 'parameter' ? 'param' : 'tag'
  const document = `r.${kind}s`
  if (comparator === '=' && ground.isIndexed && typeof value === 'string' && value.length < MAX_INDEXED) {
    const v = ground.parameters.add(value, 'text')
    if (ground.useSets)
      return `(${ground.from}.run_pos IN (SELECT p.run_pos FROM ${kind}_index p WHERE p.project_id = $1 AND p.key_id = ANY (${ground.keyList(kind, field.name)}) AND p.value = ${v})) IS TRUE`
    return `(SELECT true FROM ${kind}_index p WHERE p.project_id = $1 AND p.key_id = ${ground.keyColumn(kind, field.name)} AND p.value = ${v} AND p.run_pos = ${ground.from}.run_pos)`
  }
  const name = ground.parameters.add(field.name, 'text')
  if (comparator === 'IS NULL') return onRun(ground, `NOT ${document} ? ${name}`)
  if (comparator === 'IS NOT NULL') return onRun(ground, `${document} ? ${name}`)
  return onRun(ground, textSql(`(${document} ->> ${name})`, comparator, value, ground.parameters))
}

/** A comparison of text. MLflow’s LIKE knows no escape character. */
export function textSql(column: string, comparator: Comparator, value: Condition['value'], parameters: Parameters): string {
  if (Array.isArray(value)) {
    const list = parameters.add(value, 'text[]')
    return comparator === 'IN' ? `${column} = ANY (${list})` : `${column} <> ALL (${list})`
  }
  const v = parameters.add(value, 'text')
  const noEscape = comparator === 'LIKE' || comparator === 'ILIKE' ? ` ESCAPE ''` : ''
  return `${column} COLLATE "C" ${sqlComparators[comparator]} ${v}${noEscape}`.replace(' COLLATE "C" ILIKE', ' ILIKE')
}

const statusName = `(ARRAY[${runStatuses.map((s) => `'${s}'`).join(', ')}])[r.status]`
/** Attributes of a run as columns of the types that searches compare. */
const attributeColumns: Readonly<Record<string, { readonly sql: string; readonly isNumber: boolean }>> = {
  run_id: { sql: `replace(r.run_id::text, '-', '')`, isNumber: false },
  run_name: { sql: 'r.name', isNumber: false },
  status: { sql: statusName, isNumber: false },
  user_id: { sql: 'r.user_id', isNumber: false },
  artifact_uri: { sql: 'r.artifact_uri', isNumber: false },
  start_time: { sql: 'r.start_time', isNumber: true },
  end_time: { sql: 'r.end_time', isNumber: true },
}

function attributeSql({ field, comparator, value }: Condition, parameters: Parameters): string {
  const column = attributeColumns[field.name]
  if (!column) throw new Error(`no column for the attribute ${field.name}`)
  if (!column.isNumber) return textSql(column.sql, comparator, value, parameters)
  return `${column.sql} ${sqlComparators[comparator]} ${parameters.add(typeof value === 'bigint' ? value.toString() : value, 'numeric')}`
}

function datasetSql({ field, comparator, value }: Condition, ground: Ground): string {
  const column = field.name === 'context' ? 'rd.context' : `d.${field.name}`
  return `(SELECT true FROM run_dataset rd JOIN dataset d ON d.dataset_id = rd.dataset_id
    WHERE rd.run_pos = ${ground.from}.run_pos AND rd.project_id = $1 AND ${textSql(column, comparator, value, ground.parameters)} LIMIT 1)`
}

/** One key of an order: its value, and the type that the keyset compares with. */
export interface OrderColumn {
  readonly sql: string
  readonly type: 'float8' | 'text' | 'bigint'
  readonly ascending: boolean
}

export const orderColumn = ({ field, ascending }: OrderTerm, ground: Ground): OrderColumn => ({ ...orderValue(field, ground), ascending })

function orderValue(field: Field, ground: Ground): Omit<OrderColumn, 'ascending'> {
  if (field.kind === 'metric' && ground.walked === field.name) return { sql: 's.last_value', type: 'float8' }
  if (field.kind === 'metric') return { sql: `(SELECT y.last_value FROM series y WHERE y.run_pos = ${ground.from}.run_pos AND y.key_id = ${ground.keyColumn('metric', field.name)})`, type: 'float8' }
  if (field.kind === 'attribute') {
    const column = attributeColumns[field.name]
    if (!column) throw new Error(`no column for the attribute ${field.name}`)
    return column.isNumber ? { sql: onRun(ground, column.sql), type: 'bigint' } : { sql: onRun(ground, `left(${column.sql}, ${MAX_INDEXED})`), type: 'text' }
  }
  const document = field.kind === 'parameter' ? 'r.params' : 'r.tags'
  return { sql: onRun(ground, `left(${document} ->> ${ground.parameters.add(field.name, 'text')}, ${MAX_INDEXED})`), type: 'text' }
}
