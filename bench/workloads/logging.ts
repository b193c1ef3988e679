/** Writes of training programs. Each worker logs to runs of its own, as training jobs do. */
import { createRun, frac, inParallel, scratch, T0 } from '../fixtures.ts'
import type { Workload } from '../driver/load.ts'
import { post, type Target } from '../driver/target.ts'
import { check } from './check.ts'

export async function runPool(t: Target, size: number): Promise<string[]> {
  const { experimentId } = await scratch(t)
  const ids = Array.from({ length: size }, () => '')
  await inParallel(size, 8, async (i) => {
    ids[i] = await createRun(t, experimentId)
  })
  return ids
}

/** By hand, which keeps the driver cheap. 1,000 metrics are 50 keys × 20 steps. */
function metricsJson(keys: number, steps: number, firstStep: number): string {
  const points: string[] = []
  for (let step = firstStep; step < firstStep + steps; step++) {
    for (let k = 0; k < keys; k++) points.push(`{"key":"metric_${k}","value":${((step * 31 + k * 17) % 1000) / 1000},"timestamp":${T0 + step * 1000},"step":${step}}`)
  }
  return points.join(',')
}

const batch = (run: string | undefined, metrics: string, more = ''): ReturnType<typeof post> => post('/runs/log-batch', `{"run_id":"${run}","metrics":[${metrics}]${more}}`)

export const createRuns: Workload = {
  id: 'create-run',
  title: 'runs/create',
  unit: 'runs',
  per: 1,
  async setup(t) {
    const { experimentId } = await scratch(t)
    const request = post('/runs/create', { experiment_id: experimentId, start_time: T0, user_id: 'bench', tags: [{ key: 'mlflow.user', value: 'bench' }] })
    return () => request
  },
}

export const logMetric: Workload = {
  id: 'log-metric',
  title: 'runs/log-metric',
  unit: 'points',
  per: 1,
  async setup(t, workers) {
    const pool = await runPool(t, workers)
    return (worker, i) => post('/runs/log-metric', { run_id: pool[worker], key: `metric_${i % 10}`, value: frac(i), timestamp: T0 + i, step: i })
  },
}

export const logBatch1000: Workload = {
  id: 'log-batch-1000',
  title: 'runs/log-batch, 1,000 metrics',
  unit: 'points',
  per: 1000,
  async setup(t, workers) {
    const pool = await runPool(t, workers + 1) // the last one is for the check
    await t.send(batch(pool[workers], metricsJson(50, 20, 0)))
    const { metrics } = await t.call<{ metrics?: object[] }>('GET', '/metrics/get-history', { run_id: pool[workers], metric_key: 'metric_7' })
    check(metrics?.length === 20, `${metrics?.length} points stored, not 20`)
    return (worker, i) => batch(pool[worker], metricsJson(50, 20, i * 20))
  },
}

export const logBatch100: Workload = {
  id: 'log-batch-100',
  title: 'runs/log-batch, 100 metrics and 10 params',
  unit: 'points',
  per: 100,
  cap: 1000,
  async setup(t, workers, requests) {
    const pool = await runPool(t, Math.max(workers, Math.ceil(requests / 10))) // params never change: ten batches for a run
    const batches = new Map<string, number>()
    return (worker, i) => {
      const run = pool[(worker + i * workers) % pool.length] ?? ''
      const n = batches.get(run) ?? 0
      batches.set(run, n + 1)
      const params = Array.from({ length: 10 }, (_, k) => `{"key":"p_${n}_${k}","value":"value-${k}"}`).join(',')
      return batch(run, metricsJson(50, 2, n * 2), `,"params":[${params}]`)
    }
  },
}
