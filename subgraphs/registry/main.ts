/** The registry subgraph as a process of its own; its variables are those of shared/process-config.ts. */
import { runAsProcess } from '#shared/process.ts'
import { createRegistry } from '#registry/subsystem.ts'

await runAsProcess('registry', (deps) =>
  createRegistry({
    ...deps,
    databaseUrl: deps.config.SLUICE_DATABASE_URL,
    secretKey: deps.config.SLUICE_SECRET_KEY,
    webhooks: { schemes: deps.config.SLUICE_WEBHOOK_ALLOWED_SCHEMES, allowPrivate: deps.config.SLUICE_WEBHOOK_ALLOW_PRIVATE === 'on' },
  }),
)
