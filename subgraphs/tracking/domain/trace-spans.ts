/**
 * What a batch of spans says of its trace: when it began and ended, how it went, what it read and wrote, what it used.
 * Reference: mlflow/store/tracking/sqlalchemy_store.py, _log_spans_once.
 */
import { storableText } from '#shared/names.ts'
import { traceTag } from '#tracking/domain/trace-names.ts'
import { inTrackingStore, textOf, traceKeys, type Span, type Words } from '#tracking/domain/trace.ts'
import { dump, isObject, storable, type TypedJson } from '#tracking/domain/trace-value.ts'

/** Attributes of spans that mean something here (mlflow/tracing/constant.py, SpanAttributeKey). */
const keys = {
  inputs: 'mlflow.spanInputs',
  outputs: 'mlflow.spanOutputs',
  usage: 'mlflow.chat.tokenUsage',
  cost: 'mlflow.llm.cost',
  tagPrefix: 'mlflow.traceTag.',
} as const
const sessionKeys = ['session.id', 'gen_ai.conversation.id']
const MAX_PREVIEW = 1_000
const MAX_SESSION = 250

export interface SpanAggregate {
  /** Epoch ms. */
  readonly startMs: number
  readonly endMs: number | null
  /** undefined while the root is not among the spans. */
  readonly state: 'OK' | 'ERROR' | undefined
  readonly requestPreview: string | null
  readonly responsePreview: string | null
  readonly tags: Words
  /** For keys that the trace has not got yet. */
  readonly metadata: Words
}

const ms = (ns: bigint): number => Number(ns / 1_000_000n)

export function aggregateOf(spans: readonly Span[], resource: Words): SpanAggregate {
  const root = spans.findLast((span) => span.parentId === null)
  const ends = spans.flatMap((span) => (span.endNs > 0n ? [ms(span.endNs)] : []))
  return {
    startMs: spans.reduce((least, span) => Math.min(least, ms(span.startNs)), Number.MAX_SAFE_INTEGER),
    endMs: ends.length === 0 ? null : ends.reduce((most, end) => Math.max(most, end), 0),
    state: root && (root.status === 'ERROR' ? 'ERROR' : 'OK'),
    requestPreview: preview(root?.attributes[keys.inputs]),
    responsePreview: preview(root?.attributes[keys.outputs]),
    // What the user says wins over what the resource says; where the spans lie is ours.
    tags: { ...resource, ...userTags(root), [traceKeys.spansLocation]: inTrackingStore },
    metadata: metadataOf(spans),
  }
}

function preview(value: TypedJson | undefined): string | null {
  if (value === undefined || value === null) return null
  const text = typeof value === 'string' ? storable(value) : dump(value)
  const characters = [...text.slice(0, 2 * MAX_PREVIEW + 2)]
  return characters.length <= MAX_PREVIEW ? text : `${characters.slice(0, MAX_PREVIEW - 3).join('')}...`
}

function userTags(root: Span | undefined): Words {
  const tags: (readonly [string, string])[] = []
  for (const [key, value] of Object.entries(root?.attributes ?? {})) {
    if (!key.startsWith(keys.tagPrefix)) continue
    const name = key.slice(keys.tagPrefix.length)
    const tag = usableTag(name, value)
    if (tag && name !== traceKeys.spansLocation && name !== traceKeys.artifactLocation) tags.push(tag)
  }
  return Object.fromEntries(tags)
}

/** Words of a resource become tags, but for the SDK's own and for ours. */
export function resourceTags(attributes: Readonly<Record<string, TypedJson>>): Words {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([key, value]) => (key.startsWith('telemetry.sdk.') || key.startsWith('mlflow.') ? [] : [usableTag(key, value)].filter((tag) => tag !== undefined))),
  )
}

/** A span with a key that is no name of a tag is stored all the same; the tag is left out. */
function usableTag(key: string, value: TypedJson): readonly [string, string] | undefined {
  try {
    return traceTag(key, typeof value === 'string' ? storable(value) : dump(value))
  } catch {
    return undefined
  }
}

function metadataOf(spans: readonly Span[]): Words {
  const first = (names: readonly string[]): string | undefined => spans.flatMap(({ attributes }) => names.map((name) => textOf(attributes[name])).filter((text) => text)).at(0)
  const session = first(sessionKeys)
  const user = first(['user.id'])
  return {
    ...(session ? { [traceKeys.session]: storableText(storable(session), 'Session ID', MAX_SESSION) } : {}),
    ...(user ? { [traceKeys.user]: storable(user).slice(0, MAX_SESSION) } : {}),
  }
}

const usageKeys = ['input_tokens', 'output_tokens', 'total_tokens'] as const
const cacheKeys = ['cache_read_input_tokens', 'cache_creation_input_tokens', 'cache_creation_input_tokens_above_1hr'] as const
const costKeys = ['input_cost', 'output_cost', 'total_cost'] as const

/** What of a stored span the sums below need. */
export interface SpanUsage {
  readonly spanId: string
  readonly parentId: string | null
  readonly usage: TypedJson
  readonly cost: TypedJson
}
export const usageOf = ({ spanId, parentId, attributes }: Span): SpanUsage => ({ spanId, parentId, usage: attributes[keys.usage] ?? null, cost: attributes[keys.cost] ?? null })
export const usageAttributes = { usage: keys.usage, cost: keys.cost } as const

/** Tokens and cost of a whole trace, as its metadata says them. A span that sums up its children is counted instead of them. */
export function totals(spans: readonly SpanUsage[]): Words {
  const tokens = sum(spans, ({ usage }) => usage, usageKeys, cacheKeys)
  const cost = sum(spans, (span) => span.cost, costKeys, [])
  return {
    ...(tokens ? { [traceKeys.tokenUsage]: dump(Object.fromEntries(Object.entries(tokens).map(([key, n]) => [key, BigInt(Math.trunc(n))]))) } : {}),
    ...(cost ? { [traceKeys.cost]: dump(cost) } : {}),
  }
}

function sum(spans: readonly SpanUsage[], of: (span: SpanUsage) => TypedJson, always: readonly string[], maybe: readonly string[]): Record<string, number> | undefined {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const has = (span: SpanUsage): boolean => isObject(of(span))
  /** Spans with an ancestor that was counted; a loop of parents ends where it began. */
  const isCovered = (span: SpanUsage): boolean => {
    const seen = new Set([span.spanId])
    for (let up = span.parentId; up !== null && !seen.has(up); up = byId.get(up)?.parentId ?? null) {
      seen.add(up)
      const parent = byId.get(up)
      if (parent && has(parent)) return true
    }
    return false
  }
  const counted = spans.filter((span) => has(span) && !isCovered(span))
  if (counted.length === 0) return undefined
  const result: Record<string, number> = Object.fromEntries(always.map((key) => [key, 0]))
  for (const span of counted) {
    const values = of(span)
    for (const key of [...always, ...maybe]) {
      const n = isObject(values) ? Number(values[key] ?? Number.NaN) : Number.NaN
      if (Number.isFinite(n) && Math.abs(n) <= Number.MAX_SAFE_INTEGER) result[key] = (result[key] ?? 0) + n
    }
  }
  return result
}
