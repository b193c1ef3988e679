/** The composition root: opens a topology, puts the door in front of it, and takes both down again. */
import { access, readFile } from 'node:fs/promises'
import { createServer as createProbe } from 'node:net'
import { join } from 'node:path'
import { createCleanup } from '#gateway/cleanup.ts'
import { type Config, listensOnLoopback, StartError } from '#gateway/config.ts'
import { type Authenticate, createAuthenticator } from '#gateway/edge/authenticate.ts'
import { chooseProject, workspaceHeader } from '#gateway/edge/choose-project.ts'
import { createSites } from '#gateway/edge/hosts.ts'
import { faces } from '#gateway/faces.ts'
import { createGraph } from '#gateway/graphql/graph.ts'
import { policyTree } from '#gateway/graphql/policy-tree.ts'
import { createHealth, type HealthSource } from '#gateway/health.ts'
import { createServer } from '#gateway/server.ts'
import type { OpenTopology, Topology } from '#gateway/topology.ts'
import { repositoryPath } from '#shared/paths.ts'
import type { DependencyHealth } from '#shared/subsystem.ts'
import type { Log } from '#shared/telemetry/log.ts'

export interface Platform {
  /** The address people use. */
  readonly url: string
  readonly port: number
  /** Every route that the door serves or forwards. */
  readonly routes: readonly { readonly method: string; readonly path: string }[]
  /** The administrator's password, on the first start only. */
  readonly firstPassword: string | undefined
  /** Lets requests in flight finish, then stops everything in reverse order. May be called again. */
  stop(): Promise<void>
}

export interface PlatformOptions {
  readonly log: Log
  readonly openTopology: OpenTopology
  /** For people who wait. */
  readonly progress?: (what: string) => void
  /** Whether somebody reads what is printed. */
  readonly isTerminal?: boolean
}

export async function createPlatform(config: Config, options: PlatformOptions): Promise<Platform> {
  const { log, openTopology, progress = () => undefined, isTerminal = false } = options
  if (config.auth && config.adminPassword === undefined && !isTerminal && !listensOnLoopback(config))
    throw new StartError('Beyond this machine Sluice starts only with a password for admin: set SLUICE_ADMIN_PASSWORD (12 characters or more).')
  await Promise.all([...new Set([config.port, ...config.faces])].map((port) => assertFree(config.host, port)))

  const cleanup = createCleanup(log)
  let url = config.publicUrl ?? `http://${config.host}:${config.port}`
  let isStopping = false
  const sources: HealthSource[] = []
  const health = createHealth(() => sources)
  try {
    const topology = await openTopology({ config, log, cleanup, progress, health, publicUrl: () => url })
    const accepting = (): DependencyHealth => ({ name: 'accepting requests', ok: !isStopping, latencyMs: 0 })
    const webRoot = repositoryPath('dist', 'web')
    sources.push(...topology.health, { name: 'gateway', health: async () => [accepting(), ...(await topology.dependencies())] }, { name: 'web', health: () => webHealth(webRoot) })
    progress('opening the door')
    const sites = createSites(config.publicUrl, config.allowedHosts)
    const graph = await createGraph({ supergraphSdl: await supergraph(), tree: policyTree, steps: topology.steps, access: topology.access, log })
    cleanup.defer('graph', () => graph.stop())
    const door = await createServer({
      ...topology,
      graph,
      health,
      sites,
      log,
      authenticate: config.auth ? createAuthenticator(topology.identity, sites) : await everybodyIsAdministrator(topology),
      webRoot,
      trustProxy: config.trustProxy,
      publicUrl: config.publicUrl,
      metricsToken: config.metricsToken,
      faces,
    })
    cleanup.defer('door', () => door.close())
    const { port } = await door.listen(config.host, config.port, config.faces)
    url = config.publicUrl ?? `http://${printable(config.host)}:${port}`
    log.info({ url, port, faces: config.faces }, 'ready')
    return {
      url,
      port,
      routes: door.routes,
      firstPassword: topology.firstPassword,
      stop: () => {
        isStopping = true
        return cleanup.run()
      },
    }
  } catch (error) {
    await cleanup.run()
    throw error
  }
}

/** An address to type, for one to listen on. */
const printable = (host: string): string => (host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host)

async function supergraph(): Promise<string> {
  const file = repositoryPath('schema', 'supergraph.graphql')
  return readFile(file, 'utf8').catch(() => {
    throw new StartError(`${file} is missing. Write it with: npm run schema`)
  })
}

async function webHealth(root: string): Promise<DependencyHealth[]> {
  const ok = await access(join(root, 'index.html')).then(
    () => true,
    () => false,
  )
  return [{ name: 'built files', ok, latencyMs: 0, ...(ok ? {} : { detail: 'run: npm run build' }) }]
}

async function everybodyIsAdministrator({ administrator }: Topology): Promise<Authenticate> {
  if (!administrator) throw new StartError('--auth off works in one process only.')
  const id = await administrator()
  return (request) => {
    const header = request.headers[workspaceHeader]
    const projectName = chooseProject({ prefix: request.projectPrefix, header: typeof header === 'string' ? header : undefined, token: undefined })
    return Promise.resolve({ principalId: id, subjectId: id, kind: 'user', ceiling: null, requestId: request.id, ...(projectName === undefined ? {} : { projectName }) })
  }
}

/** Fails before anything is started, with the flag that moves the port. */
function assertFree(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createProbe()
    probe.once('error', (error: NodeJS.ErrnoException) =>
      reject(new StartError(error.code === 'EADDRINUSE' ? `Port ${port} of ${host} is taken. Choose another with --port or SLUICE_PORT.` : `Cannot listen on ${host}:${port}: ${error.message}`)),
    )
    probe.listen(port, host, () => probe.close(() => resolve()))
  })
}
