/** People read while programs write: four of eight workers log batches, four read; what readers wait is the figure. */
import { performance } from 'node:perf_hooks'
import { drive } from '../driver/load.ts'
import { quantile } from '../driver/summary.ts'
import type { Target } from '../driver/target.ts'
import { experimentsFixture, historyFixture, searchFixture } from '../fixtures.ts'
import { history10k, searchExperiments, searchWorkload, filtered } from './reading.ts'
import { logBatch100 } from './logging.ts'

const writers = 4
const readers = 4
export const mixedReads = ['run search', 'experiment search', 'history'] as const
export type MixedRead = (typeof mixedReads)[number]

export interface Mixed {
  readonly target: string
  readonly errors: number
  readonly writes: number
  readonly p95: Readonly<Partial<Record<MixedRead, number>>>
  readonly reads: number
}

export async function runMixed(t: Target, runs: number, seconds: number): Promise<Mixed> {
  await Promise.all([searchFixture(t, runs), historyFixture(t), experimentsFixture(t)])
  const write = await logBatch100.setup(t, writers, 2000)
  const search = searchWorkload('mixed', runs, filtered)
  const read = [await search.setup(t, readers, 0), await searchExperiments.setup(t, readers, 0), await history10k.setup(t, readers, 0)]
  const latencies: number[][] = mixedReads.map(() => [])
  let writes = 0
  const load = await drive(
    t,
    async (worker, i) => {
      const kind = (i + worker) % mixedReads.length
      const step = worker < writers ? write(worker, i) : read[kind]?.(worker, i)
      if (step === undefined || step instanceof Promise) return
      const began = performance.now()
      const { status, text } = await t.send(step)
      if (status !== 200) throw new Error(`${status} ${text.slice(0, 200)}`)
      if (worker < writers) writes++
      else latencies[kind]?.push(performance.now() - began)
    },
    { workers: writers + readers, requests: Number.POSITIVE_INFINITY, seconds },
  )
  const sorted = latencies.map((values) => values.sort((a, b) => a - b))
  return { target: t.name, errors: load.errors, writes, reads: sorted.flat().length, p95: Object.fromEntries(mixedReads.map((name, i) => [name, quantile(sorted[i] ?? [], 0.95)])) }
}
