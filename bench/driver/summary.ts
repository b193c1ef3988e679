/** From rounds of one cell (server × workload) to the figures of a table. */
import type { Measurement, Workload } from './load.ts'

export interface Cell {
  readonly target: string
  readonly workload: string
  readonly requests: number
  readonly errors: number
  readonly firstError?: string
  readonly perSecond: number
  readonly unitsPerSecond: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** CPU milliseconds per request. */
  readonly server: number
  readonly postgres: number
  readonly peakRss: number
  readonly otherCores: number
}

export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
}

export const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  )

/** Latencies and CPU are pooled, throughput is that of the median round. */
export function summarise(target: string, workload: Pick<Workload, 'id' | 'per'>, rounds: readonly Measurement[]): Cell {
  const latencies = rounds.flatMap((r) => r.latencies).sort((a, b) => a - b)
  const total = (of: (r: Measurement) => number): number => rounds.reduce((sum, r) => sum + of(r), 0)
  const perSecond = median(rounds.map((r) => r.latencies.length / r.wall))
  return {
    target,
    workload: workload.id,
    requests: latencies.length,
    errors: total((r) => r.errors),
    firstError: rounds.find((r) => r.firstError !== undefined)?.firstError,
    perSecond,
    unitsPerSecond: perSecond * workload.per,
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
    p99: quantile(latencies, 0.99),
    server: (total((r) => r.serverCpu) / latencies.length) * 1000,
    postgres: (total((r) => r.postgresCpu) / latencies.length) * 1000,
    peakRss: Math.max(...rounds.map((r) => r.peakRss)),
    otherCores: median(rounds.map((r) => r.otherCores)),
  }
}
