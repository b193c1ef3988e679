/** One process: every subsystem here, with an embedded PostgreSQL and files unless addresses are given. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, StartError, usesS3 } from '#gateway/config.ts'
import { localStep } from '#gateway/graphql/data-source.ts'
import { mounted } from '#gateway/server.ts'
import { keepOperatorToken } from '#gateway/operator-token.ts'
import type { OpenTopology, Topology, TopologyContext } from '#gateway/topology.ts'
import { createDatasets } from '#datasets/subsystem.ts'
import { createIdentity } from '#identity/subsystem.ts'
import { createRegistry } from '#registry/subsystem.ts'
import { createTracking } from '#tracking/subsystem.ts'
import { portMethods, type Ports } from '#ports'
import { createAccess } from '#shared/access.ts'
import type { Actor } from '#shared/actor.ts'
import { startEmbeddedPostgres } from '#shared/db/embedded-postgres.ts'
import { createOperationRunner } from '#shared/graphql/execute.ts'
import { createFileStore } from '#shared/objects/file-store.ts'
import type { Buckets, ObjectStore } from '#shared/objects/object-store.ts'
import { createS3Store } from '#shared/objects/s3-store.ts'
import { guardPort } from '#shared/port-transport.ts'
import type { DependencyHealth, Subsystem } from '#shared/subsystem.ts'

export const openEmbedded: OpenTopology = async (context) => {
  const { config, cleanup, log, progress } = context
  await prepareDirectory(config.dataDir)
  const databaseUrl = config.databaseUrl ?? (await startOwnDatabase(context))
  const buckets: Buckets = { artifacts: config.bucketArtifacts, datasets: config.bucketDatasets, models: config.bucketModels }
  const objects = await openObjects(config, buckets)
  cleanup.defer('object store', () => objects.close())

  const ready: { ports?: Ports } = {}
  const ports = (): Ports => {
    if (!ready.ports) throw new Error('a port was called before all subsystems existed')
    return ready.ports
  }
  const access = createAccess({ epoch: () => ports().identity.epoch(), snapshot: (id) => ports().identity.snapshot(id) })
  const common = (name: string) => ({ access, log: log.child({ subsystem: name }), publicUrl: context.publicUrl, ports, databaseUrl })
  const secretKey = await keyIn(join(config.dataDir, 'secret.key'))
  const identity = await createIdentity({ ...common('identity'), databaseUrl: config.identityDatabaseUrl ?? databaseUrl, secretKey, ...firstPasswordOf(config) })
  const tracking = await createTracking({ ...common('tracking'), objects, buckets })
  const registry = await createRegistry({ ...common('registry'), secretKey, webhooks: { schemes: config.webhookAllowedSchemes, allowPrivate: config.webhookAllowPrivate } })
  const datasets = await createDatasets({ ...common('datasets'), objects, buckets })
  ready.ports = {
    identity: guardPort('identity', portMethods.identity, identity.ports),
    tracking: guardPort('tracking', portMethods.tracking, tracking.ports),
    registry: guardPort('registry', portMethods.registry, registry.ports),
    datasets: guardPort('datasets', portMethods.datasets, datasets.ports),
    platform: context.health,
  }
  const subsystems: readonly Subsystem[] = [identity, tracking, registry, datasets]
  for (const subsystem of subsystems) cleanup.defer(subsystem.name, () => subsystem.stop())
  progress('preparing the databases')
  for (const subsystem of subsystems) await subsystem.migrate().catch((error: unknown) => failToStart(`The database of ${subsystem.name} cannot be used`, error))
  for (const subsystem of subsystems) await subsystem.start()
  if (config.auth) await keepOperatorToken(() => identity.newOperatorToken(), config.dataDir, cleanup, log)

  const topology: Topology = {
    identity: ready.ports.identity,
    access,
    steps: Object.fromEntries(subsystems.map((subsystem) => [subsystem.name, localStep(subsystem, log)])),
    parts: subsystems.map((subsystem) => mounted(subsystem.routes)),
    health: subsystems,
    dependencies: async () => [await objectsHealth(objects)],
    firstPassword: config.auth ? identity.firstPassword() : undefined,
    administrator: () => findAdministrator(identity),
  }
  return topology
}

async function prepareDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true })
    // The embedded database may run as another user (as root it does) and must be able to pass through.
    if (process.getuid?.() === 0) await chmod(directory, 0o711)
    await writeFile(join(directory, '.writable'), '')
  } catch (error) {
    failToStart(`The data directory ${directory} cannot be written`, error)
  }
}

async function startOwnDatabase({ config, cleanup, log, progress }: TopologyContext): Promise<string> {
  try {
    const server = await startEmbeddedPostgres({ directory: config.dataDir, log: log.child({ part: 'postgres' }), progress })
    cleanup.defer('PostgreSQL', () => server.stop())
    return server.url
  } catch (error) {
    return failToStart(`PostgreSQL does not start in ${config.dataDir}`, error)
  }
}

async function openObjects(config: Config, buckets: Buckets): Promise<ObjectStore> {
  if (!usesS3(config)) {
    const directory = config.objects ?? join(config.dataDir, 'objects')
    return createFileStore(directory).catch((error: unknown) => failToStart(`Files cannot be kept in ${directory}`, error))
  }
  const { s3Endpoint: endpoint, s3Region: region, s3AccessKey: accessKeyId, s3SecretKey: secretAccessKey } = config
  return createS3Store({ region, buckets, ...(endpoint ? { endpoint } : {}), ...(accessKeyId ? { accessKeyId } : {}), ...(secretAccessKey ? { secretAccessKey } : {}) }).catch((error: unknown) =>
    failToStart(`The object store ${endpoint ?? 'S3'} cannot be used`, error),
  )
}

/** One line for whoever starts Sluice; the rest is in the cause. */
function failToStart(what: string, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  const why = error instanceof AggregateError ? error.errors.map(String).join('; ') : error instanceof Error ? error.message || code : String(error)
  throw new StartError(`${what}: ${why ?? 'no reason given'}`, { cause: error })
}

/** 32 bytes that stay the same over restarts. */
async function keyIn(file: string): Promise<Buffer> {
  const known = await readFile(file).catch(() => undefined)
  if (known?.length === 32) return known
  const key = randomBytes(32)
  await writeFile(file, key, { mode: 0o600 })
  return key
}

/** Under `--auth off` nobody logs in, so nobody is shown or asked to change a password. */
function firstPasswordOf({ adminPassword, auth }: Config): { adminPassword?: string } {
  if (adminPassword !== undefined) return { adminPassword }
  return auth ? {} : { adminPassword: randomBytes(24).toString('base64url') }
}

async function objectsHealth(objects: ObjectStore): Promise<DependencyHealth> {
  const start = performance.now()
  const ok = await objects.ping()
  return { name: 'object store', ok, latencyMs: performance.now() - start, ...(ok ? {} : { detail: 'does not answer' }) }
}

/** Asks identity's own graph, as the platform itself, for the first administrator. */
async function findAdministrator(identity: Subsystem): Promise<string> {
  const itself: Actor = {
    principalId: 'platform',
    kind: 'service',
    subjectId: 'platform',
    ceiling: null,
    requestId: 'start',
    viewingAs: false,
    snapshot: { epoch: 0, principalId: 'platform', name: 'platform', active: true, isAdmin: true, projects: [], memberships: [], grants: [] },
  }
  const ask = createOperationRunner(identity.schema, () => undefined)
  const { data, errors } = await ask({ query: '{ platform { users(first: 200) { nodes { id username } } } }' }, identity.context(itself))
  const users = (data as { platform?: { users: { nodes: { id: string; username: string }[] } } } | undefined)?.platform?.users.nodes // what the query asks for
  const found = users?.find(({ username }) => username === 'admin')
  if (!found) throw new StartError(`--auth off needs the user admin, who is gone${errors?.[0] ? ` (${errors[0].message})` : ''}.`)
  return found.id
}
