/** What every subgraph offers to the composition root: the same six things, whatever it owns. */
import type { GraphQLSchema } from 'graphql'
import type { Access } from '#shared/access.ts'
import type { Actor } from '#shared/actor.ts'
import type { Log } from '#shared/telemetry/log.ts'
import type { Route } from '#shared/rest/route.ts'

export const subgraphNames = ['identity', 'tracking', 'registry', 'datasets'] as const
export type SubgraphName = (typeof subgraphNames)[number]

export interface DependencyHealth {
  readonly name: string
  readonly ok: boolean
  readonly latencyMs: number
  /** A short reason for people, without addresses or credentials. */
  readonly detail?: string
}

export interface Subsystem<Ports = unknown> {
  readonly name: SubgraphName
  /** The executable federated schema. */
  readonly schema: GraphQLSchema
  /** The context of one GraphQL operation: made once per operation, so loaders live as long as it. */
  context(actor: Actor): object
  readonly routes: readonly Route[]
  /** What the others may call; the same functions whether they run in this process or behind HTTP. */
  readonly ports: Ports
  /** Brings the store to the expected head, once even when two processes start together. */
  migrate(): Promise<void>
  /** Starts background work. Called after migrate. */
  start(): Promise<void>
  /** Ends background work and closes pools. */
  stop(): Promise<void>
  health(): Promise<readonly DependencyHealth[]>
}

/** What every subsystem needs besides its own store. */
export interface CommonDeps {
  readonly access: Access
  readonly log: Log
  /** The address people use, without a trailing slash. */
  readonly publicUrl: () => string
}
