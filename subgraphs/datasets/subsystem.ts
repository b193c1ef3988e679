/** Datasets as one subsystem: what the composition root starts and what others may import. */
import { createPostgres } from '#shared/db/postgres.ts'
import type { Buckets, ObjectStore } from '#shared/objects/object-store.ts'
import { repositoryPath } from '#shared/paths.ts'
import type { CommonDeps, DependencyHealth, Subsystem } from '#shared/subsystem.ts'
import type { DatasetsPort, Ports } from '#ports'
import { Datasets } from '#datasets/domain/datasets.ts'
import { Uploads } from '#datasets/domain/uploads.ts'
import type { DatasetsContext } from '#datasets/graphql/context.ts'
import { datasetLoader, versionLoader } from '#datasets/graphql/loaders.ts'
import { datasetRoutes } from '#datasets/rest/routes.ts'
import { createDatasetsSchema } from '#datasets/schema.ts'
import { createDatasetStore } from '#datasets/store/dataset-store.ts'
import { createProfiler, type SupervisedProfiler } from '#datasets/store/profiler.ts'
import { createSpool } from '#datasets/store/spool.ts'

export interface DatasetsDeps extends CommonDeps {
  readonly databaseUrl: string
  readonly objects: ObjectStore
  readonly buckets: Buckets
  readonly ports: () => Pick<Ports, 'identity'>
  /** Of one uploaded file; limits.ts otherwise. */
  readonly maxFileBytes?: number
  /** Where uploads wait while they are read; the system's temporary directory otherwise. */
  readonly temporaryDirectory?: string
  /** Who looks into files; a supervised child process otherwise. */
  readonly profiler?: SupervisedProfiler
}

const SWEEP_MS = 15 * 60 * 1000

export async function createDatasets(deps: DatasetsDeps): Promise<Subsystem<DatasetsPort>> {
  const { log, objects, buckets, publicUrl } = deps
  const postgres = createPostgres({ url: deps.databaseUrl, schema: 'datasets', log })
  const spool = await createSpool(deps.temporaryDirectory)
  const profiler = deps.profiler ?? createProfiler({ log })
  const store = createDatasetStore(postgres)
  const parts = { store, objects, buckets, spool, profiler }
  const datasets = new Datasets(parts)
  const uploads = new Uploads(parts, deps.maxFileBytes)
  const sweep = (): Promise<void> => uploads.sweep().catch((error: unknown) => log.warn({ err: error }, 'sweeping unfinished uploads failed'))
  let sweeping: NodeJS.Timeout | undefined

  return {
    name: 'datasets',
    schema: await createDatasetsSchema(),
    context: (actor): DatasetsContext => ({ actor, datasets, publicUrl: publicUrl(), datasetLoader: datasetLoader(datasets, actor), versionLoader: versionLoader(datasets, actor) }),
    routes: datasetRoutes({ datasets, uploads, publicUrl }),
    ports: {
      async version(projectId, name, version) {
        const found = await datasets.reference(projectId, name, version)
        return found ? { datasetId: found.datasetId, versionId: found.id, name: found.datasetName, version: found.version, sha256: found.sha256 } : null
      },
    },
    migrate: () => postgres.migrate(repositoryPath('subgraphs/datasets/store/migrations')),
    async start() {
      await sweep()
      sweeping = setInterval(() => void sweep(), SWEEP_MS).unref()
    },
    async stop() {
      clearInterval(sweeping)
      await profiler.stop()
      await spool.close()
      await postgres.close()
    },
    health: async () => Promise.all([postgres.health(), objectHealth(objects)]),
  }
}

async function objectHealth(objects: ObjectStore): Promise<DependencyHealth> {
  const start = performance.now()
  const ok = await objects.ping().catch(() => false)
  return { name: 'objects', ok, latencyMs: performance.now() - start, ...(ok ? {} : { detail: 'does not answer' }) }
}
