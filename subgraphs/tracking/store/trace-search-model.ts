/** The definition of a search of traces: what its tests compare SQL with. Slow and plain. */
import { isPresence, type NumberTest, type PresenceTest, type SpanField, type TextTest, type TraceCondition, type TraceOrder } from '#tracking/domain/trace-filter.ts'
import { traceKeys, type Span, type Trace, type TraceInfo } from '#tracking/domain/trace.ts'
import { dump, type TypedJson } from '#tracking/domain/trace-value.ts'

const like = (pattern: string, flags: string): RegExp =>
  new RegExp(`^${[...pattern].map((c) => (c === '%' ? '[\\s\\S]*' : c === '_' ? '[\\s\\S]' : c.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))).join('')}$`, `u${flags}`)

function isText(value: string | null | undefined, test: TextTest): boolean {
  if (value === null || value === undefined) return false
  switch (test.comparator) {
    case '=':
      return value === test.value
    case '!=':
      return value !== test.value
    case 'IN':
      return test.value.includes(value)
    case 'NOT IN':
      return !test.value.includes(value)
    case 'LIKE':
      return like(test.value, '').test(value)
    case 'ILIKE':
      return like(test.value, 'i').test(value)
    case 'RLIKE':
      return new RegExp(test.value, 'u').test(value)
  }
}

function isNumber(value: number | null, { comparator, value: text }: NumberTest): boolean {
  if (value === null) return false
  const other = Number(text)
  switch (comparator) {
    case '=':
      return value === other
    case '!=':
      return value !== other
    case '>':
      return value > other
    case '>=':
      return value >= other
    case '<':
      return value < other
    case '<=':
      return value <= other
  }
}

const isWord = (value: string | undefined, test: TextTest | PresenceTest): boolean => (isPresence(test) ? (value === undefined) === (test.comparator === 'IS NULL') : isText(value, test))
/** A value as text: of a string itself, of everything else its JSON. */
const plain = (value: TypedJson): string => (typeof value === 'string' ? value : dump(value))

function spanText(span: Span, field: SpanField): string | undefined {
  if (field === 'content') return `${span.name}${dump(span.attributes)}`
  if (typeof field === 'string') return span[field]
  const value = span.attributes[field.attribute]
  return value === undefined || value === null ? undefined : plain(value)
}

const attributes = (info: TraceInfo) => ({ request_id: info.id, status: info.state, client_request_id: info.clientRequestId })
const numbers = (info: TraceInfo) => ({ timestamp_ms: info.requestTime, execution_time_ms: info.executionMs, end_time_ms: info.requestTime + (info.executionMs ?? 0) })

function isSaid(info: TraceInfo, condition: Extract<TraceCondition, { on: 'feedback' | 'expectation' }>, searched: readonly Trace[]): boolean {
  const session = info.metadata[traceKeys.session]
  const said = [
    ...info.assessments,
    ...searched
      .filter((other) => session !== undefined && other.info.metadata[traceKeys.session] === session)
      .flatMap((other) => other.info.assessments.filter((a) => traceKeys.session in a.metadata)),
  ]
  const named = said.filter((a) => a.kind === condition.on && a.name === condition.name && a.valid)
  if ('number' in condition) return named.some((a) => typeof a.value === 'number' && isNumber(a.value, condition.number))
  const { test } = condition
  if (isPresence(test)) return (named.length === 0) === (test.comparator === 'IS NULL')
  return named.some((a) => isText(plain(a.value), test))
}

function holds({ info }: Trace, condition: Exclude<TraceCondition, { on: 'span' }>, searched: readonly Trace[], links: ReadonlyMap<string, readonly string[]>): boolean {
  switch (condition.on) {
    case 'attribute':
      return isText(attributes(info)[condition.name], condition.test)
    case 'number':
      return isNumber(numbers(info)[condition.name], condition.test)
    case 'tag':
      return isWord(info.tags[condition.key], condition.test)
    case 'metadata':
      return isWord(info.metadata[condition.key], condition.test)
    case 'feedback':
    case 'expectation':
      return isSaid(info, condition, searched)
    case 'issue':
      return info.assessments.some((a) => a.kind === 'issue' && a.name === condition.id)
    case 'run':
      return info.metadata[traceKeys.sourceRun] === condition.id
    case 'prompt':
      return links.get(info.id)?.includes(condition.id) ?? false
  }
}

export function matches(trace: Trace, conditions: readonly TraceCondition[], searched: readonly Trace[], links: ReadonlyMap<string, readonly string[]>): boolean {
  const spans = conditions.filter((c) => c.on === 'span')
  return (
    conditions.filter((c) => c.on !== 'span').every((c) => holds(trace, c, searched, links)) &&
    (spans.length === 0 || trace.spans.some((span) => spans.every(({ field, test }) => isText(spanText(span, field), test))))
  )
}

type Key = string | bigint | null
function keyOf(info: TraceInfo, { field }: TraceOrder): Key {
  if (field.on !== 'attribute') return (field.on === 'tag' ? info.tags : info.metadata)[field.key] ?? null
  if (field.name === 'experiment_id') return BigInt(info.experimentId)
  const value = { ...attributes(info), ...numbers(info) }[field.name]
  return typeof value === 'number' ? BigInt(value) : value
}

/** Missing values last in both directions, then the latest first, then by id. */
export function ordered(traces: readonly Trace[], terms: readonly TraceOrder[]): Trace[] {
  const all: TraceOrder[] = [...terms, { field: { on: 'attribute', name: 'timestamp_ms' }, ascending: false }, { field: { on: 'attribute', name: 'request_id' }, ascending: true }]
  const bytes = (key: string): Buffer => Buffer.from(key)
  const compare = (a: Key, b: Key): number => (typeof a === 'string' && typeof b === 'string' ? Buffer.compare(bytes(a), bytes(b)) : a === b ? 0 : (a ?? 0) < (b ?? 0) ? -1 : 1)
  return [...traces].sort((left, right) => {
    for (const term of all) {
      const [a, b] = [keyOf(left.info, term), keyOf(right.info, term)]
      if (a === null || b === null) {
        if (a === b) continue
        return a === null ? 1 : -1
      }
      const order = compare(a, b)
      if (order !== 0) return term.ascending ? order : -order
    }
    return 0
  })
}
