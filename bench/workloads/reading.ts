/** Reads of people and programs: a run, pages of a search, histories, experiments. */
import type { Workload } from '../driver/load.ts'
import { api, get, post, type Target } from '../driver/target.ts'
import { experimentsFixture, historyFixture, runFixture, searchFixture } from '../fixtures.ts'
import { check } from './check.ts'

interface FoundRun {
  readonly data: { readonly metrics: { key: string; value: number }[]; readonly params: { key: string; value: string }[] }
}

export interface Search {
  readonly filter?: string
  readonly order_by: readonly string[]
}

/** The search of the goals: about 6 % of the runs, the best hundred. */
export const filtered: Search = { filter: "metrics.acc > 0.9 and params.lr = '0.01'", order_by: ['metrics.acc DESC'] }
export const unfiltered: Search = { order_by: ['attributes.start_time DESC'] }

async function verify(t: Target, body: object, isFiltered: boolean): Promise<void> {
  const { runs = [] } = await t.call<{ runs?: FoundRun[] }>('POST', '/runs/search', body)
  check(runs.length === 100, `${runs.length} runs, not 100`)
  check(
    runs.every((r) => r.data.params.length === 10 && r.data.metrics.length === 10),
    'params or metrics are missing',
  )
  if (!isFiltered) return
  const acc = runs.map((r) => r.data.metrics.find((m) => m.key === 'acc')?.value ?? 0)
  check(
    acc.every((value, i) => value > 0.9 && (i === 0 || value <= (acc[i - 1] ?? 0))),
    'filter or order',
  )
  check(
    runs.every((r) => r.data.params.find((p) => p.key === 'lr')?.value === '0.01'),
    'filter of the param',
  )
}

/** `find`: the search; 'filtered' and 'unfiltered' answers are checked in full, others only have to be a page. */
export function searchWorkload(id: string, runs: number, find: Search): Workload {
  return {
    id,
    title: `runs/search ${find.filter ?? 'all'} by ${find.order_by[0]}, ${runs.toLocaleString('en-US')} runs`,
    unit: 'runs',
    per: 100,
    seed: (t) => searchFixture(t, runs),
    async setup(t) {
      const { experimentId } = await searchFixture(t, runs)
      const body = { experiment_ids: [experimentId], max_results: 100, ...find }
      if (find === filtered || find === unfiltered) await verify(t, body, find === filtered)
      const request = post('/runs/search', body)
      return () => request
    },
  }
}

export const getRun: Workload = {
  id: 'get-run',
  title: 'runs/get, 50 metrics and 20 params',
  unit: 'runs',
  per: 1,
  seed: runFixture,
  async setup(t) {
    const { run } = await runFixture(t)
    const { data } = (await t.call<{ run: FoundRun }>('GET', '/runs/get', { run_id: run })).run
    check(data.metrics.length === 50 && data.params.length === 20, 'metrics or params are missing')
    const request = get('/runs/get', { run_id: run })
    return () => request
  },
}

export const history10k: Workload = {
  id: 'history-10k',
  title: 'metrics/get-history, 10,000 points',
  unit: 'points',
  per: 10_000,
  seed: historyFixture,
  async setup(t) {
    const { short } = await historyFixture(t)
    const { metrics } = await t.call<{ metrics: object[] }>('GET', '/metrics/get-history', { run_id: short[0], metric_key: 'loss' })
    check(metrics.length === 10_000, `${metrics.length} points`)
    return (_, i) => get('/metrics/get-history', { run_id: short[i % short.length], metric_key: 'loss' })
  },
}

export const history100k: Workload = {
  id: 'history-100k',
  title: 'metrics/get-history, 100,000 points in 4 pages, one client',
  unit: 'points',
  per: 100_000,
  cap: 2,
  workers: 1,
  warm: 0,
  seed: historyFixture,
  async setup(t) {
    const { long } = await historyFixture(t)
    return async () => {
      let points = 0
      let token: string | undefined
      do {
        const page: { metrics: object[]; next_page_token?: string } = await t.call('GET', '/metrics/get-history', {
          run_id: long,
          metric_key: 'loss',
          max_results: 25_000,
          ...(token ? { page_token: token } : {}),
        })
        points += page.metrics.length
        token = page.next_page_token
      } while (token)
      check(points === 100_000, `${points} points`)
    }
  },
}

export const historyBulk: Workload = {
  id: 'history-bulk',
  title: 'metrics/get-history-bulk-interval, 5 runs × 10,000 → 320 points',
  unit: 'points',
  per: 1600,
  seed: historyFixture,
  async setup(t) {
    const { short } = await historyFixture(t)
    const query = new URLSearchParams([...short.map((run): [string, string] => ['run_ids', run]), ['metric_key', 'loss'], ['max_results', '320']])
    const path = `/metrics/get-history-bulk-interval?${query}`
    const { metrics } = await bulk(t, path)
    check(metrics.length >= 1500 && metrics.length <= 1700, `${metrics.length} points`)
    return () => ({ method: 'GET', path: api + path })
  },
}

async function bulk(t: Target, path: string): Promise<{ metrics: object[] }> {
  const { status, text } = await t.send({ method: 'GET', path: api + path }, true)
  check(status === 200, `${status} ${text.slice(0, 200)}`)
  const answer: { metrics: object[] } = JSON.parse(text)
  return answer
}

export const searchExperiments: Workload = {
  id: 'search-experiments',
  title: 'experiments/search, 200 experiments, 100 a page',
  unit: 'experiments',
  per: 100,
  seed: experimentsFixture,
  async setup(t) {
    await experimentsFixture(t)
    const body = { max_results: 100, filter: "name LIKE 'bench-exp-%'", order_by: ['last_update_time DESC'] }
    const { experiments } = await t.call<{ experiments: object[] }>('POST', '/experiments/search', body)
    check(experiments.length === 100, `${experiments.length} experiments`)
    const request = post('/experiments/search', body)
    return () => request
  },
}
