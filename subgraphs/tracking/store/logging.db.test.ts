import { afterAll, beforeAll, expect, it } from 'vitest'
import { testProject, testScope } from '#shared/testing/actors.ts'
import { startTestTracking, type TestTracking } from '#tracking/store/testing.ts'

let t: TestTracking
beforeAll(async () => {
  t = await startTestTracking()
})
afterAll(() => t.close())

const project = testProject('p1')
const scope = testScope(project, 'owner')

async function newRun(name = 'r') {
  const experiment = (await t.experiments.search(scope, { limit: 1, filter: "name = 'logging'" })).items[0] ?? (await t.experiments.create(scope, { name: 'logging' }))
  return t.runs.create(scope, { experimentId: experiment.id, name, startTime: 1_700_000_000_000 })
}

it('reads back what a batch logged', async () => {
  const run = await newRun()
  await t.runs.logBatch(scope, run.id, {
    metrics: [{ key: 'acc', value: 0.5, step: 1, timestamp: 10 }, { key: 'acc', value: 0.75, step: 2, timestamp: 20 }, { key: 'loss', value: Number.NaN, step: 0, timestamp: 5 }],
    params: [{ key: 'lr', value: '0.1' }],
    tags: [{ key: 'team', value: 'a' }],
  })
  const read = await t.runs.get(scope, run.id)
  expect(read.metrics).toEqual([
    { key: 'acc', value: 0.75, step: 2, timestamp: 20, count: 2, min: 0.5, max: 0.75 },
    { key: 'loss', value: Number.NaN, step: 0, timestamp: 5, count: 1, min: null, max: null },
  ])
  expect(read.params).toEqual([{ key: 'lr', value: '0.1' }])
  expect(read.tags).toEqual([{ key: 'mlflow.runName', value: 'r' }, { key: 'team', value: 'a' }])
  expect((await t.metrics.history(scope, run.id, 'acc')).items).toEqual([{ value: 0.5, step: 1, timestamp: 10 }, { value: 0.75, step: 2, timestamp: 20 }])
})
