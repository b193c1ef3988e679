/**
 * A subgraph as a process: reads its environment, wires the remote ports, migrates, listens, and stops cleanly on
 * SIGTERM. Each `subgraphs/<name>/main.ts` is a call of this with its factory.
 */
import { portMethods, type DatasetsPort, type IdentityPort, type Ports, type RegistryPort, type TrackingPort } from '#ports'
import { createAccess } from '#shared/access.ts'
import { createInnerSigner, createInnerVerifier } from '#shared/inner-identity.ts'
import { createFileStore } from '#shared/objects/file-store.ts'
import type { ObjectStore } from '#shared/objects/object-store.ts'
import { createS3Store } from '#shared/objects/s3-store.ts'
import { peerHealth } from '#shared/peer-health.ts'
import { remotePort } from '#shared/port-transport.ts'
import { readProcessConfig, type ProcessConfig } from '#shared/process-config.ts'
import { createSubgraphServer } from '#shared/serve.ts'
import type { CommonDeps, SubgraphName, Subsystem } from '#shared/subsystem.ts'
import { createLog } from '#shared/telemetry/log.ts'

export interface ProcessDeps extends CommonDeps {
  readonly config: ProcessConfig
  readonly ports: () => Ports
  /** Opens the object store; only subsystems with bytes call it. */
  readonly openObjects: () => Promise<ObjectStore>
}

export async function runAsProcess<Port extends object>(name: SubgraphName & keyof typeof portMethods, create: (deps: ProcessDeps) => Promise<Subsystem<Port>>): Promise<void> {
  try {
    await start(name, create)
  } catch (error) {
    console.error(`sluice ${name}: ${error instanceof Error ? error.message : String(error)}`)
    process.exit(1)
  }
}

async function start<Port extends object>(name: SubgraphName & keyof typeof portMethods, create: (deps: ProcessDeps) => Promise<Subsystem<Port>>): Promise<void> {
  const config = readProcessConfig()
  const log = createLog({ service: name, level: config.SLUICE_LOG_LEVEL })
  const signer = await createInnerSigner(config.SLUICE_INNER_PRIVATE_KEY)
  const verifier = await createInnerVerifier(config.SLUICE_INNER_PUBLIC_KEY, name)
  const peer = (service: SubgraphName) => {
    const url = config.SLUICE_PEERS[service]
    if (!url && service !== name) throw new Error(`SLUICE_PEERS does not name ${service}`)
    return { service, url: url ?? '', signer, callerName: name }
  }
  let own: Port | undefined
  const ownPort = <P>(): P => own as unknown as P // only asked for under this process's own name
  const ports: Ports = {
    identity: name === 'identity' ? lazily(portMethods.identity, () => ownPort<IdentityPort>()) : remotePort<IdentityPort>(portMethods.identity, peer('identity')),
    tracking: name === 'tracking' ? lazily(portMethods.tracking, () => ownPort<TrackingPort>()) : remotePort<TrackingPort>(portMethods.tracking, peer('tracking')),
    registry: name === 'registry' ? lazily(portMethods.registry, () => ownPort<RegistryPort>()) : remotePort<RegistryPort>(portMethods.registry, peer('registry')),
    datasets: name === 'datasets' ? lazily(portMethods.datasets, () => ownPort<DatasetsPort>()) : remotePort<DatasetsPort>(portMethods.datasets, peer('datasets')),
    platform: { health: () => peerHealth(config.SLUICE_PEERS) },
  }
  const access = createAccess(ports.identity)
  const subsystem = await create({ config, access, log, publicUrl: () => config.SLUICE_PUBLIC_URL, ports: () => ports, openObjects: () => openObjects(config) })
  own = subsystem.ports
  await subsystem.migrate()
  await subsystem.start()
  const app = createSubgraphServer({ subsystem, portMethods: portMethods[name], verifier, access, log })
  const address = await app.listen({ host: config.SLUICE_BIND, port: config.SLUICE_PORT })
  log.info({ address }, 'ready')

  let stopping = false
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'stopping')
    await app.close()
    await subsystem.stop()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
}

/** The subsystem's own port, which exists only after the subsystem does. */
function lazily<Port extends object>(methods: readonly (keyof Port & string)[], get: () => Port): Port {
  return Object.fromEntries(
    methods.map((method) => [
      method,
      (...args: unknown[]) => {
        const port = get()
        const target: unknown = port[method]
        if (typeof target !== 'function') throw new Error(`${method} was called before the subsystem was ready`)
        return Reflect.apply(target, port, args)
      },
    ]),
  ) as Port // one entry per method of Port
}

async function openObjects(config: ProcessConfig): Promise<ObjectStore> {
  if (config.SLUICE_OBJECTS && !config.SLUICE_OBJECTS.startsWith('s3://')) return createFileStore(config.SLUICE_OBJECTS)
  const { S3_ENDPOINT: endpoint, AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, buckets } = config
  return createS3Store({ region, buckets, ...(endpoint ? { endpoint } : {}), ...(accessKeyId ? { accessKeyId } : {}), ...(secretAccessKey ? { secretAccessKey } : {}) })
}
