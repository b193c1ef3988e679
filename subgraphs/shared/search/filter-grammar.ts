/**
 * The grammar of MLflow's search filters: `identifier comparator value`, joined by AND. Words only: what an identifier
 * means is the caller's table. Authority: mlflow/utils/search_utils.py on top of sqlparse, whose messages these are.
 */
import { invalid } from '#shared/errors.ts'

export type FilterValue =
  | { readonly kind: 'string' /** As written. */; readonly text: string; readonly value: string }
  | { readonly kind: 'number'; readonly text: string; readonly isInteger: boolean }
  | { readonly kind: 'list'; readonly text: string }
  /** Bare text where a quoted string belongs. */
  | { readonly kind: 'word'; readonly text: string }

export interface FilterClause {
  /** As written, e.g. tags.`a b`. */
  readonly left: string
  /** Upper case, one space inside: `=`, `NOT IN`, `IS NULL`. */
  readonly comparator: string
  /** null for IS NULL and IS NOT NULL. */
  readonly right: FilterValue | null
}

interface Token {
  readonly kind: 'identifier' | 'string' | 'number' | 'comparator' | 'list' | 'keyword' | 'other'
  readonly text: string
}

/** One name, quoted or not, with everything that follows it after dots. */
const identifier = /(?:[\p{L}_][\p{L}\p{N}_$]*|`[^`]*`|"[^"]*")(?:\.(?:[\p{L}\p{N}_$][\p{L}\p{N}_$-]*|`[^`]*`|"[^"]*"))*/uy
const lexicon: readonly (readonly [Token['kind'] | 'space', RegExp])[] = [
  ['space', /\s+/y],
  ['comparator', />=|<=|!=|<>|==|=|<|>/y],
  ['comparator', /(?:not\s+)?(?:like|ilike|rlike)\b/iy],
  ['comparator', /is\s+not\s+null\b|is\s+null\b|not\s+in\b|in\b/iy],
  ['keyword', /(?:and|or|not|is|null|between|exists|case|order|group|by|where|select|union)\b(?!\s*\.)/iy],
  ['string', /'(?:''|\\'|[^'])*'/y],
  ['number', /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\b/iy],
  ['list', /\((?:[^()'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*\)/sy],
  ['identifier', identifier],
  ['other', /[\s\S]/uy],
]

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < text.length; ) {
    for (const [kind, pattern] of lexicon) {
      pattern.lastIndex = at
      const found = pattern.exec(text)?.[0]
      if (found === undefined) continue
      at += found.length
      if (kind !== 'space') tokens.push({ kind, text: found })
      break
    }
  }
  return tokens
}

const isKeyword = (token: Token | undefined, word: string): boolean => token?.kind === 'keyword' && token.text.toUpperCase() === word
const comparatorOf = (token: Token): string => token.text.toUpperCase().replace(/\s+/g, ' ')
const valueKinds: readonly Token['kind'][] = ['string', 'number', 'identifier', 'list']

export interface GrammarOptions {
  /** How the server words the parts it could not read: runs quote each of them, the registry does not. */
  readonly quoteInvalid?: boolean
}

/** The clauses of a filter, or MLflow's refusal. An empty filter has none. A trailing AND is accepted. */
export function parseFilter(filter: string | undefined, options: GrammarOptions = {}): FilterClause[] {
  if (!filter?.trim()) return []
  const tokens = tokensOf(filter)
  const end = tokens.findIndex((t) => t.text === ';')
  if (end >= 0 && end < tokens.length - 1) throw invalid(`Search filter contained multiple expression ${pythonRepr(filter)}. Provide AND-ed expression list.`)
  const clauses: FilterClause[] = []
  const strays: string[] = []
  for (let at = 0; at < tokens.length; ) {
    const read = readClause(tokens, at)
    if (read) {
      clauses.push(read.clause)
      at += read.length
    } else {
      const stray = tokens[at++]
      if (stray && !isKeyword(stray, 'AND')) strays.push(stray.text)
    }
  }
  if (strays.length > 0) throw invalid(`Invalid clause(s) in filter string: ${strays.map((s) => (options.quoteInvalid ? `'${s}'` : s)).join(', ')}`)
  return clauses
}

function readClause(tokens: readonly Token[], at: number): { clause: FilterClause; length: number } | undefined {
  const [left, comparator, right] = [tokens[at], tokens[at + 1], tokens[at + 2]]
  if (!left || comparator?.kind !== 'comparator') return undefined
  const operator = comparatorOf(comparator)
  if (operator.startsWith('IS ')) return left.kind === 'identifier' ? { clause: { left: left.text, comparator: operator, right: null }, length: 2 } : undefined
  if (!right || !valueKinds.includes(right.kind) || operator.endsWith('IN') !== (right.kind === 'list')) return undefined
  if (left.kind === 'string' || left.kind === 'number') throw invalid(`Invalid comparison clause. Expected 'Identifier' found '${left.text}'`)
  if (left.kind !== 'identifier') return undefined
  return { clause: { left: left.text, comparator: operator, right: valueFrom(right) }, length: 3 }
}

function valueFrom(token: Token): FilterValue {
  switch (token.kind) {
    case 'string':
      return { kind: 'string', text: token.text, value: token.text.slice(1, -1) }
    case 'number':
      return { kind: 'number', text: token.text, isInteger: /^[-+]?\d+$/.test(token.text) }
    case 'list':
      return { kind: 'list', text: token.text }
    default:
      return isQuoted(token.text, '"') ? { kind: 'string', text: token.text, value: token.text.slice(1, -1) } : { kind: 'word', text: token.text }
  }
}

const isQuoted = (text: string, mark: string): boolean => text.length >= 2 && text.startsWith(mark) && text.endsWith(mark)

/** Takes one pair of quotes or backticks off a key. */
export function bareKey(key: string): string {
  const unquoted = isQuoted(key, '"') || isQuoted(key, "'") ? key.slice(1, -1) : key
  return isQuoted(unquoted, '`') ? unquoted.slice(1, -1) : unquoted
}

/** `tags.a.b` is entity `tags`, key `a.b`; without a dot there is no entity. The key keeps its quotes. */
export function splitIdentifier(left: string): { readonly entity?: string; readonly key: string } {
  const dot = left.startsWith('`') || left.startsWith('"') ? left.indexOf('.', left.indexOf(left.charAt(0), 1) + 1) : left.indexOf('.')
  return dot < 0 ? { key: left } : { entity: left.slice(0, dot), key: left.slice(dot + 1) }
}

/** The text of a quoted string, or MLflow's refusal. */
export function quotedString(value: FilterValue, otherwise: (text: string) => string): string {
  if (value.kind === 'string') return value.value
  if (value.kind === 'word') throw invalid(`Parameter value is either not quoted or unidentified quote types used for string value ${value.text}. Use either single or double quotes.`)
  throw invalid(otherwise(value.text))
}

/** The strings of `('a', "b")`. */
export function stringsOf(list: string): string[] {
  const illFormed = () => invalid('While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.')
  const inner = list.slice(1, -1).trim().replace(/,\s*$/, '')
  if (inner === '') throw invalid('While parsing a list in the query, expected a non-empty list of string values, but got empty list')
  const item = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s,'"]+))\s*(?:,|$)/sy
  const items: string[] = []
  for (let at = 0; at < inner.length; at = item.lastIndex) {
    item.lastIndex = at
    const found = item.exec(inner)
    if (!found) throw illFormed()
    const text = found[1] ?? found[2]
    if (text === undefined) {
      if (!/^[-+]?\d/.test(found[3] ?? '')) throw illFormed()
      throw invalid(`While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: ${list}`)
    }
    items.push(text.replace(/\\(['"\\])/g, '$1'))
  }
  return items
}

/** `key [ASC|DESC]` of an order_by clause. The key keeps its quotes. */
export function parseOrderBy(clause: string): { readonly key: string; readonly ascending: boolean } {
  const unreadable = () => invalid(`Invalid order_by clause '${clause}'. Could not be parsed.`)
  const text = clause.trim()
  identifier.lastIndex = 0
  const key = identifier.exec(text)?.[0]
  if (key === undefined) throw unreadable()
  const rest = text.slice(key.length)
  const direction = rest.trim()
  if (direction === '') return { key, ascending: true }
  if (!/^\s/.test(rest) || /\s/.test(direction)) throw unreadable()
  const lower = direction.toLowerCase()
  if (lower !== 'asc' && lower !== 'desc') throw invalid(`Invalid ordering key in order_by clause '${clause}'.`)
  return { key, ascending: lower === 'asc' }
}

/** repr() of a Python string. */
export function pythonRepr(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark
}
