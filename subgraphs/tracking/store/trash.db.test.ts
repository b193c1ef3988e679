/** The trash: what is in it is out of sight and cannot be written to, and comes back as it was. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testProject, testScope } from '#shared/testing/actors.ts'
import { startTestTracking, type TestTracking } from '#tracking/store/testing.ts'

const project = testProject('p')
const scope = testScope(project, 'owner')
let t: TestTracking
beforeAll(async () => {
  t = await startTestTracking()
})
afterAll(() => t.close())

let counter = 0
async function newExperiment(): Promise<string> {
  return (await t.experiments.create(scope, { name: `e${counter++}` })).id
}
async function newRun(experimentId: string): Promise<string> {
  const { id } = await t.runs.create(scope, { experimentId, startTime: counter++ })
  await t.runs.logBatch(scope, id, {
    metrics: [{ key: 'm', value: 0.5, step: 0, timestamp: 0 }],
    params: [
      { key: 'p', value: 'v'.repeat(300) },
      { key: 'q', value: '1' },
    ],
    tags: [{ key: 't', value: 'x' }],
  })
  return id
}
const found = async (experimentId: string, filter: string): Promise<string[]> => (await t.runs.search(scope, [experimentId], { filter, limit: 100 })).items.map((run) => run.id)
const filters = ["params.q = '1'", `params.p = '${'v'.repeat(300)}'`, "tags.t = 'x'", 'metrics.m > 0', '']

/** The rows that find runs, straight from the tables. */
async function indexRows(): Promise<unknown> {
  const { rows } = await t.postgres.query(`SELECT 'param' AS kind, run_pos, key_id, value FROM param_index UNION ALL SELECT 'tag', run_pos, key_id, value FROM tag_index
    UNION ALL SELECT 'series', run_pos, key_id, last_value::text FROM series WHERE active ORDER BY 1, 2, 3, 4`)
  return rows
}

describe('a deleted run', () => {
  it('leaves every search and the indexes, and comes back to all of them', async () => {
    const experimentId = await newExperiment()
    const [kept, gone] = [await newRun(experimentId), await newRun(experimentId)]
    const before = await indexRows()
    await t.runs.delete(scope, [gone])
    for (const filter of filters) expect(await found(experimentId, filter)).toEqual([kept])
    await t.runs.delete(scope, [gone])
    await t.runs.restore(scope, [gone])
    await t.runs.restore(scope, [gone])
    for (const filter of filters) expect(await found(experimentId, filter)).toEqual([gone, kept])
    expect(await indexRows()).toEqual(before)
  })

  it('is read but refuses every write', async () => {
    const id = await newRun(await newExperiment())
    await t.runs.delete(scope, [id])
    const before = await t.runs.get(scope, id)
    const message = `The run ${id} must be in the 'active' state. Current state is deleted.`
    const writes = [
      () => t.runs.logMetric(scope, id, { key: 'm', value: 1, step: 9, timestamp: 9 }),
      () => t.runs.logParam(scope, id, { key: 'new', value: '1' }),
      () => t.runs.logBatch(scope, id, { metrics: [{ key: 'm', value: 1, step: 9, timestamp: 9 }], tags: [{ key: 't', value: '2' }] }),
      () => t.runs.logBatch(scope, id, {}),
      () => t.runs.setTag(scope, id, { key: 't', value: '2' }),
      () => t.runs.deleteTag(scope, id, 't'),
      () => t.runs.update(scope, id, { name: 'x' }),
      () => t.runInputs.logInputs(scope, id, { datasets: [{ name: 'd', digest: '1', sourceType: 'local', source: 's', tags: [] }] }),
    ]
    for (const write of writes) await expect(write()).rejects.toMatchObject({ code: 'CONFLICT', message })
    expect(await t.runs.get(scope, id)).toEqual(before)
  })

  it('is deleted once and for all while others log to it', async () => {
    const experimentId = await newExperiment()
    for (let round = 0; round < 10; round++) {
      const id = await newRun(experimentId)
      const logging = Array.from({ length: 20 }, (_, i) =>
        t.runs.logBatch(scope, id, { metrics: [{ key: `k${i}`, value: i, step: i, timestamp: i }], tags: [{ key: 't', value: `v${i}` }], params: [{ key: `p${i}`, value: '1' }] }),
      )
      await Promise.allSettled([...logging.slice(0, 10), t.another().runs.delete(scope, [id]), ...logging.slice(10)])
      expect((await t.runs.get(scope, id)).active).toBe(false)
    }
    const { rows } = await t.postgres.query(`SELECT 1 FROM run r WHERE NOT r.active AND (EXISTS (SELECT FROM tag_index x WHERE x.run_pos = r.run_pos)
      OR EXISTS (SELECT FROM param_index x WHERE x.run_pos = r.run_pos) OR EXISTS (SELECT FROM series s WHERE s.run_pos = r.run_pos AND s.active))`)
    expect(rows).toEqual([])
  })
})

describe('a deleted experiment', () => {
  it('takes its runs along, keeps its name, and brings back the runs that went with it', async () => {
    const id = await newExperiment()
    const { name } = await t.experiments.get(scope, id)
    const [alive, gone] = [await newRun(id), await newRun(id)]
    await t.runs.delete(scope, [gone])
    await t.experiments.delete(scope, id)
    expect((await t.experiments.get(scope, id)).active).toBe(false)
    expect((await t.runs.get(scope, alive)).active).toBe(false)
    expect((await t.experiments.search(scope, { limit: 100, filter: `name = '${name}'` })).items).toEqual([])
    expect((await t.experiments.search(scope, { limit: 100, filter: `name = '${name}'`, view: 'DELETED' })).items).toHaveLength(1)
    await expect(t.experiments.create(scope, { name })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    await expect(t.runs.create(scope, { experimentId: id })).rejects.toMatchObject({ code: 'CONFLICT' })
    await t.experiments.restore(scope, id)
    for (const filter of filters) expect(await found(id, filter)).toEqual([alive])
    expect((await t.runs.get(scope, gone)).active).toBe(false)
    expect(await t.experiments.runCounts(scope, [id])).toEqual([1])
  })

  it('gets no run from who was starting one meanwhile', async () => {
    for (let round = 0; round < 10; round++) {
      const id = await newExperiment()
      await Promise.allSettled([
        ...Array.from({ length: 8 }, () => t.runs.create(scope, { experimentId: id })),
        t.another().experiments.delete(scope, id),
        ...Array.from({ length: 8 }, () => t.another().runs.create(scope, { experimentId: id })),
      ])
      expect(await t.experiments.runCounts(scope, [id])).toEqual([0])
    }
  })
})
