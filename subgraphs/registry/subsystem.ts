/** The registry: registered models, versions, stages, aliases, and the webhooks that hear of them. The only file others may import. */
import { createPostgres, type Postgres } from '#shared/db/postgres.ts'
import { createOutbound, type OutboundOptions } from '#shared/outbound/guarded-post.ts'
import { repositoryPath } from '#shared/paths.ts'
import type { CommonDeps, Subsystem } from '#shared/subsystem.ts'
import type { Ports, RegistryPort } from '#ports'
import { createModels } from '#registry/domain/models.ts'
import { createRegistration } from '#registry/domain/registration.ts'
import type { RegistryServices } from '#registry/domain/services.ts'
import { createVersions } from '#registry/domain/versions.ts'
import type { WebhookScheme } from '#registry/domain/webhook.ts'
import { createSend } from '#registry/domain/webhook-delivery.ts'
import { createSecretBox } from '#registry/domain/webhook-secret.ts'
import { createDeliveryWorker } from '#registry/domain/webhook-worker.ts'
import { createWebhooks } from '#registry/domain/webhooks.ts'
import { registryContext } from '#registry/graphql/context.ts'
import { registryRoutes } from '#registry/rest/versions.routes.ts'
import { webhookRoutes } from '#registry/rest/webhooks.routes.ts'
import { createRegistrySchema } from '#registry/schema.ts'
import { createModelStore } from '#registry/store/model-store.ts'
import { createVersionStore } from '#registry/store/version-store.ts'
import { createDeliveryStore } from '#registry/store/webhook-delivery-store.ts'
import { createOutbox } from '#registry/store/webhook-outbox.ts'
import { createWebhookStore } from '#registry/store/webhook-store.ts'

export interface RegistryDeps extends CommonDeps {
  readonly databaseUrl: string
  readonly ports: () => Pick<Ports, 'identity' | 'tracking'>
  /** 32 bytes that stay the same over restarts and processes: secrets of webhooks are sealed with a key made of it. */
  readonly secretKey: Buffer
  /** What webhooks may call; https only unless said otherwise. */
  readonly webhooks?: { readonly schemes?: readonly WebhookScheme[] } & OutboundOptions
  /** The clock, in epoch ms; for tests. */
  readonly now?: () => number
}

export interface RegistrySubsystem extends Subsystem<RegistryPort> {
  /** One round of what `start` does every 30 seconds; for tests. */
  reconcile(): Promise<void>
  /** Delivers what is due now, to its end; for tests. */
  deliver(): Promise<void>
  /** Forgets deliveries that ended long ago; for tests. */
  sweep(): Promise<void>
}

const RECONCILE_MS = 30_000

export async function createRegistry(deps: RegistryDeps): Promise<RegistrySubsystem> {
  const { databaseUrl, ports, log, now = Date.now } = deps
  const postgres = createPostgres({ url: databaseUrl, schema: 'registry', log })
  const { worker, keep } = createDelivery(deps, postgres)
  const outbox = createOutbox(postgres, worker.nudge)
  const modelStore = createModelStore(postgres, outbox)
  const store = createVersionStore(postgres, outbox)
  const models = createModels({ models: modelStore, versions: store, now })
  const registration = createRegistration({ models, modelStore, store, ports, now, log })
  const webhooks = createWebhooks({ ...keep, store: createWebhookStore(postgres), now })
  const services: RegistryServices = { models, versions: createVersions({ models, store, now }), registration, webhooks }
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  return {
    name: 'registry',
    schema: await createRegistrySchema(),
    context: (actor) => registryContext(services, actor),
    routes: [...registryRoutes(services), ...webhookRoutes(services)],
    ports: { runsInUse: (projectId, runIds) => store.runsInUse(projectId, runIds) },
    migrate: () => postgres.migrate(repositoryPath('subgraphs/registry/store/migrations')),
    reconcile: registration.reconcile,
    deliver: worker.drain,
    sweep: worker.sweep,
    async start() {
      const round = () => {
        running = running
          .then(registration.reconcile)
          .then(worker.sweep)
          .catch((error: unknown) => log.warn({ err: error }, 'waiting model versions and deliveries were not looked after'))
      }
      timer = setInterval(round, RECONCILE_MS)
      timer.unref()
      worker.start()
    },
    async stop() {
      clearInterval(timer)
      await Promise.all([running, worker.stop()])
      await postgres.close()
    },
    health: async () => [await postgres.health()],
  }
}

const httpsOnly: readonly WebhookScheme[] = ['https']

/** What sends, and what both the worker and the service of webhooks need of it. */
function createDelivery({ secretKey, webhooks: { schemes = httpsOnly, ...outboundOptions } = {}, log }: RegistryDeps, postgres: Postgres) {
  const outbound = createOutbound(outboundOptions)
  const secrets = createSecretBox(secretKey)
  const send = createSend({ outbound, secrets, schemes })
  return { worker: createDeliveryWorker({ store: createDeliveryStore(postgres), send, log }), keep: { outbound, secrets, schemes, send } }
}
