/** Histories of metrics: whole, paged, several runs at once, and thinned for charts. */
import type { Scope } from '#shared/actor.ts'
import { invalid } from '#shared/errors.ts'
import { decodeOffset, encodeOffset, type Page } from '#shared/paging.ts'
import { demandCould, visibleOf } from '#tracking/domain/decisions.ts'
import { limits } from '#tracking/domain/names.ts'
import type { MetricPoint } from '#tracking/domain/metric.ts'
import type { Runs } from '#tracking/domain/runs.ts'
import { byInterval, thinned } from '#tracking/domain/sampling.ts'
import type { MetricStore, RunStore } from '#tracking/domain/store.ts'

export interface RunPoint extends MetricPoint {
  readonly runId: string
  readonly key: string
}

export interface MetricHistory {
  readonly key: string
  /** Before thinning. */
  readonly total: number
  readonly points: readonly MetricPoint[]
}

export interface Metrics {
  history(scope: Scope, runId: string, key: string, page?: { readonly limit?: number | undefined; readonly token?: string | undefined }): Promise<Page<MetricPoint>>
  /** Of many runs, each from its beginning, at most `limit` points in all. Runs the project does not have are skipped. */
  histories(scope: Scope, runIds: readonly string[], key: string, limit?: number): Promise<RunPoint[]>
  /** Per run at most `limit` points, spread over the steps that any of the runs has; first and last are kept. */
  interval(
    scope: Scope,
    runIds: readonly string[],
    key: string,
    range: { readonly from?: number | undefined; readonly to?: number | undefined; readonly limit?: number | undefined },
  ): Promise<RunPoint[]>
  /** For charts: per run the wanted keys, each thinned to `maxPoints` so that peaks stay visible. */
  charts(scope: Scope, runIds: readonly string[], keys: readonly string[], maxPoints: number): Promise<Map<string, MetricHistory[]>>
}

export function createMetrics(store: MetricStore, runStore: Pick<RunStore, 'facts'>, runs: Pick<Runs, 'require'>): Metrics {
  const readable = async (scope: Scope, runIds: readonly string[]) => {
    if (runIds.length > limits.historyRuns) throw invalid(`At most ${limits.historyRuns} runs can be read at once. Got ${runIds.length}.`)
    demandCould(scope, 'tracking.run.read')
    const found = await runStore.facts(scope.project, [...new Set(runIds)])
    return found.map(visibleOf(scope, 'tracking.run.read', 'tracking.run')).filter((facts) => facts !== null)
  }
  return {
    async history(scope, runId, key, { limit, token } = {}) {
      const run = await runs.require(scope, runId, 'tracking.run.read')
      if (limit !== undefined && limit <= 0) throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer.`)
      const offset = decodeOffset(token)
      const [series] = await store.histories(scope.project, [run], [key])
      const points = series?.points ?? []
      const end = limit === undefined ? points.length : offset + limit
      return { items: points.slice(offset, end), ...(end < points.length ? { nextToken: encodeOffset(end) } : {}) }
    },
    async histories(scope, runIds, key, limit = limits.historyRows) {
      const known = (await readable(scope, runIds)).sort((a, b) => (a.id < b.id ? -1 : 1))
      const all = await store.histories(scope.project, known, [key])
      const byRun = new Map(all.map((series) => [series.runId, series.points]))
      return known.flatMap(({ id }) => (byRun.get(id) ?? []).map((point) => ({ ...point, runId: id, key }))).slice(0, Math.min(limit, limits.historyRows))
    },
    async interval(scope, runIds, key, { from, to, limit = limits.intervalPoints }) {
      if (from !== undefined && to !== undefined && from > to) throw invalid(`end_step must be greater than start_step. Found start_step=${from} and end_step=${to}.`)
      if ((from === undefined) !== (to === undefined)) throw invalid('If either start step or end step are specified, both must be specified.')
      const known = await readable(scope, runIds)
      const all = await store.histories(scope.project, known, [key])
      return byInterval(all, { from, to, limit }).map((point) => ({ ...point, key }))
    },
    async charts(scope, runIds, keys, maxPoints) {
      const known = await readable(scope, runIds)
      const all = await store.histories(scope.project, known, keys)
      const charts = new Map<string, MetricHistory[]>(known.map(({ id }) => [id, []]))
      for (const { runId, key, points } of all) if (points.length > 0) charts.get(runId)?.push({ key, total: points.length, points: thinned(points, maxPoints) })
      return charts
    },
  }
}
