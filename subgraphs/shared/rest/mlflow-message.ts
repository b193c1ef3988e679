/**
 * Reads requests the way MLflow reads them: JSON or query parameters against a message description, snake_case or
 * camelCase, with MLflow's own messages in MLflow's own order. Authority: mlflow/server/handlers.py
 * (_get_request_message, _validate_param_against_schema) and mlflow-api.md section 7.1, checked by the recorded answers.
 *
 *   const CreateExperiment = message({ name: text.required(), artifact_location: text, tags: list({ key: text, value: text }) })
 *   projectRoute({ ..., input: CreateExperiment.read, handle: ({ input }) => ... input.name ... })
 */
import { DomainError, invalid } from '#shared/errors.ts'
import type { RawInput } from '#shared/rest/route.ts'

type Kind = 'text' | 'int' | 'double' | 'bool' | 'enum' | 'message' | 'any'

/** One field. `T` is what it yields when present. */
export interface Field<T, Required extends boolean = false> {
  readonly kind: Kind
  readonly isRequired: Required
  readonly isList: boolean
  readonly fields?: Fields
  readonly values?: readonly string[]
  readonly aliases: readonly string[]
  required(): Field<T, true>
  /** Another name under which the field is accepted, e.g. `run_uuid` for `run_id`. */
  alias(...names: string[]): Field<T, Required>
  readonly __type?: T
}
export type Fields = Readonly<Record<string, Field<unknown, boolean>>>
export type Read<F extends Fields> = { [K in keyof F as F[K] extends Field<unknown, true> ? K : never]: F[K] extends Field<infer T, true> ? T : never } & {
  [K in keyof F as F[K] extends Field<unknown, true> ? never : K]?: F[K] extends Field<infer T, boolean> ? T : never
}

const field = <T, R extends boolean>(facts: { kind: Kind; isRequired: R; isList: boolean; fields?: Fields; values?: readonly string[]; aliases: readonly string[] }): Field<T, R> => ({
  ...facts,
  required: () => field<T, true>({ ...facts, isRequired: true }),
  alias: (...names) => field<T, R>({ ...facts, aliases: [...facts.aliases, ...names] }),
})
const plain = <T>(kind: Kind): Field<T> => field<T, false>({ kind, isRequired: false, isList: false, aliases: [] })

export const text = plain<string>('text')
/** int32 or int64; bigint only where a double cannot hold it. JSON strings of digits are good. */
export const int = plain<number | bigint>('int')
/** "NaN", "Infinity", "-Infinity" are good. */
export const double = plain<number>('double')
export const bool = plain<boolean>('bool')
/** Unknown names are ignored, numbers count from 1 in the order of `values` (proto2 enums of MLflow). */
export const oneOf = <const V extends string>(...values: V[]): Field<V> => field<V, false>({ kind: 'enum', isRequired: false, isList: false, values, aliases: [] })
export const nested = <F extends Fields>(fields: F): Field<Read<F>> => field<Read<F>, false>({ kind: 'message', isRequired: false, isList: false, fields, aliases: [] })
/** JSON as it came. */
export const anything = plain<unknown>('any')

export function list<F extends Fields>(fields: F): Field<Read<F>[]>
export function list<T>(of: Field<T>): Field<T[]>
export function list(of: Fields | Field<unknown>): Field<unknown[]> {
  const single = isField(of) ? of : nested(of)
  return field<unknown[], false>({
    kind: single.kind,
    isRequired: false,
    isList: true,
    aliases: [],
    ...(single.fields ? { fields: single.fields } : {}),
    ...(single.values ? { values: single.values } : {}),
  })
}
const isField = (of: Fields | Field<unknown>): of is Field<unknown> => typeof of['kind'] === 'string'

const jsonOnly = "Bad Request. Content-Type must be one of ['application/json']."

export interface Message<F extends Fields> {
  readonly fields: F
  /** For `input:` of a route. */
  readonly read: (raw: RawInput) => Read<F>
}

export function message<F extends Fields>(fields: F): Message<F> {
  return {
    fields,
    read(raw) {
      const isQuery = raw.method === 'GET' || (raw.method === 'DELETE' && raw.body === undefined)
      const source = isQuery ? fromQuery(raw.query, fields) : bodyOf(raw)
      const withPath = { ...source, ...Object.fromEntries(Object.entries(raw.params).filter(([name]) => name !== '*')) }
      try {
        // readMessage builds exactly what the description says; the type is derived from the same description.
        return readMessage(withPath, fields) as Read<F>
      } catch (error) {
        throw asWritten(error, raw)
      }
    },
  }
}

function bodyOf(raw: RawInput): Record<string, unknown> {
  if (raw.method === 'POST' || raw.method === 'PUT') {
    const type = raw.headers['content-type']
    if (!type) throw invalid('Bad Request. Content-Type header is missing.')
    if (type.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json') throw invalid(jsonOnly)
  }
  let { body } = raw
  if (typeof body === 'string') {
    try {
      body = JSON.parse(body) // a JSON string body is decoded a second time
    } catch {
      body = undefined
    }
  }
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {}
}

function fromQuery(query: URLSearchParams, fields: Fields): Record<string, unknown> {
  const source: Record<string, unknown> = {}
  for (const [name, f] of Object.entries(fields)) {
    for (const spelling of [name, ...f.aliases]) {
      const all = query.getAll(spelling)
      const [first] = all
      if (first === undefined || source[name] !== undefined) continue
      if (f.isList) source[name] = all
      else if (f.kind === 'bool') {
        const lower = first.toLowerCase()
        if (lower !== 'true' && lower !== 'false') throw invalid(`Invalid boolean value: ${first}, must be 'true' or 'false'.`)
        source[name] = lower === 'true'
      } else source[name] = first
    }
  }
  return source
}

const camelOf = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** Finds the value under any accepted spelling; both spellings at once are refused. */
function pick(source: Record<string, unknown>, name: string, f: Field<unknown, boolean>): unknown {
  const camel = camelOf(name)
  if (camel !== name && Object.hasOwn(source, name) && Object.hasOwn(source, camel)) throw invalid(`Request specifies both '${name}' and '${camel}'; provide only one of them.`)
  for (const spelling of [name, camel, ...f.aliases, ...f.aliases.map(camelOf)]) if (Object.hasOwn(source, spelling) && source[spelling] !== null) return source[spelling]
  return undefined
}

function readMessage(source: Record<string, unknown>, fields: Fields): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  const picked = Object.entries(fields).map(([name, f]) => [name, f, pick(source, name, f)] as const)
  // All types first, then what is required: MLflow parses the whole message before it looks for missing fields.
  for (const [name, f, value] of picked) if (value !== undefined) result[name] = readField(value, f, name)
  requireFields(result, fields, '')
  return result
}

function requireFields(value: Record<string, unknown>, fields: Fields, prefix: string): void {
  for (const [name, f] of Object.entries(fields)) {
    const v = value[name]
    if (f.isRequired && (v === undefined || v === '')) throw missing(prefix + name)
    if (!f.fields || v === undefined) continue
    if (Array.isArray(v)) for (const [i, item] of v.entries()) requireFields(item, f.fields, `${prefix}${name}[${i}].`)
    else requireFields(v as Record<string, unknown>, f.fields, `${prefix}${name}.`) // readField made it from this description
  }
}

const moreInformation = 'See the API docs for more information about request parameters.'
export const missing = (name: string): DomainError => invalid(`Missing value for required parameter '${name}'. ${moreInformation}`, name)
/** MLflow's words for a value of the wrong type. */
export const wrongType = (value: unknown, path: string): DomainError =>
  invalid(`Invalid value ${pythonJson(value)} for parameter '${path}' supplied:  Hint: Value was of type '${pythonType(value)}'. ${moreInformation}`, path)

/** A number that was written as a float and holds an integer, which JSON.parse makes one. */
class WholeFloat {
  constructor(readonly value: number) {}
}

/** The same error about the value as it was written: Python tells 9.0 from 9, and only an error's words show it. */
function asWritten(error: unknown, { bodyText }: RawInput): unknown {
  const path = error instanceof DomainError ? error.details.field : undefined
  if (path === undefined || bodyText === undefined || !/\d(?:\.0|e)/i.test(bodyText)) return error
  const written = (_key: string, v: unknown, context?: { source?: string }): unknown => (typeof v === 'number' && Number.isInteger(v) && /[.e]/i.test(context?.source ?? '') ? new WholeFloat(v) : v)
  let value: unknown = JSON.parse(bodyText, written)
  for (const part of path.split(/[.[\]]+/).filter(Boolean)) value = typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === part)?.[1] : undefined
  return value instanceof WholeFloat ? wrongType(value, path) : error
}

function readField(value: unknown, f: Field<unknown, boolean>, path: string): unknown {
  if (!f.isList) return readSingle(value, f, path)
  if (!Array.isArray(value)) throw wrongType(value, path)
  return value.map((item, i) => readSingle(item, f, `${path}[${i}]`)).filter((item) => item !== undefined)
}

function readSingle(value: unknown, f: Field<unknown, boolean>, path: string): unknown {
  switch (f.kind) {
    case 'any':
      return value
    case 'text':
      if (typeof value !== 'string') throw wrongType(value, path)
      return value
    case 'int':
      return readInt(value, path)
    case 'double':
      return readDouble(value, path)
    case 'bool':
      if (typeof value !== 'boolean') throw wrongType(value, path)
      return value
    case 'enum':
      if (typeof value === 'number') return f.values?.[value - 1]
      return f.values?.find((v) => v === value)
    case 'message': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(value, path)
      const result: Record<string, unknown> = {}
      for (const [name, inner] of Object.entries(f.fields ?? {})) {
        const v = pick({ ...value }, name, inner)
        if (v !== undefined) result[name] = readField(v, inner, `${path}.${name}`)
      }
      return result
    }
  }
}

const int64Max = 2n ** 63n - 1n
const int64Min = -(2n ** 63n)

function readInt(value: unknown, path: string): number | bigint {
  let exact: bigint | undefined
  if (typeof value === 'bigint') exact = value
  else if (typeof value === 'number' && Number.isInteger(value)) exact = BigInt(value)
  else if (typeof value === 'string' && /^\s*-?\d{1,30}\s*$/.test(value)) exact = BigInt(value.trim())
  if (exact === undefined || exact > int64Max || exact < int64Min) throw wrongType(value, path)
  const near = Number(exact)
  return Number.isSafeInteger(near) ? near : exact
}

const specialDoubles: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY }

function readDouble(value: unknown, path: string): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'string') {
    const special = specialDoubles[value]
    if (special !== undefined) return special
    if (value.trim() !== '' && Number.isFinite(Number(value))) return Number(value)
  }
  throw wrongType(value, path)
}

const pythonType = (value: unknown): string => {
  if (value === null || value === undefined) return 'NoneType'
  if (value instanceof WholeFloat) return 'float'
  if (Array.isArray(value)) return 'list'
  switch (typeof value) {
    case 'string':
      return 'str'
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float'
    default:
      return 'dict'
  }
}

/** json.dumps(value, sort_keys=True, separators=(",", ":")) of Python. */
function pythonJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof WholeFloat) return `${value.value}.0`
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(',')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => `${JSON.stringify(k)}:${pythonJson(v)}`)
      .join(',')}}`
  return JSON.stringify(value) ?? 'null'
}
