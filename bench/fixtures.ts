/**
 * What must be there before a workload is timed. Each fixture is one experiment, marked by the tag `bench.done` when it is
 * complete, so that a second run finds it; the tag's value says what is in it.
 */
import { performance } from 'node:perf_hooks'
import { HttpError, type Target } from './driver/target.ts'

export const T0 = 1_700_000_000_000 // one past moment for all seeded data
/** A low-discrepancy number in [0, 1): the same every time, spread evenly. */
export const frac = (i: number): number => (i * 0.6180339887498949) % 1
const seedWidth = 8

export async function inParallel(count: number, width: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: Math.min(width, count) }, async () => {
      while (next < count) await work(next++)
    }),
  )
}

interface InExperiment {
  readonly experimentId: string
}

async function fixture<T extends object>(t: Target, name: string, build: (experimentId: string) => Promise<T>): Promise<T & InExperiment> {
  const known = t.fixtures.get(name)
  if (known !== undefined) return known as T & InExperiment // put there below, under this name
  const found = await t
    .call<{ experiment: { experiment_id: string; tags?: { key: string; value: string }[] } }>('GET', '/experiments/get-by-name', { experiment_name: name })
    .catch((error: unknown) => {
      if (error instanceof HttpError && error.status === 404) return undefined
      throw error
    })
  const done = found?.experiment.tags?.find((tag) => tag.key === 'bench.done')?.value
  if (found && done === undefined) throw new Error(`${t.name}: ${name} was left unfinished; use a fresh database`)
  if (found && done !== undefined) return remember(t, name, { experimentId: found.experiment.experiment_id, ...(JSON.parse(done) as T) }) // written below
  const began = performance.now()
  const { experiment_id: experimentId } = await t.call<{ experiment_id: string }>('POST', '/experiments/create', { name })
  const content = await build(experimentId)
  await t.call('POST', '/experiments/set-experiment-tag', { experiment_id: experimentId, key: 'bench.done', value: JSON.stringify(content) })
  process.stderr.write(`  ${t.name}: seeded ${name} in ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
  return remember(t, name, { experimentId, ...content })
}

function remember<T>(t: Target, name: string, content: T): T {
  t.fixtures.set(name, content)
  return content
}

export async function createRun(t: Target, experimentId: string, more: object = {}): Promise<string> {
  const { run } = await t.call<{ run: { info: { run_id: string } } }>('POST', '/runs/create', { experiment_id: experimentId, start_time: Date.now(), user_id: 'bench', ...more })
  return run.info.run_id
}

export const scratch = (t: Target): Promise<InExperiment> => fixture(t, 'bench-scratch', () => Promise.resolve({}))

/** One run of the search fixtures: 10 metrics, 10 params, 4 tags. `acc > 0.9 and lr = '0.01'` holds for about 6 % of them. */
export function searchRun(i: number): { metrics: object[]; params: object[]; tags: object[] } {
  const range = [1, 2, 3, 4, 5, 6, 7, 8, 9]
  return {
    metrics: [{ key: 'acc', value: frac(i), timestamp: T0 + i, step: 0 }, ...range.map((k) => ({ key: `m${k}`, value: frac(i * 31 + k), timestamp: T0 + i, step: 0 }))],
    params: [{ key: 'lr', value: i % 5 < 3 ? '0.01' : '0.1' }, ...range.map((k) => ({ key: `p${k}`, value: `v${(i * 7 + k) % 50}` }))],
    tags: [0, 1, 2, 3].map((k) => ({ key: `t${k}`, value: `tag-${(i + k) % 20}` })),
  }
}

export const searchFixture = (t: Target, runs: number): Promise<InExperiment> =>
  fixture(t, `bench-search-${runs}`, async (experiment) => {
    if (await t.options.seed?.('search', { experiment, runs: String(runs), name: `bench-search-${runs}` })) return {}
    await inParallel(runs, seedWidth, async (i) => {
      const run_id = await createRun(t, experiment, { run_name: `run-${i}`, start_time: T0 + i * 1000 })
      await t.call('POST', '/runs/log-batch', { run_id, ...searchRun(i) })
    })
    return {}
  })

export const runFixture = (t: Target): Promise<InExperiment & { run: string }> =>
  fixture(t, 'bench-run', async (experiment) => {
    const run = await createRun(t, experiment)
    const many = <T>(length: number, of: (k: number) => T): T[] => Array.from({ length }, (_, k) => of(k))
    await t.call('POST', '/runs/log-batch', {
      run_id: run,
      metrics: many(50, (k) => ({ key: `metric_${k}`, value: k / 7, timestamp: T0, step: 0 })),
      params: many(20, (k) => ({ key: `param_${k}`, value: `value-${k}` })),
      tags: many(5, (k) => ({ key: `tag_${k}`, value: `tag-${k}` })),
    })
    return { run }
  })

async function logHistory(t: Target, run_id: string, points: number): Promise<void> {
  for (let from = 0; from < points; from += 1000) {
    const metrics = Array.from({ length: 1000 }, (_, k) => ({ key: 'loss', value: frac(from + k), timestamp: T0 + from + k, step: from + k }))
    await t.call('POST', '/runs/log-batch', { run_id, metrics })
  }
}

/** One metric of 100,000 points, and one of 10,000 in each of five runs. */
export const historyFixture = (t: Target): Promise<InExperiment & { long: string; short: string[] }> =>
  fixture(t, 'bench-history', async (experiment) => {
    const long = await createRun(t, experiment)
    const short: string[] = []
    for (let i = 0; i < 5; i++) short.push(await createRun(t, experiment))
    if (await t.options.seed?.('history', { long, short: short.join(',') })) return { long, short }
    await logHistory(t, long, 100_000)
    for (const run of short) await logHistory(t, run, 10_000)
    return { long, short }
  })

export const experimentsFixture = (t: Target): Promise<InExperiment> =>
  fixture(t, 'bench-experiments', async () => {
    await inParallel(200, seedWidth, (i) => t.call('POST', '/experiments/create', { name: `bench-exp-${String(i).padStart(4, '0')}`, tags: [{ key: 'team', value: `team-${i % 10}` }] }))
    return {}
  })

/** A source every server accepts: artifacts of a run of its own. */
export async function modelSource(t: Target): Promise<{ run_id: string; source: string }> {
  const known = t.fixtures.get('model-source')
  if (known !== undefined) return known as { run_id: string; source: string } // put there below
  const { experimentId } = await scratch(t)
  const { run } = await t.call<{ run: { info: { run_id: string; artifact_uri: string } } }>('POST', '/runs/create', { experiment_id: experimentId, start_time: Date.now(), user_id: 'bench' })
  return remember(t, 'model-source', { run_id: run.info.run_id, source: `${run.info.artifact_uri}/model` })
}

export const modelsFixture = (t: Target): Promise<InExperiment> =>
  fixture(t, 'bench-models', async () => {
    const from = await modelSource(t)
    if (await t.options.seed?.('models', from)) return {}
    await inParallel(2000, seedWidth, async (i) => {
      const name = `bench-model-${String(i).padStart(5, '0')}`
      await t.call('POST', '/registered-models/create', { name, tags: [{ key: 'team', value: `team-${i % 10}` }] })
      await t.call('POST', '/model-versions/create', { name, ...from })
    })
    return {}
  })
