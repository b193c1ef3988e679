/** The health of the other processes, asked of their own readiness endpoints. */
import { z } from 'zod'
import type { DependencyHealth, SubgraphName } from '#shared/subsystem.ts'

export interface ServiceHealth {
  readonly service: SubgraphName
  readonly ok: boolean
  readonly dependencies: readonly DependencyHealth[]
}

const DEADLINE_MS = 2_000
const answer = z.object({ dependencies: z.array(z.object({ name: z.string(), ok: z.boolean(), latencyMs: z.number(), detail: z.string().optional() })) })

export function peerHealth(peers: Partial<Readonly<Record<SubgraphName, string>>>): Promise<ServiceHealth[]> {
  return Promise.all(
    Object.entries(peers).map(async ([name, url]) => {
      const service = name as SubgraphName // keys of the record
      const start = performance.now()
      try {
        const { dependencies } = answer.parse(await (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(DEADLINE_MS) })).json())
        return { service, ok: dependencies.every((d) => d.ok), dependencies }
      } catch {
        return { service, ok: false, dependencies: [{ name: 'process', ok: false, latencyMs: performance.now() - start, detail: 'does not answer' }] }
      }
    }),
  )
}
