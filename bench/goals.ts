/** The goals: what Sluice promises against the peers in one run, and whether this run kept it. */
import { cellOf, cpu, type Results } from './results.ts'
import type { Cell } from './driver/summary.ts'
import { mixedReads } from './workloads/mixed.ts'

export interface Verdict {
  readonly goal: string
  readonly reached: string
  /** Undefined: not measured in this run. */
  readonly isMet: boolean | undefined
}

type Goal = (results: Results) => Verdict

const times = (n: number): string => `${n >= 10 ? n.toFixed(0) : n.toFixed(1)}×`
const verdict = (goal: string, value: number | undefined, isMet: (value: number) => boolean, show: (value: number) => string): Verdict =>
  value === undefined || !Number.isFinite(value) ? { goal, reached: 'not measured', isMet: undefined } : { goal, reached: show(value), isMet: isMet(value) }

const between = (results: Results, workload: string, ratio: (mlflow: Cell, ours: Cell) => number): number | undefined => {
  const mlflow = cellOf(results.cells, 'mlflow', workload)
  const ours = cellOf(results.cells, 'sluice', workload)
  return mlflow && ours && ratio(mlflow, ours)
}

const lessCpu =
  (workload: string, least: number): Goal =>
  (results) =>
    verdict(
      `${workload}: ${least}× less CPU than MLflow`,
      between(results, workload, (mlflow, ours) => cpu(mlflow) / cpu(ours)),
      (x) => x >= least,
      times,
    )

const moreThroughput =
  (workload: string, least: number): Goal =>
  (results) =>
    verdict(
      `${workload}: ${least}× MLflow's throughput`,
      between(results, workload, (mlflow, ours) => ours.perSecond / mlflow.perSecond),
      (x) => x >= least,
      times,
    )

const lowerP95 =
  (workload: string, least: number): Goal =>
  (results) =>
    verdict(
      `${workload}: p95 ${least}× lower than MLflow's`,
      between(results, workload, (mlflow, ours) => mlflow.p95 / ours.p95),
      (x) => x >= least,
      times,
    )

const aheadOfFastTrackMl: Goal = (results) => {
  const behind: string[] = []
  let both = 0
  for (const ours of results.cells.filter((c) => c.target === 'sluice')) {
    const theirs = cellOf(results.cells, 'fasttrackml', ours.workload)
    if (!theirs) continue
    both++
    if (cpu(theirs) <= cpu(ours)) behind.push(`${ours.workload} (CPU ${cpu(ours).toFixed(2)} against ${cpu(theirs).toFixed(2)} ms)`)
    else if (theirs.perSecond >= ours.perSecond) behind.push(`${ours.workload} (${ours.perSecond.toFixed(0)} requests/s against ${theirs.perSecond.toFixed(0)})`)
  }
  return {
    goal: 'ahead of FastTrackML in CPU and throughput wherever it answers',
    reached: behind.length === 0 ? `in all ${both} workloads` : `behind in ${behind.join(', ')}`,
    isMet: both === 0 ? undefined : behind.length === 0,
  }
}

const disk =
  (what: Results['disk'][number]['what'], most: number): Goal =>
  (results) =>
    verdict(
      `disk per metric point, ${what}: at most ${most} bytes`,
      results.disk.find((d) => d.target === 'sluice' && d.what === what)?.bytesPerPoint,
      (x) => x <= most,
      (x) => `${x.toFixed(0)} bytes`,
    )

const errorsInACrowd: Goal = (results) =>
  verdict(
    'errors at 32 clients: 0',
    results.crowded.some((c) => c.target === 'sluice') ? results.crowded.filter((c) => c.target === 'sluice').reduce((sum, c) => sum + c.errors, 0) : undefined,
    (x) => x === 0,
    String,
  )

const authentication: Goal = (results) => {
  const ratios = results.unauthenticated.flatMap((off) => {
    const on = cellOf(results.unauthenticated, 'sluice', off.workload)
    return off.target === 'sluice-auth-off' && on ? [cpu(on) / cpu(off)] : []
  })
  const mean = ratios.length === 0 ? undefined : Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length)
  return verdict(
    'authentication on against off: at most 1.1× the CPU (geometric mean)',
    mean,
    (x) => x <= 1.1,
    (x) => `${x.toFixed(2)}× (${ratios.map((r) => r.toFixed(2)).join(', ')})`,
  )
}

const mixed =
  (read: (typeof mixedReads)[number]): Goal =>
  (results) => {
    const p95 = (target: string): number | undefined => results.mixed.find((m) => m.target === target)?.p95[read]
    const [mlflow, ours] = [p95('mlflow'), p95('sluice')]
    return verdict(`mixed load: p95 of ${read} 20× lower than MLflow's`, mlflow && ours && mlflow / ours, (x) => x >= 20, times)
  }

const start: Goal = (results) =>
  verdict(
    'start on a migrated database: at most 3 CPU-seconds',
    results.servers.find((s) => s.name === 'sluice')?.startCpuSeconds,
    (x) => x <= 3,
    (x) => `${x.toFixed(1)} CPU-seconds`,
  )

const idleMemory: Goal = (results) =>
  verdict(
    'memory idle, without PostgreSQL: at most 200 MB',
    results.servers.find((s) => s.name === 'sluice')?.idlePss,
    (x) => x <= 200 * 2 ** 20,
    (x) => `${(x / 2 ** 20).toFixed(0)} MB`,
  )

const artifactMemory: Goal = (results) => {
  const ours = results.servers.find((s) => s.name === 'sluice')
  const [small, big] = ['artifact-get-1mb', 'artifact-put-500mb'].map((workload) => cellOf(results.cells, 'sluice', workload)?.peakRss)
  return verdict(
    '500 MB artifact: memory grows by at most 50 MB',
    ours && big && small && Math.max(0, big - small) / 2 ** 20,
    (x) => x <= 50,
    (x) => `${x.toFixed(0)} MB above the 1 MB downloads`,
  )
}

export const goals: readonly Goal[] = [
  lessCpu('create-run', 20),
  lessCpu('log-metric', 25),
  lessCpu('log-batch-1000', 30),
  moreThroughput('log-batch-1000', 25),
  lessCpu('log-batch-100', 15),
  lessCpu('get-run', 17),
  ...[2_000, 20_000].flatMap((size) => [lessCpu(`search-${size}`, 30), lowerP95(`search-${size}`, 50)]),
  lessCpu('history-10k', 30),
  lessCpu('history-100k', 25),
  lessCpu('history-bulk', 15),
  lessCpu('search-experiments', 15),
  ...['model-create', 'model-version-create', 'model-latest', 'model-search'].map((workload) => lessCpu(workload, 8)),
  lessCpu('artifact-put-500mb', 2),
  lessCpu('artifact-get-500mb', 2),
  artifactMemory,
  disk('batches of 1,000', 40),
  disk('single points, compacted', 60),
  idleMemory,
  start,
  authentication,
  errorsInACrowd,
  ...mixedReads.map(mixed),
  aheadOfFastTrackMl,
]
