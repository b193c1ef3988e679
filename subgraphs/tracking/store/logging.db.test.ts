/** What is logged is stored once, whole, and read back as it was. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testProject, testScope } from '#shared/testing/actors.ts'
import type { MetricPoint, NewMetric } from '#tracking/domain/metric.ts'
import { distinctPoints } from '#tracking/domain/metric.ts'
import { latestOf } from '#tracking/store/search-model.ts'
import { startTestTracking, type TestTracking } from '#tracking/store/testing.ts'

let t: TestTracking
let experimentId: string
const project = testProject('p1')
const scope = testScope(project, 'owner')
beforeAll(async () => {
  t = await startTestTracking()
  experimentId = (await t.experiments.create(scope, { name: 'logging' })).id
})
afterAll(() => t.close())

const newRun = () => t.runs.create(scope, { experimentId, name: 'r', startTime: 1_700_000_000_000 })
const point = (key: string, value: number, step: number | bigint = 0, timestamp: number | bigint = 1): NewMetric => ({ key, value, step, timestamp })
const history = async (runId: string, key = 'm') => (await t.metrics.history(scope, runId, key)).items
const plain = ({ step, timestamp, value }: MetricPoint): MetricPoint => ({ step, timestamp, value })

describe('a batch', () => {
  it('is read back whole', async () => {
    const run = await newRun()
    await t.runs.logBatch(scope, run.id, {
      metrics: [point('acc', 0.5, 1, 10), point('acc', 0.75, 2, 20), point('loss', Number.NaN, 0, 5)],
      params: [{ key: 'lr', value: '0.1' }],
      tags: [{ key: 'team', value: 'a' }],
    })
    const read = await t.runs.get(scope, run.id)
    expect(read.metrics).toEqual([
      { key: 'acc', value: 0.75, step: 2, timestamp: 20, count: 2, min: 0.5, max: 0.75 },
      { key: 'loss', value: Number.NaN, step: 0, timestamp: 5, count: 1, min: null, max: null },
    ])
    expect(read.params).toEqual([{ key: 'lr', value: '0.1' }])
    expect(read.tags).toEqual([
      { key: 'mlflow.runName', value: 'r' },
      { key: 'team', value: 'a' },
    ])
  })

  it('that is sent again changes nothing', async () => {
    const run = await newRun()
    const batch = { metrics: Array.from({ length: 100 }, (_, i) => point(`m${i % 10}`, i, i, i)), params: [{ key: 'p', value: '1' }], tags: [{ key: 't', value: 'x' }] }
    await t.runs.logBatch(scope, run.id, batch)
    const before = await t.runs.get(scope, run.id)
    await t.runs.logBatch(scope, run.id, batch)
    await Promise.all([t.runs.logBatch(scope, run.id, batch), t.another().runs.logBatch(scope, run.id, batch)])
    expect(await t.runs.get(scope, run.id)).toEqual(before)
    expect(await history(run.id, 'm3')).toHaveLength(10)
  })

  it('that is sent twice at once counts once, also where no series existed before', async () => {
    const other = t.another()
    for (let round = 0; round < 20; round++) {
      const run = await newRun()
      const batch = { metrics: [point('m', round, 1, 1), point('m', round, 2, 2)] }
      await Promise.all([t.runs.logBatch(scope, run.id, batch), other.runs.logBatch(scope, run.id, batch), t.runs.logBatch(scope, run.id, batch)])
      expect((await t.runs.get(scope, run.id)).metrics[0]?.count).toBe(2)
    }
  })

  it('with a param that would change writes nothing at all', async () => {
    const run = await newRun()
    await t.runs.logParam(scope, run.id, { key: 'p', value: '1' })
    const before = await t.runs.get(scope, run.id)
    const refused = t.runs.logBatch(scope, run.id, {
      metrics: [point('m', 1)],
      params: [
        { key: 'p', value: '2' },
        { key: 'q', value: '1' },
      ],
      tags: [{ key: 't', value: 'x' }],
    })
    await expect(refused).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `Changing param values is not allowed. Params were already logged='[{'key': 'p', 'old_value': '1', 'new_value': '2'}]' for run ID='${run.id}'.`,
    })
    expect(await t.runs.get(scope, run.id)).toEqual(before)
    expect(await history(run.id)).toEqual([])
    expect((await t.runs.search(scope, [experimentId], { filter: "params.q = '1'", limit: 5 })).items).toEqual([])
  })

  it('keeps the last of two values for one tag, and renames the run with its tag', async () => {
    const run = await newRun()
    await t.runs.logBatch(scope, run.id, {
      tags: [
        { key: 't', value: '1' },
        { key: 't', value: '2' },
        { key: 'mlflow.runName', value: 'other' },
      ],
    })
    const read = await t.runs.get(scope, run.id)
    expect(read.name).toBe('other')
    expect(read.tags.find(({ key }) => key === 't')?.value).toBe('2')
    expect((await t.runs.search(scope, [experimentId], { filter: `tags.t = '1' AND run_id IN ('${run.id}')`, limit: 5 })).items).toEqual([])
    expect((await t.runs.search(scope, [experimentId], { filter: `tags.t = '2' AND run_id IN ('${run.id}')`, limit: 5 })).items).toHaveLength(1)
  })

  it('takes names that are also names of objects', async () => {
    const run = await newRun()
    await t.runs.logBatch(scope, run.id, {
      params: [
        { key: '__proto__', value: '1' },
        { key: 'constructor', value: '2' },
      ],
      tags: [{ key: '__proto__', value: 'x' }],
    })
    const read = await t.runs.get(scope, run.id)
    expect(read.params).toEqual([
      { key: '__proto__', value: '1' },
      { key: 'constructor', value: '2' },
    ])
    expect(read.tags.find(({ key }) => key === '__proto__')?.value).toBe('x')
  })
})

describe('a metric', () => {
  it('keeps NaN, infinities and 64-bit integers', async () => {
    const run = await newRun()
    const far = 2n ** 63n - 1n
    const points = [
      point('m', Number.NaN, -(2n ** 63n), 1),
      point('m', Number.POSITIVE_INFINITY, 2n ** 53n + 1n, 2),
      point('m', Number.NEGATIVE_INFINITY, far, far),
      point('m', 5e-324, 0, 3),
      point('m', -1.5, -1, 4),
    ]
    for (const p of points) await t.runs.logMetric(scope, run.id, p)
    expect(await history(run.id)).toEqual(distinctPoints(points).map(plain))
    expect((await t.runs.get(scope, run.id)).metrics).toEqual([
      { key: 'm', value: Number.NEGATIVE_INFINITY, step: far, timestamp: far, count: 5, min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY },
    ])
  })

  it('has as its latest the greatest step, time and value, whatever came when and in whichever pieces', async () => {
    const value = fc.constantFrom(0, -1, 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
    const points = fc.array(fc.record({ step: fc.integer({ min: -1, max: 2 }), timestamp: fc.integer({ min: 0, max: 2 }), value }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(points, fc.integer({ min: 1, max: 4 }), async (logged, piece) => {
        const run = await newRun()
        for (let i = 0; i < logged.length; i += piece) await t.runs.logBatch(scope, run.id, { metrics: logged.slice(i, i + piece).map((p) => ({ ...p, key: 'm' })) })
        const distinct = distinctPoints(logged)
        expect(await history(run.id)).toEqual(distinct)
        const [metric] = (await t.runs.get(scope, run.id)).metrics
        const latest = latestOf(distinct)
        // NaN counts as 0: between the two, either may be the latest.
        const rank = (v: number | undefined) => (v === undefined || Number.isNaN(v) ? 0 : v)
        expect([metric?.step, metric?.timestamp, rank(metric?.value)]).toEqual([latest?.step, latest?.timestamp, rank(latest?.value)])
        const numbers = distinct.map((p) => p.value).filter((v) => !Number.isNaN(v))
        expect([metric?.min, metric?.max]).toEqual(numbers.length > 0 ? [Math.min(...numbers), Math.max(...numbers)] : [null, null])
      }),
      { numRuns: 60, seed: 3 },
    )
  })

  it('is committed with its neighbours, and each request hears of its own outcome only', async () => {
    const [a, b, gone] = [await newRun(), await newRun(), await newRun()]
    await t.runs.delete(scope, [gone.id])
    const requests = Array.from({ length: 200 }, (_, i) => ({ run: [a, b, gone][i % 3] ?? a, p: point(`k${i % 5}`, i, i, i) }))
    const outcomes = await Promise.allSettled(requests.map(({ run, p }) => t.runs.logMetric(scope, run.id, p)))
    for (const [i, outcome] of outcomes.entries()) expect(outcome.status).toBe(requests[i]?.run === gone ? 'rejected' : 'fulfilled')
    for (const run of [a, b]) {
      const want = requests.filter((r) => r.run === run).map((r) => r.p)
      for (const key of ['k0', 'k1', 'k2', 'k3', 'k4']) expect(await history(run.id, key)).toEqual(distinctPoints(want.filter((p) => p.key === key)).map(plain))
      const read = await t.runs.get(scope, run.id)
      expect(read.metrics.reduce((sum, m) => sum + m.count, 0)).toBe(want.length)
    }
    expect(await history(gone.id, 'k0')).toEqual([])
  })

  it('that is sent again alone, after it went in with others, counts once', async () => {
    const run = await newRun()
    const points = Array.from({ length: 20 }, (_, i) => point('m', i, i, i))
    await Promise.all(points.map((p) => t.runs.logMetric(scope, run.id, p)))
    for (const p of points) await t.runs.logMetric(scope, run.id, p)
    expect((await t.runs.get(scope, run.id)).metrics[0]?.count).toBe(20)
    expect(await history(run.id)).toHaveLength(20)
  })
})

it('writers of the same runs, in any order and from two processes, neither deadlock nor lose points', async () => {
  const other = t.another()
  const runs = await Promise.all(Array.from({ length: 4 }, newRun))
  const work = Array.from({ length: 120 }, (_, i) => {
    const run = runs[(i * 7) % 4] ?? runs[0]
    const keys = Array.from({ length: 10 }, (_, k) => `k${(i * 13 + k * 7) % 20}`)
    const { runs: service } = i % 2 ? t : other
    if (i % 3 === 0) return service.logMetric(scope, run?.id ?? '', point(keys[0] ?? '', i, i, i))
    return service.logBatch(scope, run?.id ?? '', { metrics: keys.map((key) => point(key, i, i, i)), tags: [{ key: `t${i % 4}`, value: String(i) }], params: [{ key: `p${i}`, value: '1' }] })
  })
  await Promise.all(work)
  const counts = await Promise.all(runs.map(async (run) => (await t.runs.get(scope, run.id)).metrics.reduce((sum, m) => sum + m.count, 0)))
  expect(counts.reduce((a, b) => a + b, 0)).toBe(40 * 1 + 80 * 10)
  // The index finds each run by exactly the tags it ended with.
  for (const run of runs) {
    const read = await t.runs.get(scope, run.id)
    for (let i = 0; i < 120; i++) {
      const tag = { key: `t${i % 4}`, value: String(i) }
      const found = (await t.runs.search(scope, [experimentId], { filter: `tags.${tag.key} = '${tag.value}'`, limit: 10 })).items.some((r) => r.id === run.id)
      expect(found).toBe(read.tags.some(({ key, value }) => key === tag.key && value === tag.value))
    }
  }
})
