/** Tracking: experiments, runs, metrics, artifacts, logged models and traces. The only file that others may import. */
import { createPostgres } from '#shared/db/postgres.ts'
import type { Buckets, ObjectStore } from '#shared/objects/object-store.ts'
import { repositoryPath } from '#shared/paths.ts'
import { withAjaxTwins } from '#shared/rest/route.ts'
import type { CommonDeps, Subsystem } from '#shared/subsystem.ts'
import type { Ports, TrackingPort } from '#ports'
import { createArtifactHalf } from '#tracking/artifact-half.ts'
import { createExperiments } from '#tracking/domain/experiments.ts'
import { createMetrics } from '#tracking/domain/metrics.ts'
import { createRunInputs } from '#tracking/domain/run-inputs.ts'
import { createRuns } from '#tracking/domain/runs.ts'
import { artifactContext, type ArtifactContext } from '#tracking/graphql/artifact-context.ts'
import { createLoaders, type TrackingContext, type TrackingServices } from '#tracking/graphql/context.ts'
import { coreRoutes } from '#tracking/rest/routes.ts'
import { createTrackingSchema } from '#tracking/schema.ts'
import { createCompaction } from '#tracking/store/compaction.ts'
import { createExperimentStore } from '#tracking/store/experiment-store.ts'
import { createKeyDictionary } from '#tracking/store/key-dictionary.ts'
import { createMetricStore } from '#tracking/store/metric-store.ts'
import { createProjects } from '#tracking/store/project-statements.ts'
import { createRunInputStore } from '#tracking/store/run-input-store.ts'
import { createRunStore } from '#tracking/store/run-store.ts'
import { createTracePart } from '#tracking/trace-part.ts'

export interface TrackingDeps extends CommonDeps {
  readonly databaseUrl: string
  readonly objects: ObjectStore
  readonly buckets: Buckets
  /** A function, because subsystems are created before all ports exist. */
  readonly ports: () => Pick<Ports, 'identity' | 'datasets' | 'registry'>
}

/** How often what broken uploads left behind is removed. */
const SWEEP_MS = 60 * 60_000

export async function createTracking(deps: TrackingDeps): Promise<Subsystem<TrackingPort>> {
  const postgres = createPostgres({ url: deps.databaseUrl, schema: 'tracking', log: deps.log })
  const projects = createProjects(postgres)
  const keys = createKeyDictionary()
  const runStore = createRunStore(projects, keys)
  const compaction = createCompaction(projects, deps.log)
  const metricStore = createMetricStore(projects, keys, compaction)
  const experiments = createExperiments(createExperimentStore(projects))
  // The two halves know each other: files belong to runs, and points of runs may be about logged models.
  const runs = createRuns(runStore, metricStore, experiments, (scope, runId, metrics) => files.services.loggedModels.recordMetrics(scope, runId, metrics))
  const files = createArtifactHalf(deps, postgres, { experiments, runs })
  const traces = createTracePart(projects, { experiments, runs })
  const findVersion = async (projectId: string, name: string, version: number): Promise<string | null> => (await deps.ports().datasets.version(projectId, name, version))?.versionId ?? null
  const services: TrackingServices = {
    experiments,
    runs,
    metrics: createMetrics(metricStore, runStore, runs),
    runInputs: createRunInputs(createRunInputStore(projects, keys), runs, findVersion, deps.publicUrl),
  }

  let sweeping: NodeJS.Timeout | undefined

  return {
    name: 'tracking',
    schema: await createTrackingSchema(),
    context: (actor): TrackingContext & ArtifactContext => ({ ...artifactContext(actor, files.services), ...services, loaders: createLoaders(actor, services) }),
    routes: [...withAjaxTwins(coreRoutes(services)), ...files.routes, ...traces.routes],
    ports: {
      async run(projectId, runId) {
        const project = await projects.byId(projectId)
        const run = project && (await runs.find(project, runId))
        return run ? { runId: run.id, experimentId: run.experimentId, artifactUri: run.artifactUri, active: run.active } : null
      },
      modelSource: files.modelSource,
    },
    migrate: () => postgres.migrate(repositoryPath('subgraphs/tracking/store/migrations')),
    async start() {
      compaction.start()
      const sweep = () => files.services.artifacts.sweep().catch((error: unknown) => deps.log.warn({ err: error }, 'files of broken uploads were not removed'))
      void sweep()
      sweeping = setInterval(() => void sweep(), SWEEP_MS)
      sweeping.unref()
    },
    async stop() {
      compaction.stop()
      clearInterval(sweeping)
      await postgres.close()
    },
    health: async () => [await postgres.health()],
  }
}
