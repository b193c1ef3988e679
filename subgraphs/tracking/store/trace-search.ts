/**
 * A search of traces as SQL. Probes are correlated scalar sub-selects, never EXISTS or JOIN: the planner pulls those up,
 * and a generic plan then joins in the wrong order (store/search-sql.ts). The default order walks the index trace_list.
 */
import { invalid } from '#shared/errors.ts'
import type { Page } from '#shared/paging.ts'
import type { TraceSearch } from '#tracking/domain/trace-store.ts'
import { isPresence, type NumberTest, type PresenceTest, type SpanField, type TextTest, type TraceCondition, type TraceOrder, type TraceOrderField } from '#tracking/domain/trace-filter.ts'
import { traceKeys } from '#tracking/domain/trace.ts'
import type { ProjectStatements, Statement } from '#tracking/store/project-statements.ts'
import { Parameters } from '#tracking/store/search-sql.ts'
import { behindSql, orderBySql, startOf, tokenOf, type KeysetColumn, type Row } from '#tracking/store/trace-keyset.ts'

const columns = {
  request_id: 't.trace_id',
  status: 't.state',
  client_request_id: 't.client_request_id',
  timestamp_ms: 't.request_time',
  execution_time_ms: 't.execution_ms',
  end_time_ms: '(t.request_time + coalesce(t.execution_ms, 0))',
  experiment_id: 'e.wire_id',
} as const
const numbers = { '=': '=', '!=': '<>', '>': '>', '>=': '>=', '<': '<', '<=': '<=' } as const
const words = { '=': '=', '!=': '<>', LIKE: 'LIKE', ILIKE: 'ILIKE', RLIKE: '~' } as const

/** A search that reads every span, or whose pattern runs wild, ends here. */
const PATIENCE_MS = 10_000

/** The ids of one page and the token of the next: there is one whenever a page is full, as in MLflow. */
export async function searchTraces(at: ProjectStatements, search: TraceSearch): Promise<Page<string>> {
  const order = orderOf(search.orderBy)
  const statement = searchStatement(at.projectId, search, order)
  const rows = await patiently(at, search.filter, statement)
  const last = rows.at(-1)
  const isFull = rows.length === search.limit && last !== undefined
  return { items: rows.map((row) => String(row['id'])), ...(isFull ? { nextToken: tokenOf(last, order) } : {}) }
}

const isUnbounded = (condition: TraceCondition): boolean => ('test' in condition && condition.test.comparator === 'RLIKE') || condition.on === 'span'

async function patiently(at: ProjectStatements, filter: readonly TraceCondition[], statement: Statement): Promise<Row[]> {
  if (!filter.some(isUnbounded)) return at.query<Record<string, unknown>>(statement)
  try {
    return await at.transaction(async (inner) => {
      await inner.query({ text: `SELECT set_config('statement_timeout', $1, true)`, values: [String(PATIENCE_MS)] })
      return inner.query<Record<string, unknown>>(statement)
    })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === '57014') throw invalid('This filter takes too long. Narrow it by time, by experiment or by an attribute.', 'filter')
    if (code === '2201B') throw invalid('The filter holds a regular expression that cannot be read.', 'filter')
    throw error
  }
}

function searchStatement(projectId: number, { experimentIds, filter, limit, token }: TraceSearch, order: readonly KeysetColumn[]): Statement {
  const parameters = new Parameters(projectId)
  const experiments = `SELECT experiment_id FROM experiment WHERE project_id = $1::int AND wire_id = ANY (${parameters.add(experimentIds, 'bigint[]')})`
  // A single experiment is compared by =, so that its slice of the index comes in order.
  const slice = experimentIds.length === 1 ? `= (${experiments})` : `= ANY (ARRAY(${experiments}))`
  const rendered = order.map((column) => ({ ...column, sql: column.render(parameters) }))
  const where = [`t.project_id = $1::int`, `t.experiment_id ${slice}`, ...conditionsSql(filter, slice, parameters)]
  const start = startOf(token, order)
  if (start.kind === 'after') where.push(behindSql(rendered, start.values, parameters))
  const values = rendered.map(({ sql }, i) => `${sql} AS v${i + 1}`)
  return {
    text: `SELECT t.trace_id AS id, ${values.join(', ')} FROM trace t${rendered.some(({ sql }) => sql.startsWith('e.')) ? ' JOIN experiment e ON e.experiment_id = t.experiment_id AND e.project_id = $1::int' : ''}
      WHERE ${where.join(' AND ')} ORDER BY ${orderBySql(rendered)}
      LIMIT ${parameters.add(limit, 'bigint')} OFFSET ${parameters.add(start.kind === 'offset' ? start.offset : 0, 'bigint')}`,
    values: parameters.values,
  }
}

function conditionsSql(filter: readonly TraceCondition[], slice: string, parameters: Parameters): string[] {
  const spans = filter.filter((c) => c.on === 'span')
  const others = filter.filter((c) => c.on !== 'span').map((c) => conditionSql(c, slice, parameters))
  if (spans.length === 0) return others
  const same = spans.map(({ field, test }) => textSql(spanSql(field, parameters), test, parameters))
  return [...others, `(SELECT true FROM span s WHERE s.project_id = $1 AND s.trace_id = t.trace_id AND ${same.join(' AND ')} LIMIT 1)`]
}

function conditionSql(condition: Exclude<TraceCondition, { on: 'span' }>, slice: string, parameters: Parameters): string {
  switch (condition.on) {
    case 'attribute':
      return textSql(columns[condition.name], condition.test, parameters)
    case 'number':
      return numberSql(columns[condition.name], condition.test, parameters)
    case 'tag':
    case 'metadata':
      return wordSql(`t.${condition.on === 'tag' ? 'tags' : 'metadata'}`, condition.key, condition.test, parameters)
    case 'feedback':
    case 'expectation':
      return assessmentSql(condition, slice, parameters)
    case 'issue':
      return `(SELECT true FROM assessment a WHERE a.project_id = $1 AND a.trace_id = t.trace_id AND a.kind = 'issue' AND a.name = ${parameters.add(condition.id, 'text')} LIMIT 1)`
    case 'run': {
      const run = parameters.add(condition.id, 'text')
      return `(t.metadata ->> '${traceKeys.sourceRun}' = ${run} OR (SELECT true FROM trace_link l WHERE l.project_id = $1 AND l.trace_id = t.trace_id AND l.kind = 'run' AND l.target = ${run}))`
    }
    case 'prompt':
      return `(SELECT true FROM trace_link l WHERE l.project_id = $1 AND l.trace_id = t.trace_id AND l.kind = 'prompt' AND l.target = ${parameters.add(condition.id, 'text')})`
  }
}

const numberSql = (column: string, { comparator, value }: NumberTest, parameters: Parameters): string => `${column} ${numbers[comparator]} ${parameters.add(value, 'numeric')}`

/** MLflow's LIKE knows no escape character. */
function textSql(column: string, test: TextTest, parameters: Parameters): string {
  switch (test.comparator) {
    case 'IN':
      return `${column} = ANY (${parameters.add(test.value, 'text[]')})`
    case 'NOT IN':
      return `${column} <> ALL (${parameters.add(test.value, 'text[]')})`
    case 'LIKE':
    case 'ILIKE':
      return `${column} ${words[test.comparator]} ${parameters.add(test.value, 'text')} ESCAPE ''`
    default:
      return `${column} ${words[test.comparator]} ${parameters.add(test.value, 'text')}`
  }
}

function wordSql(document: string, key: string, test: TextTest | PresenceTest, parameters: Parameters): string {
  const name = parameters.add(key, 'text')
  if (isPresence(test)) return `${test.comparator === 'IS NULL' ? 'NOT ' : ''}${document} ? ${name}`
  return textSql(`(${document} ->> ${name})`, test, parameters)
}

const spanSql = (field: SpanField, parameters: Parameters): string => {
  if (field === 'content') return '(s.name || s.attributes::text || s.events::text)'
  return typeof field === 'string' ? `s.${field}` : `(s.attributes ->> ${parameters.add(field.attribute, 'text')})`
}

/** What is said of a trace with the session in its metadata is said of every trace of that session in the searched experiments. */
function assessmentSql(condition: Extract<TraceCondition, { on: 'feedback' | 'expectation' }>, slice: string, parameters: Parameters): string {
  const named = `a.project_id = $1 AND a.kind = '${condition.on}' AND a.name = ${parameters.add(condition.name, 'text')} AND a.valid AND ${assessmentValueSql(condition, parameters)}`
  const session = traceKeys.session
  const found = `coalesce((SELECT true FROM assessment a WHERE ${named} AND a.trace_id = t.trace_id LIMIT 1),
    (SELECT true FROM trace o JOIN assessment a ON a.trace_id = o.trace_id AND a.project_id = o.project_id
      WHERE o.project_id = $1 AND o.metadata ? '${session}' AND o.metadata ->> '${session}' = t.metadata ->> '${session}' AND o.experiment_id ${slice}
        AND a.metadata ? '${session}' AND ${named} LIMIT 1), false)`
  return 'test' in condition && condition.test.comparator === 'IS NULL' ? `NOT ${found}` : found
}

/** A number is compared as a number; everything else as the text of its JSON, without the quotes of a string. */
function assessmentValueSql(condition: Extract<TraceCondition, { on: 'feedback' | 'expectation' }>, parameters: Parameters): string {
  if ('number' in condition) return `(CASE WHEN jsonb_typeof(a.value) = 'number' THEN ${numberSql('a.value::numeric', condition.number, parameters)} END)`
  return isPresence(condition.test) ? 'true' : textSql(`coalesce(a.value #>> '{}', 'null')`, condition.test, parameters)
}

const textColumns = ['request_id', 'status', 'client_request_id']
const neverNull = ['request_id', 'status', 'timestamp_ms', 'end_time_ms', 'experiment_id']

function orderColumn(field: TraceOrderField, ascending: boolean): KeysetColumn {
  if (field.on === 'attribute')
    return {
      render: () => `${columns[field.name]}${field.name === 'status' ? ' COLLATE "C"' : ''}`,
      type: textColumns.includes(field.name) ? 'text' : 'bigint',
      nullable: !neverNull.includes(field.name),
      ascending,
    }
  return { render: (parameters) => `(t.${field.on === 'tag' ? 'tags' : 'metadata'} ->> ${parameters.add(field.key, 'text')}) COLLATE "C"`, type: 'text', nullable: true, ascending }
}

/** Latest first, then by id, wherever the search does not say otherwise. */
function orderOf(terms: readonly TraceOrder[]): KeysetColumn[] {
  const has = (name: string): boolean => terms.some(({ field }) => field.on === 'attribute' && field.name === name)
  return [
    ...terms.map(({ field, ascending }) => orderColumn(field, ascending)),
    ...(has('timestamp_ms') ? [] : [orderColumn({ on: 'attribute', name: 'timestamp_ms' }, false)]),
    ...(has('request_id') ? [] : [orderColumn({ on: 'attribute', name: 'request_id' }, true)]),
  ]
}
