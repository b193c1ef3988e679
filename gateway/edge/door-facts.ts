/** What the door knows about a request, beside Fastify's own facts. */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Caller } from '#shared/actor.ts'

export interface DoorFacts {
  /** From `/p/<project>/`. */
  readonly projectPrefix: string | undefined
  caller?: Caller
  /** Names of the projects that were asked for, for the log. */
  projects: readonly string[]
  /** `extensions.code` of a GraphQL answer with status 200, for the log. */
  errorCode?: string
}

declare module 'fastify' {
  interface FastifyRequest {
    readonly door: DoorFacts
  }
}

/** The prefix is cut off before Fastify makes its request object; this carries it over. */
export const cutPrefixes = new WeakMap<IncomingMessage, string>()

/** Facts come to be when first asked for: errors of Fastify itself are observed too, and they pass no hook before. */
export function decorateWithDoorFacts(app: FastifyInstance): void {
  const known = new WeakMap<FastifyRequest, DoorFacts>()
  app.decorateRequest('door', {
    getter(this: FastifyRequest) {
      const facts = known.get(this) ?? { projectPrefix: cutPrefixes.get(this.raw), projects: [] }
      known.set(this, facts)
      return facts
    },
  })
}
