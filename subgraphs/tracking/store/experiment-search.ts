/** Finds experiments, latest first. There are few of them: one statement over the project's slice is enough. */
import type { Page } from '#shared/paging.ts'
import type { Experiment } from '#tracking/domain/experiment.ts'
import type { Condition, Filter } from '#tracking/domain/search-filter.ts'
import type { Search } from '#tracking/domain/store.ts'
import { experimentColumns, experimentOf, type ExperimentRow } from '#tracking/store/experiment-rows.ts'
import { behindSql, orderBySql, startOf, tokenOf } from '#tracking/store/keyset.ts'
import type { Statements } from '#tracking/store/project-statements.ts'
import { Parameters, textSql, type OrderColumn } from '#tracking/store/search-sql.ts'

const columns: Readonly<Record<string, { readonly sql: string; readonly type: 'text' | 'bigint' }>> = {
  name: { sql: 'x.name', type: 'text' },
  experiment_id: { sql: 'x.wire_id', type: 'bigint' },
  creation_time: { sql: 'x.creation_time', type: 'bigint' },
  last_update_time: { sql: 'x.last_update_time', type: 'bigint' },
}
const views = { ACTIVE: 'x.active', DELETED: 'NOT x.active', ALL: 'true' } as const

export async function searchExperiments(at: Statements, { filter, orderBy, view, limit, token }: Search): Promise<Page<Experiment>> {
  const parameters = new Parameters(at.projectId)
  const order = orderBy.map(({ field, ascending }): OrderColumn => ({ ...column(field.name), ascending }))
  const start = startOf(token, order)
  const where = filter ? filterSql(filter, parameters) : 'true'
  const behind = start.kind === 'after' ? behindSql('q', order, start.cursor, parameters) : 'true'
  const text = `SELECT q.* FROM (SELECT ${['x.*', 'x.experiment_id AS pos', ...order.map((c, i) => `${c.sql} AS v${i + 1}`)].join(', ')}
    FROM experiment x WHERE x.project_id = $1 AND ${views[view]} AND ${where}) q
    WHERE ${behind} ORDER BY ${orderBySql('q', order)} LIMIT ${parameters.add(limit + 1, 'bigint')} OFFSET ${parameters.add(start.kind === 'offset' ? start.offset : 0, 'bigint')}`
  const rows = await at.query<ExperimentRow & Record<string, unknown>>({
    text: text.replace('SELECT q.*', `SELECT ${experimentColumns}, ${['pos', ...order.map((_, i) => `v${i + 1}`)].join(', ')}`),
    values: parameters.values,
  })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { items: page.map(experimentOf), ...(rows.length > limit && last ? { nextToken: tokenOf(last, order) } : {}) }
}

function column(name: string) {
  const found = columns[name]
  if (!found) throw new Error(`no column for the attribute ${name}`)
  return found
}

function filterSql(filter: Filter, parameters: Parameters): string {
  switch (filter.type) {
    case 'and':
      return `(${filter.all.map((f) => filterSql(f, parameters)).join(' AND ') || 'true'})`
    case 'or':
      return `(${filter.any.map((f) => filterSql(f, parameters)).join(' OR ') || 'false'})`
    case 'not':
      return `(NOT coalesce(${filterSql(filter.of, parameters)}, false))`
    case 'compare':
      return conditionSql(filter, parameters)
  }
}

const comparators: Readonly<Record<string, string>> = { '=': '=', '!=': '<>', '>': '>', '>=': '>=', '<': '<', '<=': '<=' }

function conditionSql({ field, comparator, value }: Condition, parameters: Parameters): string {
  if (field.kind === 'tag') {
    const name = parameters.add(field.name, 'text')
    if (comparator === 'IS NULL') return `NOT x.tags ? ${name}`
    if (comparator === 'IS NOT NULL') return `x.tags ? ${name}`
    return textSql(`(x.tags ->> ${name})`, comparator, value, parameters)
  }
  if (field.name === 'name') return textSql('x.name', comparator, value, parameters)
  // Ids are text to clients, whatever we store.
  if (field.name === 'experiment_id') return textSql('x.wire_id::text', comparator, value, parameters)
  return `${column(field.name).sql} ${comparators[comparator]} ${parameters.add(value, 'numeric')}`
}
