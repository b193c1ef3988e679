/** The route tables of all subgraphs. Routes are made with their services, so the subsystems are created, but never started: nothing connects. */
import { createDatasets } from '#datasets/subsystem.ts'
import { createIdentity } from '#identity/subsystem.ts'
import { createRegistry } from '#registry/subsystem.ts'
import { createAccess } from '#shared/access.ts'
import { defaultBuckets, type ObjectStore } from '#shared/objects/object-store.ts'
import type { Route } from '#shared/rest/route.ts'
import type { SubgraphName, Subsystem } from '#shared/subsystem.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { createTracking } from '#tracking/subsystem.ts'

const never = (): never => {
  throw new Error('Nothing is called while routes are listed')
}
const objects: ObjectStore = { put: never, get: never, delete: never, ping: never, close: never }

export interface OwnedRoute {
  readonly subgraph: SubgraphName
  readonly route: Route
}

export async function routesOfAll(): Promise<OwnedRoute[]> {
  const deps = {
    access: createAccess({ epoch: never, snapshot: never }),
    log: createLog({ service: 'schema', level: 'silent' }),
    publicUrl: () => '',
    databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
    secretKey: Buffer.alloc(32),
    objects,
    buckets: defaultBuckets,
    ports: never,
  }
  const subsystems: readonly Subsystem[] = await Promise.all([createDatasets(deps), createIdentity(deps), createRegistry(deps), createTracking(deps)])
  const routes = subsystems.flatMap(({ name, routes }) => routes.map((route) => ({ subgraph: name, route })))
  await Promise.all(subsystems.map((subsystem) => subsystem.stop()))
  return routes
}
