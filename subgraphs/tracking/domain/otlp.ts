/**
 * Spans of the OpenTelemetry protocol → spans as they are kept here. Reference: mlflow/entities/span.py from_otel_proto and
 * mlflow/tracing/otel/translation for what other instrumentations call the same things.
 */
import type { SentSpans } from '#tracking/domain/traces.ts'
import { resourceTags } from '#tracking/domain/trace-spans.ts'
import type { Span, SpanEvent, SpanStatus } from '#tracking/domain/trace.ts'
import { isObject, type TypedJson, type TypedObject } from '#tracking/domain/trace-value.ts'

/** A request, from protobuf or JSON alike. Ids are hex as they came. */
export interface OtlpRequest {
  readonly resourceSpans: readonly { readonly resource: TypedObject; readonly spans: readonly OtlpSpan[] }[]
}
export interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly startNs: bigint
  readonly endNs: bigint
  readonly attributes: TypedObject
  readonly events: readonly SpanEvent[]
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: TypedObject }[]
  /** 0 unset, 1 ok, 2 error. */
  readonly statusCode: number
  readonly statusMessage: string
}

/** The request cannot be read, or a span in it is none. The words are MLflow's. */
export class OtlpError extends Error {
  constructor(
    message: string,
    readonly status: 400 | 413 | 422 = 400,
  ) {
    super(message)
  }
}
export const malformed = (): OtlpError => new OtlpError('Invalid OpenTelemetry format')

const keys = { requestId: 'mlflow.traceRequestId', type: 'mlflow.spanType', usage: 'mlflow.chat.tokenUsage' } as const
const statuses: readonly SpanStatus[] = ['UNSET', 'OK', 'ERROR']

/** Span types by the semantic conventions for generative AI. */
const operations: Readonly<Record<string, string>> = {
  chat: 'CHAT_MODEL',
  create_agent: 'AGENT',
  embeddings: 'EMBEDDING',
  execute_tool: 'TOOL',
  generate_content: 'LLM',
  invoke_agent: 'AGENT',
  text_completion: 'LLM',
  response: 'LLM',
}
/** OpenInference has names of its own; most are ours. */
const inferenceKinds = new Set(['TOOL', 'CHAIN', 'LLM', 'RETRIEVER', 'EMBEDDING', 'AGENT', 'RERANKER', 'GUARDRAIL', 'EVALUATOR'])

/** Left-padded to its full length, as the integer that it stands for. Undefined where it is none, or all zeros. */
function idOf(hex: string, digits: number): string | undefined {
  if (!/^[0-9a-f]+$/i.test(hex) || /^0+$/.test(hex)) return undefined
  const id = hex.toLowerCase().padStart(digits, '0')
  return id.length === digits ? id : undefined
}

export function sentSpans({ resourceSpans }: OtlpRequest): SentSpans[] {
  if (resourceSpans.length === 0) throw new OtlpError('Invalid OpenTelemetry format - no spans found')
  return resourceSpans.map(({ resource, spans }) => ({ resource: resourceTags(resource), spans: spans.map(spanOf) }))
}

function spanOf(span: OtlpSpan): Span {
  const trace = idOf(span.traceId, 32)
  const id = idOf(span.spanId, 16)
  const parent = span.parentSpanId === '' || /^0+$/.test(span.parentSpanId) ? null : idOf(span.parentSpanId, 16)
  if (trace === undefined || id === undefined || parent === undefined) throw new OtlpError('Cannot convert OpenTelemetry span to MLflow span', 422)
  const traceId = `tr-${trace}`
  const type = typeOf(span.attributes)
  const usage = usageIn(span.attributes)
  return {
    traceId,
    spanId: id,
    parentId: parent,
    name: span.name,
    type: type ?? 'UNKNOWN',
    status: statuses[span.statusCode] ?? 'UNSET',
    statusMessage: span.statusMessage,
    startNs: span.startNs,
    endNs: span.endNs,
    // The id of the trace is what the protocol says, whatever an attribute claims.
    attributes: { ...span.attributes, [keys.requestId]: traceId, ...(type === undefined ? {} : { [keys.type]: type }), ...(usage === undefined ? {} : { [keys.usage]: usage }) },
    events: span.events,
    links: span.links.flatMap((link) => {
      const [to, at] = [idOf(link.traceId, 32), idOf(link.spanId, 16)]
      return to === undefined || at === undefined ? [] : [{ traceId: to, spanId: at, attributes: link.attributes }]
    }),
  }
}

function typeOf(attributes: TypedObject): string | undefined {
  const own = attributes[keys.type]
  if (typeof own === 'string' && own !== 'UNKNOWN') return own
  const operation = attributes['gen_ai.operation.name']
  if (typeof operation === 'string' && Object.hasOwn(operations, operation)) return operations[operation]
  const kind = attributes['openinference.span.kind']
  if (typeof kind === 'string' && inferenceKinds.has(kind.toUpperCase())) return kind.toUpperCase()
  return typeof own === 'string' ? own : undefined
}

function usageIn(attributes: TypedObject): TypedJson | undefined {
  const [input, output] = [attributes['gen_ai.usage.input_tokens'], attributes['gen_ai.usage.output_tokens']]
  if (isObject(attributes[keys.usage]) || typeof input !== 'bigint' || typeof output !== 'bigint') return undefined
  return { input_tokens: input, output_tokens: output, total_tokens: input + output }
}
