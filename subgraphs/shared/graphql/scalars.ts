/**
 * GraphQL's Float refuses NaN and Int refuses milliseconds (stack.md section 10), so times, counts and metric values have
 * scalars of their own. Each subgraph passes `scalars` to buildSubgraph; every SDL declares the ones it uses.
 */
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'

const bad = (what: string): never => {
  throw new GraphQLError(`Expected ${what}`, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } })
}

const wholeNumber = (value: unknown, what: string): number | bigint => {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (typeof value === 'string' && /^-?\d{1,19}$/.test(value)) {
    const exact = BigInt(value)
    return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact
  }
  return bad(what)
}
const literalText = (node: ValueNode, what: string): string => (node.kind === Kind.INT || node.kind === Kind.STRING || node.kind === Kind.FLOAT ? node.value : bad(what))
/** What JSON can carry: a number where a double is exact, else a string of digits. */
const outWhole = (value: unknown, what: string): number | string => {
  const whole = wholeNumber(value, what)
  return typeof whole === 'bigint' ? whole.toString() : whole
}

export const Timestamp = new GraphQLScalarType<number, number>({
  name: 'Timestamp',
  description: 'Milliseconds since 1970-01-01T00:00:00Z.',
  serialize: (value) => Number(wholeNumber(value, 'milliseconds')),
  parseValue: (value) => Number(wholeNumber(value, 'milliseconds')),
  parseLiteral: (node) => Number(wholeNumber(literalText(node, 'milliseconds'), 'milliseconds')),
})

export const Long = new GraphQLScalarType<number | bigint, number | string>({
  name: 'Long',
  description: 'A 64-bit integer: a JSON number, or a string of digits where a double would not be exact.',
  serialize: (value) => outWhole(value, 'a whole number'),
  parseValue: (value) => wholeNumber(value, 'a whole number'),
  parseLiteral: (node) => wholeNumber(literalText(node, 'a whole number'), 'a whole number'),
})

const outMetric = (value: unknown): number | string => {
  if (typeof value !== 'number') return bad('a metric value')
  if (Number.isNaN(value)) return 'NaN'
  if (value === Number.POSITIVE_INFINITY) return 'Infinity'
  if (value === Number.NEGATIVE_INFINITY) return '-Infinity'
  return value
}
const inMetric = (value: unknown): number => {
  if (typeof value === 'number') return value
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value)
  return bad('a number, "NaN", "Infinity" or "-Infinity"')
}

export const MetricValue = new GraphQLScalarType<number, number | string>({
  name: 'MetricValue',
  description: 'A 64-bit float: a JSON number, or "NaN", "Infinity", "-Infinity".',
  serialize: outMetric,
  parseValue: inMetric,
  parseLiteral: (node) => (node.kind === Kind.STRING ? inMetric(node.value) : inMetric(Number(literalText(node, 'a number')))),
})

/** The columns of a series, all of equal length. */
export interface SeriesColumns {
  readonly steps: readonly (number | bigint)[]
  /** Epoch ms. */
  readonly timestamps: readonly (number | bigint)[]
  readonly values: readonly number[]
}

export const MetricSeries = new GraphQLScalarType<SeriesColumns, object>({
  name: 'MetricSeries',
  description: 'Points of one metric as columns of equal length: { steps: [Long], timestamps: [Timestamp], values: [MetricValue] }.',
  serialize(value) {
    if (typeof value !== 'object' || value === null || !('steps' in value)) return bad('a series')
    const { steps, timestamps, values } = value as SeriesColumns // the guard above; resolvers return SeriesColumns
    return { steps: steps.map((s) => outWhole(s, 'a step')), timestamps: timestamps.map((t) => outWhole(t, 'a time')), values: values.map(outMetric) }
  },
  parseValue: () => bad('nothing: MetricSeries is never an input'),
  parseLiteral: () => bad('nothing: MetricSeries is never an input'),
})

export const Json = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value. Used only where the shape is the user’s own: cells of a table, statistics.',
  serialize: (value) => value,
  parseValue: () => bad('nothing: JSON is never an input'),
  parseLiteral: () => bad('nothing: JSON is never an input'),
})
