/**
 * The searches of MLflow's registry: which attributes there are, what they compare with, in which order lists come.
 * Authority: mlflow/utils/search_utils.py (SearchModelUtils, SearchModelVersionUtils) and the registry's SQL store.
 */
import { invalid } from '#shared/errors.ts'
import { bareKey, type FilterClause, parseFilter, parseOrderBy, pythonRepr, quotedString, splitIdentifier, stringsOf } from '#shared/search/filter-grammar.ts'
import { promptTag } from '#registry/domain/model.ts'

export type Comparator = '=' | '!=' | 'LIKE' | 'ILIKE' | 'IN' | 'NOT IN' | '<' | '<=' | '>' | '>='

export type Condition =
  | { readonly on: 'text'; readonly column: 'name' | 'runId' | 'source'; readonly comparator: '=' | '!=' | 'LIKE' | 'ILIKE'; readonly value: string }
  | { readonly on: 'list'; readonly column: 'name' | 'runId'; readonly comparator: 'IN' | 'NOT IN'; readonly values: readonly string[] }
  | { readonly on: 'number'; readonly column: 'version'; readonly comparator: '=' | '!=' | '<' | '<=' | '>' | '>='; readonly value: string }
  | { readonly on: 'tag'; readonly key: string; readonly comparator: '=' | '!=' | 'LIKE' | 'ILIKE'; readonly value: string }

/** Prompts and models share the tables; a search is for one of the two kinds. */
export interface Search {
  readonly conditions: readonly Condition[]
  readonly prompts: boolean
}

export type SortColumn = 'name' | 'version' | 'createdAt' | 'updatedAt'
export interface Sort {
  readonly column: SortColumn
  readonly ascending: boolean
}

interface Subject {
  readonly attributes: Readonly<Record<string, { readonly column: 'name' | 'runId' | 'source' | 'version'; readonly list: boolean; readonly number: boolean }>>
}
const text = (column: 'name' | 'runId' | 'source', list: boolean) => ({ column, list, number: false })
const models: Subject = { attributes: { name: text('name', true) } }
const versions: Subject = {
  attributes: { name: text('name', true), run_id: text('runId', true), source_path: text('source', false), version_number: { column: 'version', list: false, number: true } },
}

/** A Python set of strings, in an order that tests can rely on. */
const pythonSet = (keys: readonly string[]): string =>
  `{${[...keys]
    .sort()
    .map((k) => `'${k}'`)
    .join(', ')}}`

export const modelSearch = (filter: string | undefined): Search => search(filter, models)
export const versionSearch = (filter: string | undefined): Search => search(filter, versions)

function search(filter: string | undefined, subject: Subject): Search {
  const conditions = parseFilter(filter).map((clause) => conditionOf(clause, subject))
  const prompts = isAboutPrompts(conditions)
  // "is no prompt" is said by the kind of search: a model that is none has no such tag to compare.
  return { prompts, conditions: prompts ? conditions : conditions.filter((c) => c.on !== 'tag' || c.key !== promptTag) }
}

/** The first clause about the prompt tag decides, as in MLflow (_is_querying_prompt). */
function isAboutPrompts(conditions: readonly Condition[]): boolean {
  const clause = conditions.find((c) => c.on === 'tag' && c.key === promptTag)
  if (clause?.on !== 'tag') return false
  const value = clause.value.toLowerCase()
  return (clause.comparator === '=' && value === 'true') || (clause.comparator === '!=' && value === 'false')
}

const entityNames = ['attribute', 'tag', 'tags']
const unquoted = (entity: string) => (got: string) => `Expected a quoted string value for ${entity} (e.g. 'my-value'). Got value ${got}`
const textComparators: readonly string[] = ['=', '!=', 'LIKE', 'ILIKE']
const isTextComparator = (c: string): c is '=' | '!=' | 'LIKE' | 'ILIKE' => textComparators.includes(c)
const numberComparators: readonly string[] = ['=', '!=', '<', '<=', '>', '>=']
const isNumberComparator = (c: string): c is '=' | '!=' | '<' | '<=' | '>' | '>=' => numberComparators.includes(c)

function conditionOf(clause: FilterClause, subject: Subject): Condition {
  const { entity = 'attribute', key } = splitIdentifier(clause.left)
  if (!entityNames.includes(entity)) throw invalid(`Invalid entity type '${entity}'. Valid entity types are ('attribute', 'tag', 'tags')`)
  if (clause.right === null) throw invalid('Invalid comparison clause. Expected 3 tokens found 2')
  if (entity !== 'attribute') {
    const value = quotedString(clause.right, unquoted('tag'))
    if (!isTextComparator(clause.comparator)) throw invalid(`Invalid comparator for tag: ${clause.comparator}`)
    return { on: 'tag', key: bareKey(key), comparator: clause.comparator, value }
  }
  const attribute = Object.hasOwn(subject.attributes, key) ? subject.attributes[key] : undefined
  if (!attribute) throw invalid(`Invalid attribute key '${key}' specified. Valid keys are '${pythonSet(Object.keys(subject.attributes))}'`)
  return attribute.number ? numberCondition(clause, key) : textCondition(clause, key, attribute, subject)
}

function textCondition({ comparator, right }: FilterClause, key: string, attribute: Subject['attributes'][string], subject: Subject): Condition {
  const { column } = attribute
  const refuse = () => invalid(`Invalid comparator for attribute: ${comparator}`)
  if (right?.kind === 'list') {
    if (!attribute.list || column === 'source' || column === 'version') {
      const lists = Object.entries(subject.attributes).flatMap(([name, a]) => (a.list ? [`'${name}'`] : []))
      throw invalid(`Only [${lists.sort().join(', ')}] attributes support comparison with a list of quoted string values.`)
    }
    if (comparator !== 'IN' && comparator !== 'NOT IN') throw refuse()
    return { on: 'list', column, comparator, values: stringsOf(right.text) }
  }
  if (!right || column === 'version') throw refuse()
  if (right.kind === 'number' && subject === versions)
    throw invalid(`Only the '${pythonSet(['version_number', 'creation_timestamp', 'last_updated_timestamp'])}' attributes support comparison with numeric values.`)
  const value = quotedString(right, (got) => `Expected a quoted string value or a list of quoted string values for attributes. Got value ${got}`)
  if (!isTextComparator(comparator)) throw refuse()
  return { on: 'text', column, comparator, value: key === 'name' && comparator !== 'LIKE' && comparator !== 'ILIKE' ? value.normalize('NFC') : value }
}

function numberCondition({ comparator, right }: FilterClause, key: string): Condition {
  if (!isNumberComparator(comparator)) throw invalid(`Invalid comparator for attribute ${key}: ${comparator}`)
  const given = right?.kind === 'string' ? right.value : right?.text
  if (given === undefined || right?.kind === 'word' || !/^\s*[-+]?\d{1,100}\s*$/.test(given))
    throw invalid(`Invalid value for numeric attribute '${key}': ${right?.kind === 'number' ? right.text : pythonRepr(given ?? '')}`)
  return { on: 'number', column: 'version', comparator, value: given.trim() }
}

const modelSorts: Readonly<Record<string, SortColumn>> = { name: 'name', timestamp: 'updatedAt', last_updated_timestamp: 'updatedAt' }
const versionSorts: Readonly<Record<string, SortColumn>> = { name: 'name', version_number: 'version', creation_timestamp: 'createdAt', last_updated_timestamp: 'updatedAt' }

export function modelOrder(clauses: readonly string[] = []): Sort[] {
  const sorts = clauses.map((clause) => {
    const { key, ascending } = parseOrderBy(clause)
    const column = Object.hasOwn(modelSorts, bareKey(key)) ? modelSorts[bareKey(key)] : undefined
    if (!column) throw invalid(`Invalid order by key '${bareKey(key)}' specified. Valid keys are '${pythonSet(['name', 'timestamp'])}'`)
    return { column, ascending }
  })
  return withTieBreakers(sorts, clauses, [{ column: 'name', ascending: true }])
}

const recentFirst = ['last_updated_timestamp DESC', 'name ASC', 'version_number DESC']

export function versionOrder(given: readonly string[] = []): Sort[] {
  const clauses = given.length > 0 ? given : recentFirst
  const sorts = clauses.map((clause) => {
    const { key: written, ascending } = parseOrderBy(clause)
    const { entity = 'attribute', key } = splitIdentifier(written)
    if (!entityNames.includes(entity)) throw invalid(`Invalid entity type '${entity}'. Valid entity types are ('attribute', 'tag', 'tags')`)
    const column = Object.hasOwn(versionSorts, bareKey(key)) ? versionSorts[bareKey(key)] : undefined
    if (!column || entity !== 'attribute') throw invalid(`Invalid attribute key '${bareKey(key)}' specified. Valid keys are '${pythonSet(Object.keys(versionSorts))}'`)
    return { column, ascending }
  })
  return withTieBreakers(sorts, clauses, [
    { column: 'name', ascending: true },
    { column: 'version', ascending: false },
  ])
}

function withTieBreakers(sorts: Sort[], clauses: readonly string[], last: readonly Sort[]): Sort[] {
  if (new Set(sorts.map((s) => s.column)).size < sorts.length) throw invalid(`\`order_by\` contains duplicate fields: [${clauses.map(pythonRepr).join(', ')}]`)
  return [...sorts, ...last.filter((s) => !sorts.some((given) => given.column === s.column))]
}
