/** The core services of tracking on a database of their own, for tests. */
import { createPostgres, type Postgres } from '#shared/db/postgres.ts'
import { repositoryPath } from '#shared/paths.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { newTestDatabase } from '#shared/testing/database.ts'
import { createExperiments, type Experiments } from '#tracking/domain/experiments.ts'
import { createMetrics, type Metrics } from '#tracking/domain/metrics.ts'
import { createRunInputs, type FindVersion, type RunInputs } from '#tracking/domain/run-inputs.ts'
import { createRuns, type Runs } from '#tracking/domain/runs.ts'
import { createExperimentStore } from '#tracking/store/experiment-store.ts'
import { createKeyDictionary } from '#tracking/store/key-dictionary.ts'
import { createMetricStore } from '#tracking/store/metric-store.ts'
import { createProjects } from '#tracking/store/project-statements.ts'
import { createRunInputStore } from '#tracking/store/run-input-store.ts'
import type { SearchLimits } from '#tracking/store/run-search.ts'
import { createRunStore } from '#tracking/store/run-store.ts'

export interface TestTracking {
  readonly postgres: Postgres
  readonly experiments: Experiments
  readonly runs: Runs
  readonly metrics: Metrics
  readonly runInputs: RunInputs
  /** The same database through stores of their own, as a second process would use it. */
  readonly another: (limits?: SearchLimits) => Omit<TestTracking, 'close' | 'another'>
  close(): Promise<void>
}

export const testPublicUrl = 'http://sluice.test'

export async function startTestTracking(findVersion: FindVersion = () => Promise.resolve(null)): Promise<TestTracking> {
  const database = await newTestDatabase()
  const postgres = createPostgres({ url: database.url, schema: 'tracking', log: createLog({ service: 'test', level: 'silent' }) })
  await postgres.migrate(repositoryPath('subgraphs/tracking/store/migrations'))
  const services = (limits?: SearchLimits) => {
    const projects = createProjects(postgres)
    const keys = createKeyDictionary()
    const runStore = createRunStore(projects, keys, limits)
    const metricStore = createMetricStore(projects, keys)
    const experiments = createExperiments(createExperimentStore(projects))
    const runs = createRuns(runStore, metricStore, experiments)
    return { postgres, experiments, runs, metrics: createMetrics(metricStore, runStore, runs), runInputs: createRunInputs(createRunInputStore(projects, keys), runs, findVersion, () => testPublicUrl) }
  }
  return {
    ...services(),
    another: services,
    async close() {
      await postgres.close()
      await database.drop()
    },
  }
}
