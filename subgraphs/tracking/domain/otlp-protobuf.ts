/**
 * Reads ExportTraceServiceRequest in protobuf's wire format. A reader of our own, because the protocol needs 64-bit numbers
 * exactly, a bound on nesting, and no code made at run time; field numbers are those of opentelemetry-proto v1.
 */
import { malformed, type OtlpRequest, type OtlpSpan } from '#tracking/domain/otlp.ts'
import type { SpanEvent } from '#tracking/domain/trace.ts'
import type { TypedJson, TypedObject } from '#tracking/domain/trace-value.ts'

const MAX_DEPTH = 100
const utf8 = new TextDecoder('utf-8')

/** One field of a message: what it says depends on who reads it. */
interface FieldValue {
  readonly number: number
  /** Wire type 0 and 1. */
  readonly integer: bigint
  /** Wire type 2. */
  readonly bytes: Uint8Array
}

const nothing = new Uint8Array()

/** The fields of a message in the order in which they lie. */
function* fieldsOf(message: Uint8Array): Generator<FieldValue> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++]
      if (byte === undefined) throw malformed()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw malformed()
  }
  const take = (length: number): number => {
    const start = at
    if (length < 0 || start + length > message.length) throw malformed()
    at += length
    return start
  }
  while (at < message.length) {
    const tag = varint()
    const number = Number(tag >> 3n)
    if (number === 0) throw malformed()
    switch (Number(tag & 7n)) {
      case 0:
        yield { number, integer: varint(), bytes: nothing }
        break
      case 1:
        yield { number, integer: view.getBigUint64(take(8), true), bytes: nothing }
        break
      case 2: {
        const length = varint()
        const start = take(length > BigInt(message.length) ? -1 : Number(length))
        yield { number, integer: 0n, bytes: message.subarray(start, at) }
        break
      }
      case 5:
        yield { number, integer: BigInt(view.getUint32(take(4), true)), bytes: nothing }
        break
      default:
        throw malformed()
    }
  }
}

const text = ({ bytes }: FieldValue): string => utf8.decode(bytes)
const hex = ({ bytes }: FieldValue): string => Buffer.from(bytes).toString('hex')

function doubleOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}

function anyValue(message: Uint8Array, depth: number): TypedJson {
  if (depth > MAX_DEPTH) throw malformed()
  let value: TypedJson = null
  for (const field of fieldsOf(message)) {
    switch (field.number) {
      case 1:
        value = text(field)
        break
      case 2:
        value = field.integer !== 0n
        break
      case 3:
        value = BigInt.asIntN(64, field.integer)
        break
      case 4:
        value = doubleOf(field.integer)
        break
      case 5:
        value = [...fieldsOf(field.bytes)].filter(({ number }) => number === 1).map(({ bytes }) => anyValue(bytes, depth + 1))
        break
      case 6:
        value = attributesIn(
          [...fieldsOf(field.bytes)].filter(({ number }) => number === 1),
          depth + 1,
        )
        break
      case 7:
        value = Buffer.from(field.bytes).toString('base64')
    }
  }
  return value
}

function attributesIn(pairs: readonly FieldValue[], depth = 0): TypedObject {
  return Object.fromEntries(
    pairs.map(({ bytes }): [string, TypedJson] => {
      let key = ''
      let value: TypedJson = null
      for (const field of fieldsOf(bytes)) {
        if (field.number === 1) key = text(field)
        if (field.number === 2) value = anyValue(field.bytes, depth)
      }
      return [key, value]
    }),
  )
}

/** The fields of a message by number; the last of a single field counts. */
class Message {
  private readonly all: readonly FieldValue[]
  constructor(bytes: Uint8Array) {
    this.all = [...fieldsOf(bytes)]
  }
  every(number: number): readonly FieldValue[] {
    return this.all.filter((field) => field.number === number)
  }
  last(number: number): FieldValue | undefined {
    return this.all.findLast((field) => field.number === number)
  }
  text(number: number): string {
    const field = this.last(number)
    return field ? text(field) : ''
  }
  hex(number: number): string {
    const field = this.last(number)
    return field ? hex(field) : ''
  }
  integer(number: number): bigint {
    return this.last(number)?.integer ?? 0n
  }
}

function eventOf({ bytes }: FieldValue): SpanEvent {
  const event = new Message(bytes)
  return { timeNs: event.integer(1), name: event.text(2), attributes: attributesIn(event.every(3)) }
}

function linkOf({ bytes }: FieldValue): OtlpSpan['links'][number] {
  const link = new Message(bytes)
  return { traceId: link.hex(1), spanId: link.hex(2), attributes: attributesIn(link.every(4)) }
}

function spanOf({ bytes }: FieldValue): OtlpSpan {
  const span = new Message(bytes)
  const status = new Message(span.last(15)?.bytes ?? nothing)
  return {
    traceId: span.hex(1),
    spanId: span.hex(2),
    parentSpanId: span.hex(4),
    name: span.text(5),
    startNs: span.integer(7),
    endNs: span.integer(8),
    attributes: attributesIn(span.every(9)),
    events: span.every(11).map(eventOf),
    links: span.every(13).map(linkOf),
    statusMessage: status.text(2),
    statusCode: Number(status.integer(3)),
  }
}

export function readProtobuf(body: Uint8Array): OtlpRequest {
  return {
    resourceSpans: new Message(body).every(1).map(({ bytes }) => {
      const group = new Message(bytes)
      const resource = new Message(group.last(1)?.bytes ?? nothing)
      return { resource: attributesIn(resource.every(1)), spans: group.every(2).flatMap(({ bytes: scope }) => new Message(scope).every(2).map(spanOf)) }
    }),
  }
}
