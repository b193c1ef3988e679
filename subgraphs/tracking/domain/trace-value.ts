/**
 * JSON that keeps what JavaScript forgets: whole numbers are bigint, numbers with a point are number, so that 1 and 1.0
 * stay two things, as they are to Python and to OTLP. `dump` writes as Python's json.dumps does, and PostgreSQL can
 * store what it writes.
 */
import { invalid } from '#shared/errors.ts'

export type TypedJson = null | boolean | string | number | bigint | readonly TypedJson[] | TypedObject
export interface TypedObject {
  readonly [key: string]: TypedJson
}

/** Longer numbers are no numbers of anybody. */
const MAX_DIGITS = 400
const MAX_DEPTH = 300

export const isObject = (value: unknown): value is TypedObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** undefined where the text is not JSON. */
export function parseTyped(text: string): TypedJson | undefined {
  try {
    const value: unknown = JSON.parse(text, withTypes)
    return withinDepth(value, 0) ? (value as TypedJson) : undefined // what JSON.parse and the reviver make
  } catch {
    return undefined
  }
}

function withTypes(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value
  if (context.source.length > MAX_DIGITS || !Number.isFinite(value)) throw invalid('A number is too long.')
  return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value
}

function withinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth < MAX_DEPTH && Object.values(value).every((inner: unknown) => withinDepth(inner, depth + 1))
}

/** NUL and halves of characters, which PostgreSQL stores in no text. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\uFFFD')

const double = (value: number): string => {
  if (!Number.isFinite(value)) return JSON.stringify(Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity')
  const text = Object.is(value, -0) ? '-0' : String(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

export function dump(value: TypedJson, options: { readonly sorted?: boolean } = {}): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return JSON.stringify(storable(value))
    case 'number':
      return double(value)
    case 'bigint':
    case 'boolean':
      return String(value)
    default: {
      if (Array.isArray(value)) return `[${value.map((item: TypedJson) => dump(item, options)).join(', ')}]`
      const entries = Object.entries(value)
      if (options.sorted) entries.sort(([a], [b]) => (a < b ? -1 : 1))
      return `{${entries.map(([key, inner]) => `${JSON.stringify(storable(key))}: ${dump(inner, options)}`).join(', ')}}`
    }
  }
}

/** A plain JSON value, as routes read it: whole numbers count as doubles where the protocol has only those. */
export function typedOf(value: unknown, depth = 0): TypedJson {
  if (depth > MAX_DEPTH) throw invalid('A value is nested too deeply.')
  if (value === undefined || value === null) return null
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
      return value
    case 'bigint':
      return Number(value)
    default:
      if (Array.isArray(value)) return value.map((item) => typedOf(item, depth + 1))
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, typedOf(inner, depth + 1)]))
  }
}
