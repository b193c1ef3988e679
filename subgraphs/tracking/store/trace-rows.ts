/** Rows of traces, spans and assessments → what the domain knows. */
import { assessmentKinds, sourceTypes, type Assessment, type AssessmentError } from '#tracking/domain/assessment.ts'
import { traceStates, type Span, type SpanEvent, type SpanLink, type SpanStatus, type TraceInfo, type Words } from '#tracking/domain/trace.ts'
import { dump, isObject, parseTyped, type TypedJson, type TypedObject } from '#tracking/domain/trace-value.ts'

export interface TraceRow {
  trace_id: string
  wire_id: string
  request_time: string
  execution_ms: string | null
  state: string
  client_request_id: string | null
  request_preview: string | null
  response_preview: string | null
  tags: Words
  metadata: Words
  owner_id: string | null
}
export const traceColumns = 't.trace_id, e.wire_id, t.request_time, t.execution_ms, t.state, t.client_request_id, t.request_preview, t.response_preview, t.tags, t.metadata, t.owner_id'

export const infoOf = (row: TraceRow, assessments: readonly Assessment[]): TraceInfo => ({
  id: row.trace_id,
  experimentId: row.wire_id,
  requestTime: Number(row.request_time),
  executionMs: row.execution_ms === null ? null : Number(row.execution_ms),
  state: traceStates.find((state) => state === row.state) ?? 'STATE_UNSPECIFIED',
  clientRequestId: row.client_request_id,
  requestPreview: row.request_preview,
  responsePreview: row.response_preview,
  tags: row.tags,
  metadata: row.metadata,
  ownerId: row.owner_id,
  assessments,
})

export interface SpanRow {
  trace_id: string
  span_id: string
  parent_id: string | null
  name: string
  type: string
  status: string
  message: string
  start_ns: string
  end_ns: string
  attributes: string
  events: string
  links: string
}
/** Documents come as text: JSON.parse would make one thing of 1 and 1.0. */
export const spanColumns = 'trace_id, span_id, parent_id, name, type, status, message, start_ns, end_ns, attributes::text, events::text, links::text'

const statuses: readonly SpanStatus[] = ['UNSET', 'OK', 'ERROR']
const objectOf = (value: TypedJson | undefined): TypedObject => (isObject(value) ? value : {})
const textIn = (value: TypedJson | undefined): string => (typeof value === 'string' ? value : '')
const listIn = (text: string): readonly TypedObject[] => {
  const value = parseTyped(text)
  return Array.isArray(value) ? value.map((item: TypedJson) => objectOf(item)) : []
}

export const spanOf = (row: SpanRow): Span => ({
  traceId: row.trace_id,
  spanId: row.span_id,
  parentId: row.parent_id,
  name: row.name,
  type: row.type,
  status: statuses.find((status) => status === row.status) ?? 'UNSET',
  statusMessage: row.message,
  startNs: BigInt(row.start_ns),
  endNs: BigInt(row.end_ns),
  attributes: objectOf(parseTyped(row.attributes)),
  events: listIn(row.events).map((event) => ({ name: textIn(event['name']), timeNs: typeof event['time'] === 'bigint' ? event['time'] : 0n, attributes: objectOf(event['attributes']) })),
  links: listIn(row.links).map((link) => ({ traceId: textIn(link['trace']), spanId: textIn(link['span']), attributes: objectOf(link['attributes']) })),
})
export const eventsText = (events: readonly SpanEvent[]): string => dump(events.map(({ name, timeNs, attributes }) => ({ name, time: timeNs, attributes })))
export const linksText = (links: readonly SpanLink[]): string => dump(links.map(({ traceId, spanId, attributes }) => ({ trace: traceId, span: spanId, attributes })))

export interface AssessmentRow {
  trace_id: string
  assessment_id: string
  kind: string
  name: string
  value: string | null
  error: AssessmentError | null
  source_type: string
  source_id: string
  span_id: string | null
  rationale: string | null
  metadata: Words
  overrides: string | null
  valid: boolean
  create_time: string
  update_time: string
  owner_id: string | null
}
export const assessmentColumns = 'trace_id, assessment_id, kind, name, value::text, error, source_type, source_id, span_id, rationale, metadata, overrides, valid, create_time, update_time, owner_id'

export const assessmentOf = (row: AssessmentRow): Assessment => ({
  id: row.assessment_id,
  traceId: row.trace_id,
  kind: assessmentKinds.find((kind) => kind === row.kind) ?? 'feedback',
  name: row.name,
  value: row.value === null ? null : (parseTyped(row.value) ?? null),
  error: row.error,
  sourceType: sourceTypes.find((type) => type === row.source_type) ?? 'SOURCE_TYPE_UNSPECIFIED',
  sourceId: row.source_id,
  spanId: row.span_id,
  rationale: row.rationale,
  metadata: row.metadata,
  overrides: row.overrides,
  valid: row.valid,
  createTime: Number(row.create_time),
  updateTime: Number(row.update_time),
  ownerId: row.owner_id,
})
