/**
 * What differs between one process and many, and nothing else (design section 3): how the door reaches the subgraphs.
 * `embedded.ts` builds them in this process; another opener connects to theirs.
 */
import type { Cleanup } from '#gateway/cleanup.ts'
import type { Config } from '#gateway/config.ts'
import type { RunStep } from '#gateway/graphql/data-source.ts'
import type { HealthSource } from '#gateway/health.ts'
import type { RestPart } from '#gateway/server.ts'
import type { HealthPort, IdentityPort } from '#ports'
import type { Access } from '#shared/access.ts'
import type { DependencyHealth, SubgraphName } from '#shared/subsystem.ts'
import type { Log } from '#shared/telemetry/log.ts'

export interface Topology {
  /** Behind its deadline and breaker. */
  readonly identity: IdentityPort
  readonly access: Access
  /** How a step of a plan runs in each subgraph. */
  readonly steps: Partial<Record<SubgraphName, RunStep>>
  /** How the REST routes of each subgraph are served. */
  readonly parts: readonly RestPart[]
  readonly health: readonly HealthSource[]
  /** What the door itself depends on. */
  readonly dependencies: () => Promise<readonly DependencyHealth[]>
  /** The administrator's first password, when this start made it up. */
  readonly firstPassword: string | undefined
  /** Who everybody is under `--auth off`: the id of the first administrator. Absent where that mode is not offered. */
  readonly administrator?: () => Promise<string>
}

export interface TopologyContext {
  readonly config: Config
  readonly log: Log
  readonly cleanup: Cleanup
  /** The address people use; known once the door listens. */
  readonly publicUrl: () => string
  /** The health of the whole platform, for `platform { services }`. */
  readonly health: HealthPort
  /** For people who wait. */
  readonly progress: (what: string) => void
}

/** Brings the subgraphs to where requests may come. What it opens it hands to the cleanup. */
export type OpenTopology = (context: TopologyContext) => Promise<Topology>
