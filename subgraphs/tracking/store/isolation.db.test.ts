/** Who may do what, where: another project's ids do not exist, and roles bind every service. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Grant, Scope } from '#shared/actor.ts'
import type { Permission } from '#shared/policy.ts'
import { testActor, testProject, testScope } from '#shared/testing/actors.ts'
import { startTestTracking, type TestTracking } from '#tracking/store/testing.ts'

const [here, elsewhere] = [testProject('here'), testProject('elsewhere')]
const owner = testScope(here, 'owner')
const stranger = testScope(elsewhere, 'owner')
let t: TestTracking
let experimentId: string
let runId: string
beforeAll(async () => {
  t = await startTestTracking()
  experimentId = (await t.experiments.create(owner, { name: 'secret', tags: [{ key: 'k', value: 'v' }] })).id
  runId = (await t.runs.create(owner, { experimentId, name: 'r' })).id
  await t.runs.logBatch(owner, runId, { metrics: [{ key: 'm', value: 1, step: 0, timestamp: 0 }], params: [{ key: 'p', value: '1' }], tags: [{ key: 't', value: '1' }] })
})
afterAll(() => t.close())

const metric = { key: 'm', value: 2, step: 1, timestamp: 1 }
/** Every way to reach one run or one experiment by its id. */
const onRun: Readonly<Record<string, (scope: Scope) => Promise<unknown>>> = {
  get: (s) => t.runs.get(s, runId),
  update: (s) => t.runs.update(s, runId, { name: 'x' }),
  delete: (s) => t.runs.delete(s, [runId]),
  restore: (s) => t.runs.restore(s, [runId]),
  logMetric: (s) => t.runs.logMetric(s, runId, metric),
  logParam: (s) => t.runs.logParam(s, runId, { key: 'x', value: '1' }),
  logBatch: (s) => t.runs.logBatch(s, runId, { tags: [{ key: 'x', value: '1' }] }),
  emptyBatch: (s) => t.runs.logBatch(s, runId, {}),
  setTag: (s) => t.runs.setTag(s, runId, { key: 'x', value: '1' }),
  deleteTag: (s) => t.runs.deleteTag(s, runId, 't'),
  noteModel: (s) => t.runs.noteModel(s, runId, '{"artifact_path":"m","flavors":{},"run_id":"r","utc_time_created":"t"}'),
  history: (s) => t.metrics.history(s, runId, 'm'),
  logInputs: (s) => t.runInputs.logInputs(s, runId, { datasets: [] }),
  logOutputs: (s) => t.runInputs.logOutputs(s, runId, []),
}
const onExperiment: Readonly<Record<string, (scope: Scope) => Promise<unknown>>> = {
  get: (s) => t.experiments.get(s, experimentId),
  getByName: (s) => t.experiments.getByName(s, 'secret'),
  rename: (s) => t.experiments.rename(s, experimentId, 'x'),
  setTag: (s) => t.experiments.setTag(s, experimentId, { key: 'x', value: '1' }),
  deleteTag: (s) => t.experiments.deleteTag(s, experimentId, 'k'),
  delete: (s) => t.experiments.delete(s, experimentId),
  restore: (s) => t.experiments.restore(s, experimentId),
  createRun: (s) => t.runs.create(s, { experimentId }),
}

describe('the owner of another project', () => {
  it.each(Object.keys(onRun))('does not find the run: %s', async (name) => {
    const error: unknown = await onRun[name]?.(stranger).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: `Run with id=${runId} not found` })
  })
  it.each(Object.keys(onExperiment))('does not find the experiment: %s', async (name) => {
    await expect(onExperiment[name]?.(stranger)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
  it('sees nothing of it in lists, histories and summaries', async () => {
    expect((await t.experiments.search(stranger, { limit: 100, view: 'ALL' })).items.map((e) => e.name)).toEqual(['Default'])
    expect((await t.runs.search(stranger, [experimentId, '0'], { limit: 100, view: 'ALL' })).items).toEqual([])
    expect(await t.runs.load(stranger, [runId])).toEqual([null])
    expect(await t.experiments.load(stranger, [experimentId])).toEqual([null])
    expect(await t.experiments.runCounts(stranger, [experimentId])).toEqual([0])
    expect(await t.experiments.columns(stranger, experimentId)).toEqual({ metrics: [], params: [], tags: [] })
    expect(await t.metrics.histories(stranger, [runId], 'm')).toEqual([])
    expect(await t.metrics.interval(stranger, [runId], 'm', {})).toEqual([])
    expect(await t.metrics.charts(stranger, [runId], ['m'], 10)).toEqual(new Map())
    expect(await t.runInputs.datasets(stranger, [experimentId])).toEqual([])
  })
  it('may use the same name, and has a Default experiment of its own', async () => {
    expect((await t.experiments.create(stranger, { name: 'secret' })).id).not.toBe(experimentId)
    const [mine, theirs] = [await t.experiments.get(stranger, '0'), await t.experiments.get(owner, '0')]
    expect([mine.artifactLocation, theirs.artifactLocation]).toEqual(['mlflow-artifacts:/workspaces/elsewhere/0', 'mlflow-artifacts:/workspaces/here/0'])
  })
})

const writes = ['update', 'delete', 'restore', 'logMetric', 'logParam', 'logBatch', 'emptyBatch', 'setTag', 'deleteTag', 'noteModel', 'logInputs', 'logOutputs']
describe('a viewer', () => {
  const viewer = testScope(here, 'viewer')
  it.each(writes)('is refused on a run: %s', async (name) => {
    await expect(onRun[name]?.(viewer)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
  it.each(['rename', 'setTag', 'deleteTag', 'delete', 'restore', 'createRun'])('is refused on an experiment: %s', async (name) => {
    await expect(onExperiment[name]?.(viewer)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
  it('is refused the same way for what does not exist', async () => {
    await expect(t.runs.delete(viewer, ['0'.repeat(32)])).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(t.experiments.delete(viewer, '123')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
  it('changed nothing, and may read', async () => {
    const run = await t.runs.get(viewer, runId)
    expect(run.params).toEqual([{ key: 'p', value: '1' }])
    expect(run.active).toBe(true)
    expect((await t.metrics.history(viewer, runId, 'm')).items).toHaveLength(1)
  })
})

describe('a contributor', () => {
  it("deletes their own run and nobody else's", async () => {
    const contributor = testScope(here, 'contributor')
    const own = await t.runs.create(contributor, { experimentId })
    await t.runs.delete(contributor, [own.id])
    expect((await t.runs.get(owner, own.id)).active).toBe(false)
    await expect(t.runs.delete(contributor, [runId])).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(t.runs.delete(contributor, [own.id, runId])).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect((await t.runs.get(owner, runId)).active).toBe(true)
  })
})

describe('a grant on one resource', () => {
  const grant = (effect: 'allow' | 'deny', permission: Permission, resourceType: string, resourceId: string): Grant => ({
    permission,
    projectId: here.id,
    resourceType,
    resourceId,
    effect,
    validFrom: 0,
    validTo: null,
  })
  const withGrants = (role: 'viewer' | undefined, grants: Grant[]): Scope => {
    const actor = testActor('g', role ? [[here, role]] : [])
    return { actor: { ...actor, snapshot: { ...actor.snapshot, projects: [here], grants } }, project: here }
  }

  it('that denies hides a run and an experiment from reads and lists, and pages stay full', async () => {
    const other = await t.runs.create(owner, { experimentId, name: 'other', startTime: 5 })
    const denied = withGrants('viewer', [grant('deny', 'tracking.run.read', 'tracking.run', runId), grant('deny', 'tracking.experiment.read', 'tracking.experiment', '0')])
    expect(await t.runs.load(denied, [runId, other.id])).toMatchObject([null, { id: other.id }])
    expect((await t.runs.search(denied, [experimentId], { limit: 1, filter: "run_name != 'zz'", orderBy: ['start_time ASC'] })).items.map((r) => r.id)).toEqual([other.id])
    expect((await t.runs.search(denied, [experimentId], { limit: 9 })).items.map((r) => r.id)).not.toContain(runId)
    expect(await t.metrics.histories(denied, [runId], 'm')).toEqual([])
    await expect(t.runs.get(denied, runId)).rejects.toMatchObject({ code: 'NOT_FOUND', message: `Run with id=${runId} not found` })
    await expect(t.experiments.get(denied, '0')).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'No Experiment with id=0 exists' })
    await expect(t.experiments.getByName(denied, 'Default')).rejects.toMatchObject({ code: 'NOT_FOUND', message: "Could not find experiment with name 'Default'" })
    expect((await t.experiments.search(denied, { limit: 9 })).items.map((e) => e.id)).not.toContain('0')
    expect(await t.experiments.load(denied, ['0', experimentId])).toMatchObject([null, { id: experimentId }])
  })

  it('that allows shows this one to who is not a member, and nothing else', async () => {
    const guest = withGrants(undefined, [grant('allow', 'tracking.run.read', 'tracking.run', runId)])
    expect((await t.runs.search(guest, [experimentId], { limit: 9, view: 'ALL' })).items.map((r) => r.id)).toEqual([runId])
    expect((await t.runs.get(guest, runId)).id).toBe(runId)
    await expect(t.experiments.search(guest, { limit: 9 })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(t.runs.setTag(guest, runId, { key: 'x', value: '1' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

it('nobody without a membership is told whether the project exists', async () => {
  await expect(t.runs.get({ actor: testActor('nobody'), project: here }, runId)).rejects.toMatchObject({ code: 'NOT_FOUND', message: "Project 'here' not found" })
})
