/** The tracking subgraph as a process of its own; its variables are those of shared/process-config.ts. */
import { runAsProcess } from '#shared/process.ts'
import { createTracking } from '#tracking/subsystem.ts'

await runAsProcess('tracking', async (deps) => createTracking({ ...deps, databaseUrl: deps.config.SLUICE_DATABASE_URL, objects: await deps.openObjects(), buckets: deps.config.buckets }))
