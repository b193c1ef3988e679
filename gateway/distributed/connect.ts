/** Many processes: the subgraphs run by themselves and are reached over HTTP with the signed inner identity. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { StartError } from '#gateway/config.ts'
import { forwarded, type ForwardedRoute } from '#gateway/distributed/forward.ts'
import { remoteStep } from '#gateway/distributed/remote-step.ts'
import type { OpenTopology } from '#gateway/topology.ts'
import { type IdentityPort, portMethods } from '#ports'
import { createAccess } from '#shared/access.ts'
import { createInnerSigner } from '#shared/inner-identity.ts'
import { repositoryPath } from '#shared/paths.ts'
import { peerHealth } from '#shared/peer-health.ts'
import { remotePort } from '#shared/port-transport.ts'
import { type NeighbourConfig, readNeighbourConfig } from '#shared/process-config.ts'
import { type SubgraphName, subgraphNames } from '#shared/subsystem.ts'

export const openDistributed: OpenTopology = async () => {
  const config = neighbours()
  const peers = allPeers(config)
  const signer = await createInnerSigner(config.SLUICE_INNER_PRIVATE_KEY)
  const identity = remotePort<IdentityPort>(portMethods.identity, { service: 'identity', url: peers.identity, signer, callerName: 'gateway' })
  return {
    identity,
    access: createAccess(identity),
    steps: Object.fromEntries(subgraphNames.map((name) => [name, remoteStep(name, peers[name], signer)])),
    parts: [forwarded({ routes: await routeTable(), peers, signer })],
    health: subgraphNames.map((name) => ({
      name,
      health: async () => (await peerHealth({ [name]: peers[name] })).flatMap(({ dependencies }) => dependencies),
    })),
    dependencies: () => Promise.resolve([]),
    firstPassword: undefined,
  }
}

function neighbours(): NeighbourConfig {
  try {
    return readNeighbourConfig()
  } catch (error) {
    throw new StartError(`sluice gateway needs to know its subgraphs and key:\n${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

function allPeers({ SLUICE_PEERS: peers }: NeighbourConfig): Readonly<Record<SubgraphName, string>> {
  const entries = subgraphNames.map((name) => {
    const url = peers[name]
    if (url === undefined) throw new StartError(`SLUICE_PEERS does not name ${name}.`)
    return [name, url] as const
  })
  return Object.fromEntries(entries) as Record<SubgraphName, string> // one entry per name
}

const operation = z.object({ 'x-family': z.enum(['mlflow', 'studio', 'mini', 'own']), 'x-route': z.string(), tags: z.tuple([z.enum(subgraphNames)]) })
const methods = { get: 'GET', head: 'HEAD', post: 'POST', put: 'PUT', patch: 'PATCH', delete: 'DELETE' } as const
const document = z.object({ paths: z.record(z.string(), z.partialRecord(z.enum(['get', 'head', 'post', 'put', 'patch', 'delete']), operation)) })

/** Generated from the subgraphs' route tables and checked for drift and collisions (`npm run schema`). */
async function routeTable(): Promise<ForwardedRoute[]> {
  const file = repositoryPath('schema', 'openapi.json')
  const text = await readFile(file, 'utf8').catch(() => {
    throw new StartError(`${file} is missing. Write it with: npm run schema`)
  })
  const { paths } = document.parse(JSON.parse(text))
  return Object.values(paths).flatMap(
    (operations) =>
      Object.entries(operations).map(([method, facts]) => ({ method: methods[method as keyof typeof methods], path: facts['x-route'], family: facts['x-family'], subgraph: facts.tags[0] })), // keys of the enum above
  )
}
