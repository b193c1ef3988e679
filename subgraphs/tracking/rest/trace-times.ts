/** Times, durations and maps as protobuf's JSON has them. */
import { invalid } from '#shared/errors.ts'
import type { Words } from '#tracking/domain/trace.ts'

/** google.protobuf.Timestamp in JSON, of epoch ms: no fraction, or three digits. */
export function timestampWire(ms: number): string {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return '1970-01-01T00:00:00Z'
  const text = date.toISOString()
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text
}

const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/
export function timestampOf(text: string | undefined, field: string): number | undefined {
  if (text === undefined) return undefined
  // Beyond the third digit of a second is cut off: Date reads no more of it on every platform.
  const ms = timestamp.test(text) ? Date.parse(text.replace(/(\.\d{3})\d+/, '$1')) : Number.NaN
  if (Number.isNaN(ms)) throw invalid(`Invalid value ${JSON.stringify(text)} for parameter '${field}' supplied: it is no RFC 3339 time.`, field)
  return ms
}

/** google.protobuf.Duration in JSON. */
export function durationWire(ms: number): string {
  const seconds = Math.trunc(Math.abs(ms) / 1_000)
  const rest = Math.abs(ms) % 1_000
  return `${ms < 0 ? '-' : ''}${seconds}${rest === 0 ? '' : `.${String(rest).padStart(3, '0')}`}s`
}
export function durationOf(text: string | undefined, field: string): number | null {
  if (text === undefined) return null
  const [, sign, seconds, fraction = ''] = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text) ?? []
  if (seconds === undefined) throw invalid(`Invalid value ${JSON.stringify(text)} for parameter '${field}' supplied: it is no duration.`, field)
  return (sign === '-' ? -1 : 1) * (Number(seconds) * 1_000 + Number(fraction.padEnd(3, '0').slice(0, 3)))
}

/** A map of strings, as protobuf's JSON has it. */
export function wordsOf(value: unknown, field: string): Words {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(`Invalid value for parameter '${field}' supplied: it must be an object of strings.`, field)
  return Object.fromEntries(
    Object.entries(value).map(([key, text]: [string, unknown]) => {
      if (typeof text !== 'string') throw invalid(`Invalid value for parameter '${field}' supplied: the value of '${key}' is no string.`, field)
      return [key, text]
    }),
  )
}
