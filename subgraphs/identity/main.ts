/** The identity subgraph as a process of its own; its variables are those of shared/process-config.ts. */
import { runAsProcess } from '#shared/process.ts'
import { createIdentity } from '#identity/subsystem.ts'

await runAsProcess('identity', (deps) =>
  createIdentity({
    ...deps,
    databaseUrl: deps.config.SLUICE_DATABASE_URL,
    secretKey: deps.config.SLUICE_SECRET_KEY,
    ...(deps.config.SLUICE_ADMIN_PASSWORD ? { adminPassword: deps.config.SLUICE_ADMIN_PASSWORD } : {}),
  }),
)
