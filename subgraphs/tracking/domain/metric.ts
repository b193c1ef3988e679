/**
 * Metrics. A point is (step, timestamp, value); NaN and infinities are legal values and survive a round trip. Logging is
 * idempotent: an equal point is the same point. The latest value is the greatest (step, timestamp, value), where NaN
 * counts as 0, as in MLflow (SqlAlchemyStore._update_latest_metric_if_necessary).
 */

export interface MetricPoint {
  /** bigint where a double is not exact. */
  readonly step: number | bigint
  /** Epoch ms. */
  readonly timestamp: number | bigint
  readonly value: number
}

/** A point to be logged. */
export interface NewMetric extends MetricPoint {
  readonly key: string
  /** The logged model that the value is about, and the dataset it was measured on. */
  readonly modelId?: string
  readonly datasetName?: string
  readonly datasetDigest?: string
}

/** What a table shows of a series. */
export interface Metric extends MetricPoint {
  readonly key: string
  readonly count: number
  /** null while every value is NaN. */
  readonly min: number | null
  readonly max: number | null
}

const rank = (value: number): number => (Number.isNaN(value) ? 0 : value)
const compare = (a: number | bigint, b: number | bigint): number => (a < b ? -1 : a > b ? 1 : 0)

/** The order of "latest": step, then time, then value. */
export const compareLatest = (a: MetricPoint, b: MetricPoint): number => compare(a.step, b.step) || compare(a.timestamp, b.timestamp) || compare(rank(a.value), rank(b.value))

/** The order of a history: time, then step, then value (NaN before everything, so that the order is total). */
export const compareHistory = (a: MetricPoint, b: MetricPoint): number =>
  compare(a.timestamp, b.timestamp) || compare(a.step, b.step) || (Number.isNaN(a.value) ? (Number.isNaN(b.value) ? 0 : -1) : Number.isNaN(b.value) ? 1 : compare(a.value, b.value))

/** Sorted as a history, each point once. */
export function distinctPoints<P extends MetricPoint>(points: readonly P[]): readonly P[] {
  // Most come as they were logged, in order and each once.
  if (points.every((point, i) => i === 0 || compareHistory(points[i - 1] ?? point, point) < 0)) return points
  const sorted = [...points].sort(compareHistory)
  return sorted.filter((point, i) => {
    const before = sorted[i - 1]
    return before === undefined || compareHistory(before, point) !== 0
  })
}
