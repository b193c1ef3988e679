import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLog } from '#shared/telemetry/log.ts'
import { testProject, testScope } from '#shared/testing/actors.ts'
import { createExperiments } from '#tracking/domain/experiments.ts'
import { createMetrics } from '#tracking/domain/metrics.ts'
import { createRuns } from '#tracking/domain/runs.ts'
import { type Compaction, createCompaction } from '#tracking/store/compaction.ts'
import { createExperimentStore } from '#tracking/store/experiment-store.ts'
import { createKeyDictionary } from '#tracking/store/key-dictionary.ts'
import { createMetricStore } from '#tracking/store/metric-store.ts'
import { createProjects } from '#tracking/store/project-statements.ts'
import { createRunStore } from '#tracking/store/run-store.ts'
import { startTestTracking, type TestTracking } from '#tracking/store/testing.ts'

const scope = testScope(testProject('p'), 'owner')
let clock = 0
let t: TestTracking
let compaction: Compaction
let runs: ReturnType<typeof createRuns>
let metrics: ReturnType<typeof createMetrics>
let runId: string

beforeAll(async () => {
  t = await startTestTracking()
  const projects = createProjects(t.postgres)
  const keys = createKeyDictionary()
  compaction = createCompaction(projects, createLog({ service: 'test', level: 'silent' }), () => clock)
  const [runStore, metricStore] = [createRunStore(projects, keys), createMetricStore(projects, keys, compaction)]
  runs = createRuns(runStore, metricStore, createExperiments(createExperimentStore(projects)))
  metrics = createMetrics(metricStore, runStore, runs)
  runId = (await runs.create(scope, { experimentId: '0' })).id
})
afterAll(() => t.close())

const chunks = async (): Promise<number> => Number((await t.postgres.query<{ count: string }>('SELECT count(*) FROM metric_chunk')).rows[0]?.count)
const history = async () => (await metrics.history(scope, runId, 'm')).items
const points = Array.from({ length: 700 }, (_, i) => ({ key: 'm', value: i / 7, step: i, timestamp: i }))

it('merges the single points of a quiet run and of no other, and loses none', async () => {
  await Promise.all(points.map((p) => runs.logMetric(scope, runId, p)))
  const before = await history()
  expect(await chunks()).toBe(700)
  clock = 14 * 60_000
  expect(await compaction.compactQuiet()).toBe(0)
  clock = 16 * 60_000
  expect(await compaction.compactQuiet()).toBe(698)
  expect(await chunks()).toBe(2)
  expect(await history()).toEqual(before)
  expect(before).toHaveLength(700)
})

it('leaves what was logged afterwards readable, also what comes a second time', async () => {
  await runs.logMetric(scope, runId, { key: 'm', value: 9, step: 1_000, timestamp: 1_000 })
  for (const p of points.slice(0, 3)) await runs.logMetric(scope, runId, p)
  expect(await history()).toHaveLength(701)
})

it('does not disturb who is logging to the run', async () => {
  const [project] = [scope.project]
  const at = await createProjects(t.postgres).inProject(project)
  const { rows } = await t.postgres.query<{ run_pos: string }>('SELECT run_pos FROM run')
  const compact = () => at.query({ text: 'SELECT compact_run($1::int, $2::bigint, 0)', values: [at.projectId, rows[0]?.run_pos] })
  const logging = Array.from({ length: 200 }, (_, i) => runs.logBatch(scope, runId, { metrics: [{ key: 'm', value: i, step: 2_000 + i, timestamp: i }] }))
  await Promise.all([...logging, compact(), compact(), compact()])
  expect(await history()).toHaveLength(901)
})
