/** What is run, in order, and the rounds in which the servers take turns. */
import { measure, type Bounds, type Measurement, type Workload } from './driver/load.ts'
import { summarise, type Cell } from './driver/summary.ts'
import type { Target } from './driver/target.ts'
import { artifactGet, artifactGetBig, artifactPut, artifactPutBig } from './workloads/artifacts.ts'
import { createRuns, logBatch100, logBatch1000, logMetric } from './workloads/logging.ts'
import { getRun, history100k, history10k, historyBulk, searchExperiments, searchWorkload, filtered, unfiltered } from './workloads/reading.ts'
import { modelCreate, modelLatest, modelSearch, versionCreate } from './workloads/registry.ts'

export interface Missing {
  readonly target: string
  readonly workload: string
  readonly reason: string
}

export const searchSizes = (quick: boolean): readonly number[] => (quick ? [2_000] : [2_000, 20_000])

const searches = (size: number): Workload[] => [
  searchWorkload(`search-${size}`, size, filtered),
  searchWorkload(`search-all-${size}`, size, unfiltered),
  searchWorkload(`search-1pc-${size}`, size, { filter: 'metrics.acc > 0.99', order_by: ['metrics.acc DESC'] }),
  searchWorkload(`search-10pc-${size}`, size, { filter: 'metrics.acc > 0.9', order_by: ['metrics.acc DESC'] }),
  // m1 is high exactly where acc is low: the walk along the order passes 6 of 10 runs before its first match.
  searchWorkload(`search-against-${size}`, size, { filter: 'metrics.acc < 0.01', order_by: ['metrics.m1 ASC'] }),
]

export const workloads = (quick: boolean): Workload[] => [
  createRuns,
  logMetric,
  logBatch1000,
  logBatch100,
  getRun,
  ...searchSizes(quick).flatMap((size) => searches(size).slice(0, quick || size === 2_000 ? 2 : 5)),
  history10k,
  history100k,
  historyBulk,
  searchExperiments,
  modelCreate,
  versionCreate,
  modelLatest,
  modelSearch,
  artifactPut,
  artifactGet,
  ...(quick ? [] : [artifactPutBig, artifactGetBig]),
]

/** Every server in every round, one after the other, the order turned around each time: what drifts, drifts for all. */
export async function runWorkload(targets: readonly Target[], workload: Workload, rounds: number, bounds: Bounds, missing: Missing[]): Promise<Cell[]> {
  const done = new Map<Target, Measurement[]>()
  const without = (t: Target, error: unknown): void => {
    missing.push({ target: t.name, workload: workload.id, reason: (error instanceof Error ? error.message : String(error)).slice(0, 300) })
    done.delete(t)
  }
  for (const t of targets) {
    done.set(t, [])
    await workload.seed?.(t).catch((error: unknown) => without(t, error))
  }
  for (let round = 0; round < rounds; round++) {
    const alive = [...done.keys()]
    for (const t of round % 2 === 1 ? alive.reverse() : alive) {
      await measure(t, workload, round === 0 ? { ...bounds, warmSeconds: 1 } : bounds).then(
        (measurement) => done.get(t)?.push(measurement),
        (error: unknown) => without(t, error),
      )
    }
  }
  const cells = [...done].map(([t, measurements]) => summarise(t.name, workload, measurements))
  for (const cell of cells.filter(({ requests }) => requests === 0)) missing.push({ target: cell.target, workload: workload.id, reason: cell.firstError || 'no answer' })
  return cells.filter(({ requests }) => requests > 0)
}
