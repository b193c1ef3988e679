/** A search of logged models as one SQL statement. Only values travel as parameters; names of columns come from tables here. */
import type { ModelQuery } from '#tracking/domain/logged-models.ts'
import type { DatasetChoice, ModelAttribute, ModelOrderTerm } from '#tracking/domain/logged-model-search.ts'
import type { Comparator, Condition, Filter } from '#tracking/domain/search-filter.ts'

const columns: Readonly<Record<ModelAttribute, string>> = {
  name: 'm.name',
  model_id: 'm.model_id',
  model_type: "NULLIF(m.model_type, '')",
  status: 'm.status',
  source_run_id: "NULLIF(m.source_run_id, '')",
  creation_timestamp: 'm.created_at',
  last_updated_timestamp: 'm.updated_at',
}
const isAttribute = (name: string): name is ModelAttribute => Object.hasOwn(columns, name)

/** Collects the parameters of one statement. */
class Values {
  readonly list: unknown[] = []
  add(value: unknown): string {
    this.list.push(value)
    return `$${this.list.length}`
  }
}

export function searchStatement(projectId: string, query: ModelQuery): { text: string; values: unknown[] } {
  const values = new Values()
  const where = [`m.project_id = ${values.add(projectId)}`, `m.experiment_id = ANY(${values.add(query.experimentIds)}::text[])`, 'm.deleted_at IS NULL']
  if (query.filter) where.push(filterSql(query.filter, query.datasets, values))
  // Datasets narrow metric conditions; without any they ask for models that were measured on one of them at all.
  if (query.datasets.length > 0 && !(query.filter && hasMetric(query.filter))) where.push(metricSql(datasetsSql(query.datasets, values)))
  const joins: string[] = []
  const order = query.orderBy.flatMap((term, i) => orderSql(term, `o${i}`, joins, values))
  if (!query.orderBy.some((term) => term.name === 'creation_timestamp')) order.push('m.created_at DESC')
  if (!query.orderBy.some((term) => term.name === 'model_id')) order.push('m.model_id')
  const text = `SELECT m.* FROM logged_model m ${joins.join(' ')} WHERE ${where.join(' AND ')} ORDER BY ${order.join(', ')} OFFSET ${values.add(query.offset)} LIMIT ${values.add(query.limit)}`
  return { text, values: values.list }
}

function filterSql(filter: Filter, datasets: readonly DatasetChoice[], values: Values): string {
  const all = (parts: readonly Filter[], word: string): string => `(${parts.map((part) => filterSql(part, datasets, values)).join(` ${word} `)})`
  switch (filter.type) {
    case 'and':
      return all(filter.all, 'AND')
    case 'or':
      return all(filter.any, 'OR')
    case 'not':
      return `NOT COALESCE(${filterSql(filter.of, datasets, values)}, false)`
    case 'compare':
      return conditionSql(filter, datasets, values)
  }
}

const hasMetric = (filter: Filter): boolean => {
  switch (filter.type) {
    case 'and':
      return filter.all.some(hasMetric)
    case 'or':
      return filter.any.some(hasMetric)
    case 'not':
      return hasMetric(filter.of)
    case 'compare':
      return filter.field.kind === 'metric'
  }
}

function conditionSql({ field, comparator, value }: Condition, datasets: readonly DatasetChoice[], values: Values): string {
  switch (field.kind) {
    case 'attribute': {
      if (!isAttribute(field.name)) throw new Error(`the grammar let the attribute ${field.name} through`)
      return comparison(columns[field.name], comparator, field.name === 'status' ? statusOf(value) : value, values)
    }
    case 'parameter':
      return comparison(`(m.params ->> ${values.add(field.name)})`, comparator, value, values)
    case 'tag':
      return comparison(`(m.tags ->> ${values.add(field.name)})`, comparator, value, values)
    case 'metric': {
      // PostgreSQL counts NaN above every number; a search for more than x does not mean it.
      const numbersOnly = comparator === '>' || comparator === '>=' ? ` AND p.value <> 'NaN'` : ''
      const narrowed = datasets.length > 0 ? ` AND ${datasetsSql(datasets, values)}` : ''
      return metricSql(`p.key = ${values.add(field.name)} AND ${comparison('p.value', comparator, value, values)}${numbersOnly}${narrowed}`)
    }
    case 'dataset':
      throw new Error('the grammar let a dataset through')
  }
}

/** People write either what they see in Python or what travels. */
const statusOf = (value: Condition['value']): Condition['value'] => {
  const short = (text: string): string => text.replace(/^LOGGED_MODEL_(UPLOAD_|STATUS_)?/, '')
  if (typeof value === 'string') return short(value)
  return Array.isArray(value) ? value.map((text: string) => short(text)) : value
}

function comparison(left: string, comparator: Comparator, value: Condition['value'], values: Values): string {
  switch (comparator) {
    case 'IS NULL':
    case 'IS NOT NULL':
      return `${left} ${comparator}`
    case 'IN':
      return `${left} = ANY(${values.add(value)}::text[])`
    case 'NOT IN':
      return `${left} <> ALL(${values.add(value)}::text[])`
    default: {
      const type = typeof value === 'string' ? 'text' : typeof value === 'bigint' ? 'numeric' : 'float8'
      return `${left} ${comparator} ${values.add(typeof value === 'bigint' ? value.toString() : value)}::${type}`
    }
  }
}

const metricSql = (condition: string): string => `EXISTS (SELECT FROM logged_model_metric p WHERE p.project_id = m.project_id AND p.model_id = m.model_id AND ${condition})`
const datasetsSql = (datasets: readonly DatasetChoice[], values: Values): string =>
  `(${datasets.map(({ name, digest }) => `(p.dataset_name = ${values.add(name)}${digest === null ? '' : ` AND p.dataset_digest = ${values.add(digest)}`})`).join(' OR ')})`

/** Missing values and NaN last in both directions. */
function orderSql(term: ModelOrderTerm, alias: string, joins: string[], values: Values): string[] {
  const direction = term.isAscending ? 'ASC' : 'DESC'
  if (term.kind === 'attribute') return [`${columns[term.name]} ${direction} NULLS LAST`]
  const narrowed = [
    ...(term.datasetName === null ? [] : [` AND p.dataset_name = ${values.add(term.datasetName)}`]),
    ...(term.datasetDigest === null ? [] : [` AND p.dataset_digest = ${values.add(term.datasetDigest)}`]),
  ].join('')
  joins.push(
    `LEFT JOIN LATERAL (SELECT NULLIF(p.value, 'NaN') AS value FROM logged_model_metric p WHERE p.project_id = m.project_id AND p.model_id = m.model_id AND p.key = ${values.add(term.name)}${narrowed} ORDER BY p."timestamp" DESC, p.step DESC, p.run_id LIMIT 1) ${alias} ON true`,
  )
  return [`${alias}.value ${direction} NULLS LAST`]
}
