/**
 * What a search of traces may ask (mlflow-api.md section 7.5, mlflow/utils/search_utils.py SearchTraceUtils): attributes,
 * tags, metadata, spans, feedback, expectations, issues, runs and prompts. Text → conditions, which must all hold.
 */
import { invalid } from '#shared/errors.ts'
import { bareKey, parseFilter, parseOrderBy, quotedString, splitIdentifier, stringsOf, type FilterClause, type FilterValue } from '#shared/search/filter-grammar.ts'
import { storableText } from '#shared/names.ts'
import { pythonSet } from '#tracking/domain/search-tokens.ts'
import { traceKeys } from '#tracking/domain/trace.ts'

export type NumberComparator = '>' | '>=' | '=' | '!=' | '<' | '<='
export type TextComparator = '=' | '!=' | 'LIKE' | 'ILIKE' | 'RLIKE' | 'IN' | 'NOT IN'
export type TextTest = { readonly comparator: Exclude<TextComparator, 'IN' | 'NOT IN'>; readonly value: string } | { readonly comparator: 'IN' | 'NOT IN'; readonly value: readonly string[] }
export type NumberTest = { readonly comparator: NumberComparator; readonly value: string }
export interface PresenceTest {
  readonly comparator: 'IS NULL' | 'IS NOT NULL'
}
export const isPresence = (test: TextTest | PresenceTest): test is PresenceTest => test.comparator === 'IS NULL' || test.comparator === 'IS NOT NULL'

export const textAttributes = ['request_id', 'status', 'client_request_id'] as const
export const numberAttributes = ['timestamp_ms', 'execution_time_ms', 'end_time_ms'] as const
export type TextAttribute = (typeof textAttributes)[number]
export type NumberAttribute = (typeof numberAttributes)[number]

export type SpanField = 'name' | 'type' | 'status' | 'content' | { readonly attribute: string }

export type TraceCondition =
  | { readonly on: 'attribute'; readonly name: TextAttribute; readonly test: TextTest }
  | { readonly on: 'number'; readonly name: NumberAttribute; readonly test: NumberTest }
  | { readonly on: 'tag' | 'metadata'; readonly key: string; readonly test: TextTest | PresenceTest }
  /** All conditions on spans of one filter are about the same span. */
  | { readonly on: 'span'; readonly field: SpanField; readonly test: TextTest }
  | { readonly on: 'feedback' | 'expectation'; readonly name: string; readonly test: TextTest | PresenceTest }
  | { readonly on: 'feedback' | 'expectation'; readonly name: string; readonly number: NumberTest }
  | { readonly on: 'issue'; readonly id: string }
  | { readonly on: 'run'; readonly id: string }
  | { readonly on: 'prompt'; readonly id: string }

export type TraceOrderField = { readonly on: 'attribute'; readonly name: TextAttribute | NumberAttribute | 'experiment_id' } | { readonly on: 'tag' | 'metadata'; readonly key: string }
export interface TraceOrder {
  readonly field: TraceOrderField
  readonly ascending: boolean
}

const filterKeys = ['client_request_id', 'end_time', 'end_time_ms', 'execution_time', 'execution_time_ms', 'name', 'prompt', 'request_id', 'run_id', 'status', 'text', 'timestamp', 'timestamp_ms']
const orderKeys = ['end_time', 'end_time_ms', 'execution_time', 'execution_time_ms', 'experiment_id', 'name', 'request_id', 'run_id', 'status', 'timestamp', 'timestamp_ms']
const listKeys = ['client_request_id', 'name', 'request_id', 'run_id', 'status']
const longNames: Readonly<Record<string, string>> = { timestamp: 'timestamp_ms', execution_time: 'execution_time_ms', end_time: 'end_time_ms' }
const entities: Readonly<Record<string, string>> = {
  tag: 'tag',
  tags: 'tag',
  attribute: 'attribute',
  attributes: 'attribute',
  trace: 'attribute',
  metadata: 'request_metadata',
  request_metadata: 'request_metadata',
  span: 'span',
  feedback: 'feedback',
  expectation: 'expectation',
  issue: 'issue',
}

const numberComparators: readonly NumberComparator[] = ['!=', '<', '<=', '=', '>', '>=']
const wordComparators = ['!=', '=', 'ILIKE', 'IS NOT NULL', 'IS NULL', 'LIKE', 'RLIKE']
const textComparators = ['!=', '=', 'ILIKE', 'IN', 'LIKE', 'NOT IN', 'RLIKE']
const assessmentComparators = [...wordComparators, '<', '<=', '>', '>=']

interface Identifier {
  readonly entity: string
  readonly key: string
}

function identifier(left: string, keys: readonly string[]): Identifier {
  const { entity, key: written } = splitIdentifier(left)
  const type = entity === undefined ? 'attribute' : Object.hasOwn(entities, bareKey(entity)) ? entities[bareKey(entity)] : undefined
  if (type === undefined) throw invalid(`Invalid entity type '${entity}'. Valid values are ${pythonSet(Object.keys(entities))}`)
  const key = storableText(bareKey(written), 'filter')
  if (type === 'attribute' && !keys.includes(key)) throw invalid(`Invalid attribute key '${key}' specified. Valid keys are '${pythonSet(keys)}'`)
  return { entity: type, key }
}

/** What names of traces and runs stand for. Any key of a tag or of metadata that is spelt so means the same, as in MLflow. */
function resolved({ entity, key }: Identifier): Identifier {
  if (entity === 'span') return { entity, key }
  switch (key.toLowerCase()) {
    case 'name':
      return { entity: 'tag', key: traceKeys.name }
    case 'prompt':
      return { entity: 'tag', key: traceKeys.linkedPrompts }
    case 'run_id':
      return { entity: 'request_metadata', key: traceKeys.sourceRun }
    case 'text':
      return { entity: 'span', key: 'content' }
    default:
      return { entity, key: entity === 'attribute' ? (longNames[key] ?? key) : key }
  }
}

export const parseTraceFilter = (filter: string | undefined): TraceCondition[] => parseFilter(filter && storableText(filter, 'filter'), { quoteInvalid: true }).map(condition)

function condition(clause: FilterClause): TraceCondition {
  const named = identifier(clause.left, filterKeys)
  const { right } = clause
  const isAssessment = named.entity === 'feedback' || named.entity === 'expectation'
  // Values are read by the entity as written, before `name` or `run_id` are replaced by what they stand for.
  if (right !== null && named.entity === 'attribute') checkAttributeValue(named.key, right)
  const { entity, key } = isAssessment || named.entity === 'issue' ? named : resolved(named)
  switch (entity) {
    case 'attribute':
      return attributeCondition(key, clause)
    case 'tag':
      return tagCondition(key, clause)
    case 'request_metadata':
      return metadataCondition(key, clause)
    case 'span':
      return { on: 'span', ...spanCondition(key, clause) }
    case 'feedback':
    case 'expectation':
      return assessmentCondition(entity, key, clause)
    default:
      return issueCondition(key, clause)
  }
}

function checkAttributeValue(key: string, value: FilterValue): void {
  const isNumber = Object.hasOwn(longNames, key) || numberAttributes.some((name) => name === key)
  if (value.kind === 'list' && !listKeys.includes(key)) throw invalid(`Only attributes in ${pythonSet(listKeys)} supports comparison with a list of quoted string values.`)
  if (value.kind === 'number' && !isNumber) throw invalid(`Only the '${pythonSet([...Object.keys(longNames), ...numberAttributes])}' attributes support comparison with numeric values.`)
  if (value.kind !== 'number' && isNumber) throw invalid(`Expected numeric value type for numeric attribute: ${key}. Found ${value.text}`)
}

const refuse = (comparator: string, valid: readonly string[]): never => {
  throw invalid(`Invalid comparator '${comparator}' not one of '${pythonSet(valid)}'`)
}
const expected =
  (what: string, example = 'my-value') =>
  (text: string) =>
    `Expected a quoted string value for ${what} (e.g. '${example}'). Got value ${text}`

/** A comparison of text, once the comparator is known to be allowed. */
function textTest({ comparator, right }: FilterClause, otherwise: (text: string) => string): TextTest {
  if (right === null) throw invalid(otherwise('NULL'))
  if (right.kind === 'list') return { comparator: comparator === 'IN' ? 'IN' : 'NOT IN', value: stringsOf(right.text) }
  return { comparator: comparator as '=' | '!=' | 'LIKE' | 'ILIKE' | 'RLIKE', value: quotedString(right, otherwise) } // the caller compared it with its table
}
const presence = (comparator: string): PresenceTest | undefined => (comparator === 'IS NULL' || comparator === 'IS NOT NULL' ? { comparator } : undefined)
const numberTest = (comparator: string, value: FilterValue | null): NumberTest => ({
  comparator: numberComparators.find((c) => c === comparator) ?? refuse(comparator, numberComparators),
  value: value?.text ?? '',
})

function attributeCondition(key: string, clause: FilterClause): TraceCondition {
  const number = numberAttributes.find((name) => name === key)
  if (number) {
    if (!numberComparators.some((c) => c === clause.comparator)) refuse(clause.comparator, textComparators)
    return { on: 'number', name: number, test: numberTest(clause.comparator, clause.right) }
  }
  const name = textAttributes.find((attribute) => attribute === key)
  if (!name) throw new Error(`the grammar let the attribute ${key} through`)
  if (!textComparators.includes(clause.comparator)) refuse(clause.comparator, textComparators)
  return { on: 'attribute', name, test: textTest(clause, (text) => `Expected a quoted string value or a list of quoted string values for attributes. Got value ${text}`) }
}

function tagCondition(key: string, clause: FilterClause): TraceCondition {
  if (clause.right?.kind === 'number') throw invalid(expected('tag')(clause.right.text))
  if (!wordComparators.includes(clause.comparator)) refuse(clause.comparator, wordComparators)
  if (key === traceKeys.linkedPrompts) return promptCondition(clause)
  return { on: 'tag', key, test: presence(clause.comparator) ?? textTest(clause, expected('tag')) }
}

function promptCondition(clause: FilterClause): TraceCondition {
  if (clause.comparator !== '=') throw invalid(`Invalid comparator '${clause.comparator}' for prompts filter. Only '=' is supported with format: prompt = "name/version"`)
  const { value } = textTest(clause, expected('tag'))
  if (typeof value !== 'string' || value.split('/').length !== 2) throw invalid(`Invalid prompts filter value '${value.toString()}'. Expected format: prompt = "name/version"`)
  return { on: 'prompt', id: value }
}

function metadataCondition(key: string, clause: FilterClause): TraceCondition {
  const words = expected('request_metadata')
  if (clause.right?.kind === 'number' || (clause.right?.kind === 'list' && key !== traceKeys.sourceRun)) throw invalid(words(clause.right.text))
  if (!wordComparators.includes(clause.comparator)) refuse(clause.comparator, wordComparators)
  const test = presence(clause.comparator) ?? textTest(clause, words)
  // A trace belongs to the run that made it and to those it was linked to.
  if (key === traceKeys.sourceRun && test.comparator === '=') return { on: 'run', id: test.value }
  return { on: 'metadata', key, test }
}

function spanCondition(key: string, clause: FilterClause): { field: SpanField; test: TextTest } {
  const field = spanField(key)
  const valid = field === 'content' ? ['ILIKE', 'LIKE'] : textComparators
  if (clause.right?.kind === 'number') throw invalid(expected('span')(clause.right.text))
  if (!valid.includes(clause.comparator)) throw invalid(`span.${key} comparator '${clause.comparator}' not one of '${pythonSet(valid)}'`)
  return { field, test: textTest(clause, expected('span')) }
}

function spanField(key: string): SpanField {
  if (key.startsWith('attributes.')) {
    const attribute = bareKey(key.slice('attributes.'.length))
    if (attribute === '') throw invalid("Span attribute name cannot be empty after 'attributes.'")
    return { attribute }
  }
  const field = (['name', 'type', 'status', 'content'] as const).find((name) => name === key)
  if (!field) throw invalid(`Invalid span attribute '${key}'. Supported attributes: name, status, type, attributes.<attribute_name>.`)
  return field
}

function assessmentCondition(on: 'feedback' | 'expectation', name: string, clause: FilterClause): TraceCondition {
  const { comparator, right } = clause
  if (right === null) return { on, name, test: presence(comparator) ?? refuse(comparator, assessmentComparators) }
  const isNumber = ['<', '<=', '>', '>='].includes(comparator)
  if (isNumber && right.kind !== 'number') throw invalid(`Expected a numeric value for ${on} when using comparator '${comparator}'. Got value ${right.text}`)
  if (isNumber) return { on, name, number: numberTest(comparator, right) }
  if (right.kind === 'number' || right.kind === 'list') throw invalid(expected(on)(right.text))
  if (!assessmentComparators.includes(comparator)) throw invalid(`assessment.${name} comparator '${comparator}' not one of '${pythonSet(assessmentComparators)}'`)
  return { on, name, test: textTest(clause, expected(on)) }
}

function issueCondition(key: string, clause: FilterClause): TraceCondition {
  if (key !== 'id') throw invalid(`Invalid issue attribute '${key}'. Supported attributes: id`)
  if (clause.right?.kind === 'number' || clause.right?.kind === 'list') throw invalid(expected('issue')(clause.right.text))
  if (clause.comparator !== '=') throw invalid(`issue.${key} comparator '${clause.comparator}' not one of '{'='}'`)
  const { value } = textTest(clause, expected('issue'))
  return { on: 'issue', id: typeof value === 'string' ? value : '' }
}

export function parseTraceOrder(clauses: readonly string[]): TraceOrder[] {
  const seen = new Set<string>()
  return clauses.map((clause) => {
    const { key: written, ascending } = parseOrderBy(storableText(clause, 'order_by'))
    const { entity, key } = resolved(identifier(written, orderKeys))
    if (seen.has(`${entity}.${key}`)) throw invalid(`\`order_by\` contains duplicate fields: [${clauses.map((c) => `'${c}'`).join(', ')}]`)
    seen.add(`${entity}.${key}`)
    return { field: orderField(entity, key), ascending }
  })
}

function orderField(entity: string, key: string): TraceOrderField {
  if (entity === 'tag') return { on: 'tag', key }
  if (entity === 'request_metadata') return { on: 'metadata', key }
  const name = [...textAttributes, ...numberAttributes, 'experiment_id' as const].find((attribute) => attribute === key)
  if (entity !== 'attribute' || !name) throw invalid(`Invalid identifier type '${entity}'`)
  return { on: 'attribute', name }
}
