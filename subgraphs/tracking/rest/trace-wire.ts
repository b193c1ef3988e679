/** Traces in MLflow's JSON, of both protocols, and back. Authority: mlflow/protos/service.proto and recorded answers. */
import { shownMetadata, shownTags } from '#tracking/domain/trace-names.ts'
import type { Span, SpanEvent, SpanLink, SpanStatus, Trace, TraceInfo, Words } from '#tracking/domain/trace.ts'
import { isObject, type TypedJson, type TypedObject } from '#tracking/domain/trace-value.ts'
import { assessmentWire } from '#tracking/rest/assessment-wire.ts'
import { durationWire, timestampWire } from '#tracking/rest/trace-times.ts'
import { listed } from '#tracking/rest/wire.ts'

const optional = (name: string, value: string | null): object => (value === null ? {} : { [name]: value })

export const infoWire = (info: TraceInfo): object => ({
  trace_id: info.id,
  ...optional('client_request_id', info.clientRequestId),
  trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: info.experimentId } },
  request_time: timestampWire(info.requestTime),
  ...(info.executionMs === null ? {} : { execution_duration: durationWire(info.executionMs) }),
  state: info.state,
  trace_metadata: shownMetadata(info.metadata),
  ...listed('assessments', info.assessments.map(assessmentWire)),
  tags: shownTags(info.tags),
  ...optional('request_preview', info.requestPreview),
  ...optional('response_preview', info.responsePreview),
})

const pairsWire = (words: Words): { key: string; value: string }[] =>
  Object.entries(words)
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
const statusV2: Readonly<Record<TraceInfo['state'], string>> = { STATE_UNSPECIFIED: 'TRACE_STATUS_UNSPECIFIED', OK: 'OK', ERROR: 'ERROR', IN_PROGRESS: 'IN_PROGRESS' }

export const infoWireV2 = (info: TraceInfo): object => ({
  request_id: info.id,
  experiment_id: info.experimentId,
  timestamp_ms: info.requestTime,
  execution_time_ms: info.executionMs ?? 0,
  status: statusV2[info.state],
  ...listed('request_metadata', pairsWire(shownMetadata(info.metadata))),
  ...listed('tags', pairsWire(shownTags(info.tags))),
})

/** Beyond an int64 it was a double that PostgreSQL wrote out. */
const isInt64 = (value: bigint): boolean => value >= -(2n ** 63n) && value < 2n ** 63n

/** OTLP's AnyValue in MLflow's JSON: names as in the proto, integers as numbers. */
function anyValueWire(value: TypedJson): object {
  if (value === null) return {}
  switch (typeof value) {
    case 'string':
      return { string_value: value }
    case 'boolean':
      return { bool_value: value }
    case 'bigint':
      return isInt64(value) ? { int_value: value } : { double_value: Number(value) }
    case 'number':
      return { double_value: value }
    default:
      if (isObject(value)) return { kvlist_value: { ...listed('values', attributesWire(value)) } }
      return { array_value: { ...listed('values', value.map(anyValueWire)) } }
  }
}
const attributesWire = (attributes: TypedObject): object[] => Object.entries(attributes).map(([key, value]) => ({ key, value: anyValueWire(value) }))

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')
const codes: Readonly<Record<SpanStatus, string>> = { UNSET: 'STATUS_CODE_UNSET', OK: 'STATUS_CODE_OK', ERROR: 'STATUS_CODE_ERROR' }
const eventWire = ({ name, timeNs, attributes }: SpanEvent): object => ({ time_unix_nano: timeNs, name, ...listed('attributes', attributesWire(attributes)) })
const linkWire = ({ traceId, spanId, attributes }: SpanLink): object => ({ trace_id: base64(traceId), span_id: base64(spanId), ...listed('attributes', attributesWire(attributes)) })

const spanWire = (span: Span): object => ({
  trace_id: base64(span.traceId.slice('tr-'.length)),
  span_id: base64(span.spanId),
  ...(span.parentId === null ? {} : { parent_span_id: base64(span.parentId) }),
  name: span.name,
  start_time_unix_nano: span.startNs,
  ...(span.endNs === 0n ? {} : { end_time_unix_nano: span.endNs }),
  ...listed('attributes', attributesWire(span.attributes)),
  ...listed('events', span.events.map(eventWire)),
  ...listed('links', span.links.map(linkWire)),
  status: { ...(span.statusMessage === '' ? {} : { message: span.statusMessage }), ...(span.status === 'UNSET' ? {} : { code: codes[span.status] }) },
})

export const traceWire = ({ info, spans }: Trace): object => ({ trace_info: infoWire(info), ...listed('spans', spans.map(spanWire)) })
