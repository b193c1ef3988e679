/** The registry: registered models, versions, stages, aliases. The only file others may import. */
import { createPostgres } from '#shared/db/postgres.ts'
import { repositoryPath } from '#shared/paths.ts'
import type { CommonDeps, Subsystem } from '#shared/subsystem.ts'
import type { Ports, RegistryPort } from '#ports'
import { createModels } from '#registry/domain/models.ts'
import { createRegistration } from '#registry/domain/registration.ts'
import type { RegistryServices } from '#registry/domain/services.ts'
import { createVersions } from '#registry/domain/versions.ts'
import { registryContext } from '#registry/graphql/context.ts'
import { registryRoutes } from '#registry/rest/versions.routes.ts'
import { createRegistrySchema } from '#registry/schema.ts'
import { createModelStore } from '#registry/store/model-store.ts'
import { createVersionStore } from '#registry/store/version-store.ts'

export interface RegistryDeps extends CommonDeps {
  readonly databaseUrl: string
  readonly ports: () => Pick<Ports, 'identity' | 'tracking'>
  /** The clock, in epoch ms; for tests. */
  readonly now?: () => number
}

export interface RegistrySubsystem extends Subsystem<RegistryPort> {
  /** One round of what `start` does every 30 seconds; for tests. */
  reconcile(): Promise<void>
}

const RECONCILE_MS = 30_000

export async function createRegistry({ databaseUrl, ports, log, now = Date.now }: RegistryDeps): Promise<RegistrySubsystem> {
  const postgres = createPostgres({ url: databaseUrl, schema: 'registry', log })
  const modelStore = createModelStore(postgres)
  const store = createVersionStore(postgres)
  const models = createModels({ models: modelStore, versions: store, now })
  const registration = createRegistration({ models, modelStore, store, ports, now, log })
  const services: RegistryServices = { models, versions: createVersions({ models, store, now }), registration }
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  return {
    name: 'registry',
    schema: await createRegistrySchema(),
    context: (actor) => registryContext(services, actor),
    routes: registryRoutes(services),
    ports: { runsInUse: (projectId, runIds) => store.runsInUse(projectId, runIds) },
    migrate: () => postgres.migrate(repositoryPath('subgraphs/registry/store/migrations')),
    reconcile: registration.reconcile,
    async start() {
      const round = () => {
        running = running.then(registration.reconcile).catch((error: unknown) => log.warn({ err: error }, 'waiting model versions were not looked after'))
      }
      timer = setInterval(round, RECONCILE_MS)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
      await running
      await postgres.close()
    },
    health: async () => [await postgres.health()],
  }
}
