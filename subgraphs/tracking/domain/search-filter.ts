/**
 * MLflow's search grammar → AST. `filter := clause (AND clause)*`; the reference is mlflow/utils/search_utils.py, which
 * reads filters through sqlparse, and its messages are kept. The AST can say more than the REST grammar lets through
 * (or, not): the compiler below it knows them already.
 */
import { invalid } from '#shared/errors.ts'
import { pythonRepr, pythonSet, tokens, type Token } from '#tracking/domain/search-tokens.ts'

export type Comparator = '=' | '!=' | '>' | '>=' | '<' | '<=' | 'LIKE' | 'ILIKE' | 'IN' | 'NOT IN' | 'IS NULL' | 'IS NOT NULL'
export type FieldKind = 'metric' | 'parameter' | 'tag' | 'attribute' | 'dataset'

export interface Field {
  readonly kind: FieldKind
  /** Aliases are already resolved: `created` is start_time. */
  readonly name: string
}

export interface Condition {
  readonly type: 'compare'
  readonly field: Field
  readonly comparator: Comparator
  /** A number for metrics and numeric attributes, a list for IN and NOT IN, null for IS [NOT] NULL, else text. */
  readonly value: number | bigint | string | readonly string[] | null
}

export type Filter = Condition | { readonly type: 'and'; readonly all: readonly Filter[] } | { readonly type: 'or'; readonly any: readonly Filter[] } | { readonly type: 'not'; readonly of: Filter }

export interface OrderTerm {
  readonly field: Field
  readonly ascending: boolean
}

/** What differs between the things that can be searched. */
export interface Grammar {
  /** Attributes in filters, with their aliases. */
  readonly attributes: readonly string[]
  readonly orderAttributes: readonly string[]
  readonly numericAttributes: readonly string[]
  readonly aliases: Readonly<Record<string, string>>
  readonly listAttributes: readonly string[]
  readonly entities: 'all' | readonly string[]
  readonly nullable: readonly FieldKind[]
  readonly invalidClause: (text: string) => string
}

const numberComparators = ['!=', '<', '<=', '=', '>', '>=']
const textComparators = ['!=', '=', 'ILIKE', 'IN', 'LIKE', 'NOT IN']
const keyComparators = ['!=', '=', 'ILIKE', 'IS NOT NULL', 'IS NULL', 'LIKE']
const datasetFields = ['name', 'digest', 'context']

export const runGrammar: Grammar = {
  attributes: ['Created', 'Run Name', 'Run name', 'artifact_uri', 'created', 'end_time', 'run name', 'run_id', 'run_name', 'start_time', 'status', 'user_id'],
  orderAttributes: ['Created', 'artifact_uri', 'created', 'end_time', 'run_id', 'run_name', 'start_time', 'status', 'user_id'],
  numericAttributes: ['start_time', 'end_time', 'created', 'Created'],
  aliases: { created: 'start_time', Created: 'start_time', 'run name': 'run_name', 'Run name': 'run_name', 'Run Name': 'run_name' },
  listAttributes: ['run_id'],
  entities: 'all',
  nullable: ['tag', 'parameter'],
  invalidClause: (text) => `'${text}'`,
}

export const experimentGrammar: Grammar = {
  attributes: ['creation_time', 'experiment_id', 'last_update_time', 'name'],
  orderAttributes: ['creation_time', 'experiment_id', 'last_update_time', 'name'],
  numericAttributes: ['creation_time', 'last_update_time'],
  aliases: {},
  listAttributes: ['experiment_id'],
  entities: ['attribute', 'tag', 'tags'],
  nullable: ['tag'],
  invalidClause: (text) => text,
}

const entityNames: Readonly<Record<string, FieldKind>> = {
  metric: 'metric',
  metrics: 'metric',
  parameter: 'parameter',
  parameters: 'parameter',
  param: 'parameter',
  params: 'parameter',
  tag: 'tag',
  tags: 'tag',
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  dataset: 'dataset',
  datasets: 'dataset',
}

/** The clauses of a filter; all must hold. undefined for an empty filter. */
export function parseFilter(text: string | undefined, grammar: Grammar): Filter | undefined {
  if (!text) return undefined
  const all = tokens(text)
  const statements = all.findIndex((t) => t.kind === 'semicolon')
  if (statements >= 0 && statements < all.length - 1) throw invalid(`Search filter contained multiple expression ${pythonRepr(text)}. Provide AND-ed expression list.`)
  const { clauses, strangers } = grouped(all)
  if (strangers.length > 0) throw invalid(`Invalid clause(s) in filter string: ${strangers.map((t) => grammar.invalidClause(t.text)).join(', ')}`)
  const conditions = clauses.map((clause) => condition(clause, grammar))
  for (const [i, c] of conditions.entries()) checkComparator(c, clauses[i]?.comparator ?? '', grammar)
  if (conditions.length === 0) return undefined
  return conditions.length === 1 ? conditions[0] : { type: 'and', all: conditions }
}

interface Clause {
  readonly left: Token
  readonly comparator: string
  readonly right?: Token
}

const isOperand = (t: Token | undefined): t is Token => t !== undefined && (t.kind === 'name' || t.kind === 'string' || t.kind === 'number' || t.kind === 'quoted')
const isWord = (t: Token | undefined, ...words: string[]): boolean => t?.kind === 'keyword' && words.includes(t.text.toUpperCase())
const isName = (t: Token): boolean => t.kind === 'name' || t.kind === 'quoted'

/** Finds the comparisons; what is neither one nor AND is a stranger. */
function grouped(all: readonly Token[]): { clauses: Clause[]; strangers: Token[] } {
  const clauses: Clause[] = []
  const strangers: Token[] = []
  for (let i = 0; i < all.length; ) {
    const [found, length] = clauseAt(all, i)
    const first = all[i]
    if (found) clauses.push(found)
    else if (first && !isWord(first, 'AND')) strangers.push(first)
    i += found ? length : 1
  }
  return { clauses, strangers }
}

function clauseAt(all: readonly Token[], i: number): [Clause, number] | [undefined, 0] {
  const [left, second, third, fourth] = all.slice(i, i + 4)
  if (!isOperand(left)) return [undefined, 0]
  if ((second?.kind === 'operator' || isWord(second, 'LIKE', 'ILIKE', 'RLIKE')) && isOperand(third)) return [{ left, comparator: second?.text.toUpperCase() ?? '', right: third }, 3]
  // A list after an operator groups as a comparison too; its value is refused by name later.
  if (second?.kind === 'operator' && third?.kind === 'list') return [{ left, comparator: second.text, right: third }, 3]
  if (!isName(left)) return [undefined, 0]
  if (isWord(second, 'IN') && third?.kind === 'list') return [{ left, comparator: 'IN', right: third }, 3]
  if (isWord(second, 'NOT') && isWord(third, 'IN') && fourth?.kind === 'list') return [{ left, comparator: 'NOT IN', right: fourth }, 4]
  if (isWord(second, 'IS') && isWord(third, 'NULL')) return [{ left, comparator: 'IS NULL' }, 3]
  if (isWord(second, 'IS') && isWord(third, 'NOT') && isWord(fourth, 'NULL')) return [{ left, comparator: 'IS NOT NULL' }, 4]
  return [undefined, 0]
}

function condition({ left, comparator, right }: Clause, grammar: Grammar): Condition {
  if (!isName(left)) throw invalid(`Invalid comparison clause. Expected 'Identifier' found '${left.text}'`)
  const { kind, key } = identifier(left.text, grammar, grammar.attributes)
  const field: Field = { kind, name: kind === 'attribute' ? (grammar.aliases[key] ?? key) : key }
  if (right === undefined) {
    if (!grammar.nullable.includes(kind)) {
      const what = grammar.nullable.includes('parameter') ? `tags and params, not for '${kind}' '${key}'` : `tags, not for attribute '${key}'`
      throw invalid(`IS NULL / IS NOT NULL is only supported for ${what}`)
    }
    return { type: 'compare', field, comparator: comparator === 'IS NULL' ? 'IS NULL' : 'IS NOT NULL', value: null }
  }
  // checkComparator closes the gap between text and Comparator before anybody reads the condition.
  return { type: 'compare', field, comparator: comparator as Comparator, value: valueIn(kind, key, right, grammar) }
}

const trimmed = (text: string, quote: string): string | undefined => (text.length >= 2 && text.startsWith(quote) && text.endsWith(quote) ? text.slice(1, -1) : undefined)
const unquoted = (text: string): string => trimmed(text, "'") ?? trimmed(text, '"') ?? text
const withoutTicks = (text: string): string => trimmed(text, '`') ?? text

function identifier(text: string, grammar: Grammar, attributes: readonly string[]): { kind: FieldKind; key: string } {
  const dot = text.indexOf('.')
  const kind = dot < 0 ? 'attribute' : entity(text.slice(0, dot), grammar)
  const key = withoutTicks(unquoted(text.slice(dot + 1)))
  if (kind === 'attribute' && !attributes.includes(key)) throw invalid(`Invalid attribute key '${key}' specified. Valid keys are '${pythonSet(attributes)}'`)
  if (kind === 'dataset' && !datasetFields.includes(key)) throw invalid(`Invalid dataset key '${key}' specified. Valid keys are '${pythonSet(datasetFields)}'`)
  return { kind, key }
}

function entity(text: string, grammar: Grammar): FieldKind {
  if (grammar.entities !== 'all' && !grammar.entities.includes(text)) throw invalid(`Invalid entity type '${text}'. Valid entity types are (${grammar.entities.map((e) => `'${e}'`).join(', ')})`)
  const name = withoutTicks(text)
  const kind = Object.hasOwn(entityNames, name) ? entityNames[name] : undefined
  if (!kind) throw invalid(`Invalid entity type '${name}'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']`)
  return kind
}

const quotedText = (token: Token): string => {
  const text = trimmed(token.text, "'") ?? trimmed(token.text, '"')
  if (text === undefined) throw invalid(`Parameter value is either not quoted or unidentified quote types used for string value ${token.text}. Use either single or double quotes.`)
  return text
}
const isText = (token: Token): boolean => token.kind === 'string' || isName(token)

function valueIn(kind: FieldKind, key: string, token: Token, grammar: Grammar): number | bigint | string | readonly string[] {
  switch (kind) {
    case 'metric':
      if (token.kind !== 'number') throw invalid(`Expected numeric value type for metric. Found ${token.text}`)
      return Number(token.text)
    case 'parameter':
    case 'tag':
      if (!isText(token)) throw invalid(`Expected a quoted string value for ${kind} (e.g. 'my-value'). Got value ${token.text}`)
      return quotedText(token)
    case 'attribute':
      if (grammar.numericAttributes.includes(key)) {
        if (token.kind !== 'number') throw invalid(`Expected numeric value type for numeric attribute: ${key}. Found ${token.text}`)
        return /^-?\d+$/.test(token.text) ? BigInt(token.text) : Number(token.text)
      }
      if (isText(token)) return quotedText(token)
      if (token.kind !== 'list') throw invalid(`Expected a quoted string value for attributes. Got value ${token.text}`)
      if (!grammar.listAttributes.includes(key)) throw invalid(`Only [${grammar.listAttributes.map((a) => `'${a}'`).join(', ')}] attributes support comparison with a list of quoted string values.`)
      return listOf(token)
    case 'dataset':
      if (isText(token)) return quotedText(token)
      if (token.kind !== 'list') throw invalid(`Expected a quoted string value for dataset attributes. Got value ${token.text}`)
      return listOf(token)
  }
}

function listOf(token: Token): string[] {
  const items = tokens(token.text.slice(1, -1))
  const isPlain = items.every((t, i) => (i % 2 === 0 ? t.kind === 'string' || t.kind === 'quoted' : t.kind === 'comma'))
  if (items.length === 0) throw invalid('While parsing a list in the query, expected a non-empty list of string values, but got empty list')
  if (!isPlain) throw invalid(`While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: ${token.text}`)
  return items.filter((t) => t.kind !== 'comma').map((t) => unquoted(t.text))
}

/** MLflow checks comparators after it has read every clause, each kind in its own words. */
function checkComparator({ field, value }: Condition, comparator: string, grammar: Grammar): void {
  const refuse = (valid: readonly string[], end: string): never => {
    throw invalid(`Invalid comparator '${comparator}' not one of '${pythonSet(valid)}${end}`)
  }
  const isNumeric = field.kind === 'attribute' && grammar.numericAttributes.includes(field.name)
  if (field.kind === 'metric' && !numberComparators.includes(comparator)) refuse(numberComparators, '')
  if (field.kind === 'parameter' && !keyComparators.includes(comparator)) refuse(keyComparators, "'")
  if (field.kind === 'tag' && !keyComparators.includes(comparator)) refuse(keyComparators, '')
  if (isNumeric && !numberComparators.includes(comparator)) refuse(textComparators, '')
  if (field.kind === 'attribute' && !isNumeric && !textComparators.includes(comparator)) refuse(textComparators, "'")
  if (field.kind === 'dataset' && !textComparators.includes(comparator)) refuse(textComparators, "'")
  if (Array.isArray(value) !== (comparator === 'IN' || comparator === 'NOT IN'))
    throw invalid(`Invalid comparison clause. Expected value token found '${Array.isArray(value) ? `(${value.join(', ')})` : String(value)}'`)
}

/** The terms of order_by: `key [ASC|DESC]` each. */
export function parseOrderBy(clauses: readonly string[], grammar: Grammar): OrderTerm[] {
  return clauses.map((clause) => {
    const words = tokens(clause)
    const [first, second] = words
    if (!first || !isName(first) || words.length > 2 || (second && second.kind !== 'name' && second.kind !== 'keyword')) throw invalid(`Invalid order_by clause '${clause}'. Could not be parsed.`)
    const direction = second?.text.toLowerCase() ?? 'asc'
    if (direction !== 'asc' && direction !== 'desc') throw invalid(`Invalid ordering key in order_by clause '${clause}'.`)
    const { kind, key } = identifier(first.text, grammar, grammar.orderAttributes)
    if (kind === 'dataset') throw invalid(`Invalid identifier type '${kind}'`)
    if (kind !== 'attribute' && grammar.entities !== 'all') throw invalid(`Invalid order_by entity: ${kind}`)
    return { field: { kind, name: kind === 'attribute' ? (grammar.aliases[key] ?? key) : key }, ascending: direction === 'asc' }
  })
}
