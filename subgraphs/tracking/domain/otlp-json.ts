/** Reads ExportTraceServiceRequest in OTLP's JSON: names in camelCase (or as in the proto), ids in hex, integers as text. */
import { malformed, type OtlpRequest, type OtlpSpan } from '#tracking/domain/otlp.ts'
import type { SpanEvent } from '#tracking/domain/trace.ts'
import { isObject, parseTyped, type TypedJson, type TypedObject } from '#tracking/domain/trace-value.ts'

const camelOf = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
/** Absent and null are the same. */
const pick = (from: TypedObject, name: string): TypedJson => from[camelOf(name)] ?? from[name] ?? null

function listOf(from: TypedObject, name: string): readonly TypedObject[] {
  const value = pick(from, name)
  if (value === null) return []
  if (!Array.isArray(value)) throw malformed()
  return value.map((item: TypedJson) => {
    if (!isObject(item)) throw malformed()
    return item
  })
}
function objectOf(from: TypedObject, name: string): TypedObject {
  const value = pick(from, name)
  if (value === null) return {}
  if (!isObject(value)) throw malformed()
  return value
}
function textOf(from: TypedObject, name: string): string {
  const value = pick(from, name)
  if (value === null) return ''
  if (typeof value !== 'string') throw malformed()
  return value
}
function integerOf(value: TypedJson, isSigned = false): bigint {
  if (value === null) return 0n
  const whole =
    typeof value === 'bigint' ? value : typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined
  if (whole === undefined || whole !== (isSigned ? BigInt.asIntN(64, whole) : BigInt.asUintN(64, whole))) throw malformed()
  return whole
}
function doubleOf(value: TypedJson): number {
  const special = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY }
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return special[value]
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value)
  throw malformed()
}

function anyValue(value: TypedObject): TypedJson {
  const [name, held] = Object.entries(value).find(([, inner]) => inner !== null) ?? []
  switch (name && camelOf(name)) {
    case undefined:
      return null
    case 'stringValue':
    case 'bytesValue':
      return textOf(value, name ?? '')
    case 'boolValue':
      if (typeof held !== 'boolean') throw malformed()
      return held
    case 'intValue':
      return integerOf(held ?? null, true)
    case 'doubleValue':
      return doubleOf(held ?? null)
    case 'arrayValue':
      return listOf(objectOf(value, name ?? ''), 'values').map(anyValue)
    case 'kvlistValue':
      return attributesOf(objectOf(value, name ?? ''), 'values')
    default:
      return null // a kind of value that is newer than this server
  }
}
const attributesOf = (from: TypedObject, name: string): TypedObject => Object.fromEntries(listOf(from, name).map((pair) => [textOf(pair, 'key'), anyValue(objectOf(pair, 'value'))]))

const codes: readonly TypedJson[] = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR']
function statusCode(value: TypedJson): number {
  const named = codes.indexOf(value)
  return named >= 0 ? named : Number(integerOf(value))
}

const eventOf = (event: TypedObject): SpanEvent => ({ timeNs: integerOf(pick(event, 'time_unix_nano')), name: textOf(event, 'name'), attributes: attributesOf(event, 'attributes') })
const linkOf = (link: TypedObject): OtlpSpan['links'][number] => ({ traceId: textOf(link, 'trace_id'), spanId: textOf(link, 'span_id'), attributes: attributesOf(link, 'attributes') })

function spanOf(span: TypedObject): OtlpSpan {
  const status = objectOf(span, 'status')
  return {
    traceId: textOf(span, 'trace_id'),
    spanId: textOf(span, 'span_id'),
    parentSpanId: textOf(span, 'parent_span_id'),
    name: textOf(span, 'name'),
    startNs: integerOf(pick(span, 'start_time_unix_nano')),
    endNs: integerOf(pick(span, 'end_time_unix_nano')),
    attributes: attributesOf(span, 'attributes'),
    events: listOf(span, 'events').map(eventOf),
    links: listOf(span, 'links').map(linkOf),
    statusCode: statusCode(pick(status, 'code')),
    statusMessage: textOf(status, 'message'),
  }
}

export function readJson(body: string): OtlpRequest {
  const request = parseTyped(body)
  if (!isObject(request)) throw malformed()
  return {
    resourceSpans: listOf(request, 'resource_spans').map((group) => ({
      resource: attributesOf(objectOf(group, 'resource'), 'attributes'),
      spans: listOf(group, 'scope_spans').flatMap((scope) => listOf(scope, 'spans').map(spanOf)),
    })),
  }
}
