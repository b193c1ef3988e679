/** What a search of evaluation datasets may ask (mlflow/utils/search_utils.py, SearchEvaluationDatasetsUtils). */
import { invalid } from '#shared/errors.ts'
import { storableText } from '#shared/names.ts'
import { parseFilter, parseOrderBy, quotedString, stringsOf, type FilterClause } from '#shared/search/filter-grammar.ts'
import { pythonSet } from '#tracking/domain/search-tokens.ts'

const textKeys = ['name', 'created_by', 'last_updated_by'] as const
const timeKeys = ['created_time', 'last_update_time'] as const
const filterKeys: readonly string[] = [...textKeys, ...timeKeys]
const orderKeys = ['name', ...timeKeys] as const
const timeComparators = ['>', '>=', '!=', '=', '<', '<='] as const
const textComparators = ['!=', '=', 'LIKE', 'ILIKE'] as const

export type TextComparison = (typeof textComparators)[number]
export type DatasetCondition =
  | { readonly on: 'text'; readonly name: (typeof textKeys)[number]; readonly comparator: TextComparison; readonly value: string }
  | { readonly on: 'names'; readonly names: readonly string[] }
  | { readonly on: 'time'; readonly name: (typeof timeKeys)[number]; readonly comparator: (typeof timeComparators)[number]; readonly value: string }
  | { readonly on: 'tag'; readonly key: string; readonly comparator: TextComparison; readonly value: string }
export interface DatasetOrder {
  readonly name: (typeof orderKeys)[number]
  readonly ascending: boolean
}

const expected = (what: string) => (text: string) => `Expected a quoted string value for ${what} (e.g. 'my-value'). Got value ${text}`
const notAKey = (key: string, valid: readonly string[]) => invalid(`Invalid attribute key '${key}' specified. Valid keys are: ${pythonSet(valid)}`)

export const parseDatasetFilter = (filter: string | undefined): DatasetCondition[] => parseFilter(filter && storableText(filter, 'filter_string')).map(condition)

function condition(clause: FilterClause): DatasetCondition {
  const dot = clause.left.indexOf('.')
  if (dot >= 0) return tagCondition(clause.left.slice(0, dot), clause.left.slice(dot + 1), clause)
  if (!filterKeys.includes(clause.left)) throw notAKey(clause.left, filterKeys)
  const time = timeKeys.find((key) => key === clause.left)
  return time ? timeCondition(time, clause) : textCondition(textKeys.find((key) => key === clause.left) ?? 'name', clause)
}

function tagCondition(entity: string, key: string, { comparator, right }: FilterClause): DatasetCondition {
  if (entity !== 'tags') throw invalid(`Invalid identifier token '${entity}' specified`)
  const known = textComparators.find((c) => c === comparator)
  if (!known || right === null) throw invalid(`Invalid comparator for tag: ${comparator}`)
  return { on: 'tag', key: key.replace(/^(`|")(.*)\1$/, '$2'), comparator: known, value: quotedString(right, expected('tag')) }
}

function timeCondition(name: (typeof timeKeys)[number], { comparator, right }: FilterClause): DatasetCondition {
  if (right?.kind !== 'number') throw invalid(`Expected numeric value type for numeric attribute: ${name}. Found ${right?.text ?? 'NULL'}`)
  const known = timeComparators.find((c) => c === comparator)
  if (!known) throw invalid(`Invalid comparator for numeric attribute: ${comparator}`)
  if (!right.isInteger) throw invalid(`Invalid value for numeric attribute '${name}': '${right.text}'`)
  return { on: 'time', name, comparator: known, value: right.text }
}

function textCondition(name: (typeof textKeys)[number], { comparator, right }: FilterClause): DatasetCondition {
  if (right === null) throw invalid(`Invalid comparator for string attribute: ${comparator}`)
  if (right.kind === 'list') {
    if (name !== 'name') throw invalid("Only ['name'] attributes support comparison with a list of quoted string values.")
    if (comparator !== 'IN') throw invalid("List values for 'name' are only supported with the IN comparator.")
    return { on: 'names', names: stringsOf(right.text) }
  }
  const known = textComparators.find((c) => c === comparator)
  if (!known) throw invalid(`Invalid comparator for string attribute: ${comparator}`)
  return { on: 'text', name, comparator: known, value: quotedString(right, expected('attributes')) }
}

export const parseDatasetOrder = (clauses: readonly string[]): DatasetOrder[] =>
  clauses.map((clause) => {
    const { key, ascending } = parseOrderBy(storableText(clause, 'order_by'))
    if (key.startsWith('tags.')) throw invalid('Invalid order_by entity: tag')
    const name = orderKeys.find((known) => known === key)
    if (!name) throw notAKey(key, orderKeys)
    return { name, ascending }
  })
