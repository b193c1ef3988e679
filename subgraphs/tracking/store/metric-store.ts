/**
 * Metrics as packed chunks (one per series and request) behind one function call. Single points are committed together
 * without a timer: one statement is in progress, and whatever arrives meanwhile is the next one.
 */
import type { ProjectRef } from '#shared/actor.ts'
import { DomainError } from '#shared/errors.ts'
import { compareLatest, distinctPoints, type MetricPoint, type NewMetric } from '#tracking/domain/metric.ts'
import type { RunFacts } from '#tracking/domain/run.ts'
import type { MetricStore, WriteOutcome } from '#tracking/domain/store.ts'
import type { Compaction } from '#tracking/store/compaction.ts'
import { keyOf, type KeyDictionary } from '#tracking/store/key-dictionary.ts'
import { packPoints, pointBytes, unpackPoints } from '#tracking/store/metric-chunk.ts'
import type { Projects, Statement, Statements } from '#tracking/store/project-statements.ts'

/** What one request logs to one run. */
export interface LoggedPoints {
  readonly position: bigint
  readonly byKey: ReadonlyMap<number, readonly MetricPoint[]>
}

interface Waiting extends LoggedPoints {
  readonly settle: (outcome: WriteOutcome) => void
  readonly fail: (error: unknown) => void
}

const MAX_WAITING = 20_000
const MAX_TOGETHER = 2_000
const done: WriteOutcome = { kind: 'done' }
const gone: WriteOutcome = { kind: 'gone' }

export function createMetricStore(projects: Projects, keys: KeyDictionary, compaction?: Pick<Compaction, 'noteSingle'>): MetricStore {
  const queues = new Map<string, Waiting[]>()
  const flushing = new Set<string>()

  async function flush(project: ProjectRef): Promise<void> {
    if (flushing.has(project.id)) return
    flushing.add(project.id)
    try {
      for (;;) {
        const group = queues.get(project.id)?.splice(0, MAX_TOGETHER) ?? []
        if (group.length === 0) break
        await commitTogether(project, group)
      }
    } finally {
      flushing.delete(project.id)
      queues.delete(project.id)
    }
  }

  async function commitTogether(project: ProjectRef, group: readonly Waiting[]): Promise<void> {
    try {
      const at = await projects.inProject(project)
      const taken = await logPoints(at, group)
      for (const request of group) {
        if (taken.has(request.position)) compaction?.noteSingle(project, request.position)
        request.settle(taken.has(request.position) ? done : gone)
      }
    } catch (error) {
      // A request that cannot be stored fails alone; a database that is away fails everybody.
      if (group.length === 1 || (error instanceof DomainError && error.code === 'UNAVAILABLE')) for (const request of group) request.fail(error)
      else for (const request of group) await commitTogether(project, [request])
    }
  }

  return {
    async logOne(project, run, metric) {
      const at = await projects.inProject(project)
      const ids = await keys.resolve(at, run.experimentKey, [{ kind: 'metric', name: metric.key }])
      const queue = queues.get(project.id) ?? []
      if (queue.length >= MAX_WAITING) throw new DomainError('TOO_MANY_REQUESTS', 'Too many metrics are waiting to be stored. Try again in a moment.', { retryAfter: 1 })
      queues.set(project.id, queue)
      return new Promise<WriteOutcome>((settle, fail) => {
        queue.push({ position: run.position, byKey: new Map([[ids.get(keyOf({ kind: 'metric', name: metric.key })) ?? 0, [metric]]]), settle, fail })
        void flush(project)
      })
    },

    async histories(project, runs, names) {
      const at = await projects.inProject(project)
      const wanted = await seriesOf(at, keys, runs, names)
      if (wanted.length === 0) return []
      const rows = await at.query<{ run_pos: string; key_id: number; points: Buffer | null }>({
        name: 'history',
        text: `SELECT s.run_pos, s.key_id, c.points FROM unnest($2::bigint[], $3::int[]) w(run_pos, key_id)
          CROSS JOIN LATERAL (SELECT * FROM series s WHERE s.run_pos = w.run_pos AND s.key_id = w.key_id OFFSET 0) s
          CROSS JOIN LATERAL (SELECT string_agg(c.points, ''::bytea ORDER BY c.first_step) AS points FROM metric_chunk c WHERE c.series_id = s.series_id AND c.project_id = $1::int) c
          WHERE s.project_id = $1`,
        values: [at.projectId, wanted.map((w) => w.position.toString()), wanted.map((w) => w.keyId)],
      })
      const bytes = new Map(rows.map((row) => [`${row.run_pos}/${row.key_id}`, row.points]))
      return wanted.map(({ runId, key, position, keyId }) => {
        const found = bytes.get(`${position}/${keyId}`)
        return { runId, key, points: found ? distinctPoints(unpackPoints(found)) : [] }
      })
    },
  }
}

async function seriesOf(at: Statements, keys: KeyDictionary, runs: readonly RunFacts[], names: readonly string[]) {
  const experiments = [...new Set(runs.map((run) => run.experimentKey))]
  const wanted: { runId: string; position: bigint; key: string; keyId: number }[] = []
  for (const name of names) {
    const ids = await keys.lookup(at, experiments, { kind: 'metric', name })
    const byExperiment = new Map(experiments.map((experiment, i) => [experiment, ids[i] ?? null]))
    for (const run of runs) {
      const keyId = byExperiment.get(run.experimentKey)
      if (typeof keyId === 'number') wanted.push({ runId: run.id, position: run.position, key: name, keyId })
    }
  }
  return wanted
}

/** The points of one request to one run, by key. */
export async function pointsOf(at: Statements, keys: KeyDictionary, run: RunFacts, metrics: readonly NewMetric[]): Promise<LoggedPoints> {
  const ids = await keys.resolve(
    at,
    run.experimentKey,
    metrics.map(({ key }) => ({ kind: 'metric' as const, name: key })),
  )
  const byKey = new Map<number, NewMetric[]>()
  for (const metric of metrics) {
    const id = ids.get(keyOf({ kind: 'metric', name: metric.key })) ?? 0
    const points = byKey.get(id)
    if (points) points.push(metric)
    else byKey.set(id, [metric])
  }
  return { position: run.position, byKey }
}

/** The positions of the runs that took their points. */
export async function logPoints(at: Statements, requests: readonly LoggedPoints[]): Promise<Set<bigint>> {
  const { values } = logPointsCall(at.projectId, requests)
  const rows = await at.query<{ run_pos: string }>({ name: 'run.log', text: `SELECT run_pos FROM ${logPointsText(1)} run_pos`, values })
  return new Set(rows.map((row) => BigInt(row.run_pos)))
}

const parameterTypes = ['int', 'bigint[]', 'int[]', 'bigint[]', 'bigint[]', 'float8[]', 'float8[]', 'float8[]', 'bigint[]', 'int[]', 'bigint[]', 'int[]', 'int[]', 'bytea']
/** The call with its parameters counted from `first`. */
export const logPointsText = (first: number): string => `log_points(${parameterTypes.map((type, i) => `$${first + i}::${type}`).join(', ')})`

interface Series {
  readonly position: bigint
  readonly keyId: number
  last: MetricPoint
  low: number | null
  high: number | null
}

/** Series sorted by (run, key): writers that sort alike never deadlock. */
export function logPointsCall(projectId: number, requests: readonly LoggedPoints[]): Pick<Statement, 'values'> {
  const series = new Map<string, Series>()
  const chunks: { position: bigint; keyId: number; points: readonly MetricPoint[] }[] = []
  for (const { position, byKey } of requests) {
    for (const [keyId, given] of byKey) {
      const points = distinctPoints(given)
      const [first] = points
      if (!first) continue
      chunks.push({ position, keyId, points })
      const id = `${position}/${keyId}`
      const of = series.get(id) ?? { position, keyId, last: first, low: null, high: null }
      series.set(id, of)
      for (const point of points) include(of, point)
    }
  }
  const sorted = [...series.values()].sort((a, b) => (a.position < b.position ? -1 : a.position > b.position ? 1 : a.keyId - b.keyId))
  const bytes = Buffer.allocUnsafe(chunks.reduce((sum, chunk) => sum + chunk.points.length * pointBytes, 0))
  let end = 0
  const starts = chunks.map(({ points }) => {
    const start = end
    end = packPoints(points, bytes, end)
    return start
  })
  return {
    values: [
      projectId,
      sorted.map((s) => s.position.toString()),
      sorted.map((s) => s.keyId),
      sorted.map((s) => s.last.step.toString()),
      sorted.map((s) => s.last.timestamp.toString()),
      sorted.map((s) => s.last.value),
      sorted.map((s) => s.low),
      sorted.map((s) => s.high),
      chunks.map((c) => c.position.toString()),
      chunks.map((c) => c.keyId),
      chunks.map((c) => smallestStep(c.points).toString()),
      starts.map((start) => start + 1),
      chunks.map((c) => c.points.length * pointBytes),
      bytes,
    ],
  }
}

function smallestStep([first, ...others]: readonly MetricPoint[]): number | bigint {
  let least = first?.step ?? 0
  for (const { step } of others) if (step < least) least = step
  return least
}

function include(series: Series, point: MetricPoint): void {
  if (compareLatest(point, series.last) > 0) series.last = point
  if (!Number.isNaN(point.value)) {
    series.low = series.low === null ? point.value : Math.min(series.low, point.value)
    series.high = series.high === null ? point.value : Math.max(series.high, point.value)
  }
}
