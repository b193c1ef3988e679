/** Bytes of database per metric point: what a workload added, and single points before and after compaction. */
import { logMetric } from './workloads/logging.ts'
import { drive } from './driver/load.ts'
import type { Cell } from './driver/summary.ts'
import type { Target } from './driver/target.ts'
import type { Results } from './results.ts'
import { withDatabase } from './servers/server.ts'

/** Sizes before and after; the run rows and series that the points need are part of the price. */
export async function diskOfBatches(targets: readonly Target[], run: () => Promise<Cell[]>, results: Results): Promise<Cell[]> {
  const size = (t: Target): Promise<number> => t.options.databaseBytes?.() ?? Promise.resolve(Number.NaN)
  const before = new Map<string, number>()
  for (const t of targets) before.set(t.name, await size(t))
  const cells = await run()
  for (const t of targets) {
    const cell = cells.find((c) => c.target === t.name)
    if (!cell) continue
    const points = cell.requests * 1000
    results.disk.push({ target: t.name, points, what: 'batches of 1,000', bytesPerPoint: ((await size(t)) - (before.get(t.name) ?? Number.NaN)) / points })
  }
  return cells
}

const compactAll = `SET search_path = tracking; SELECT sum(tracking.compact_run(r.project_id, r.run_pos, 4)) FROM tracking.run r JOIN tracking.experiment e USING (experiment_id) WHERE e.name = 'bench-scratch'`
const chunkBytes = `SELECT pg_total_relation_size('tracking.metric_chunk') AS bytes`

/** The table of points alone, full of nothing else: one run for each of eight clients, ten metrics each. */
export async function diskOfSinglePoints(sluice: Target, results: Results): Promise<void> {
  const { databaseUrl } = sluice.options
  if (databaseUrl === undefined) return
  await withDatabase(databaseUrl, async (client) => {
    const bytes = async (): Promise<number> => {
      await client.query('VACUUM FULL tracking.metric_chunk') // what is free again is not what the points need
      return Number((await client.query<{ bytes: string }>(chunkBytes)).rows[0]?.bytes)
    }
    await client.query(compactAll)
    const before = await bytes()
    const points = 16_000
    const next = await logMetric.setup(sluice, 8, points)
    const { latencies } = await drive(sluice, next, { workers: 8, requests: points, seconds: 60 })
    const single = await bytes()
    await client.query(compactAll)
    const compacted = await bytes()
    const of = (what: Results['disk'][number]['what'], after: number) => results.disk.push({ target: sluice.name, points: latencies.length, what, bytesPerPoint: (after - before) / latencies.length })
    of('single points', single)
    of('single points, compacted', compacted)
  })
}
