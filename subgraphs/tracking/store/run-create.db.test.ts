import { afterAll, beforeAll, expect, test } from 'vitest'
import { testProject, testScope } from '#shared/testing/actors.ts'
import { startTestTracking, type TestTracking } from '#tracking/store/testing.ts'

const project = testProject('create')
const scope = testScope(project, 'owner')
let t: TestTracking

beforeAll(async () => {
  t = await startTestTracking()
})
afterAll(() => t.close())

test('the answer to a creation is what a read then finds', async () => {
  const experiment = await t.experiments.create(scope, { name: 'answers' })
  for (const input of [
    {},
    { name: 'named', startTime: 5, userName: 'u' },
    {
      tags: [
        { key: 'z', value: '1' },
        { key: 'a', value: 'ü"' },
        { key: 'mlflow.runName', value: 'by tag' },
      ],
    },
    {
      startTime: -7,
      tags: [
        { key: '10', value: 'b' },
        { key: '9', value: 'a' },
      ],
    },
  ]) {
    const created = await t.runs.create(scope, { experimentId: experiment.id, startTime: 1_700_000_000_000, ...input })
    expect(created).toEqual(await t.runs.get(scope, created.id))
  }
})

test('an experiment deleted after a creation takes no more runs', async () => {
  const experiment = await t.experiments.create(scope, { name: 'short-lived' })
  await t.runs.create(scope, { experimentId: experiment.id, startTime: 1 })
  await t.experiments.delete(scope, experiment.id)
  await expect(t.runs.create(scope, { experimentId: experiment.id, startTime: 1 })).rejects.toThrow()
})
