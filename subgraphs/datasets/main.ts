/** The datasets subgraph as a process of its own; its variables are those of shared/process-config.ts. */
import { runAsProcess } from '#shared/process.ts'
import { createDatasets } from '#datasets/subsystem.ts'

await runAsProcess('datasets', async (deps) => createDatasets({ ...deps, databaseUrl: deps.config.SLUICE_DATABASE_URL, objects: await deps.openObjects(), buckets: deps.config.buckets }))
