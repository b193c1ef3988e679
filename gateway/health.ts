/** Whether the platform works: asked by orchestrators, by `platform { services }` and by the auth face. */
import type { HealthPort } from '#ports'
import type { DependencyHealth, SubgraphName } from '#shared/subsystem.ts'

export interface HealthSource {
  readonly name: SubgraphName | 'gateway' | 'web'
  health(): Promise<readonly DependencyHealth[]>
}

const DEADLINE_MS = 2_000

/** Asks all sources at once; a source that does not answer in time is not healthy. */
export function createHealth(sources: () => readonly HealthSource[]): HealthPort {
  return {
    health: () =>
      Promise.all(
        sources().map(async (source) => {
          const dependencies = await inTime(source)
          return { service: source.name, dependencies, ok: dependencies.every((d) => d.ok) }
        }),
      ),
  }
}

async function inTime(source: HealthSource): Promise<readonly DependencyHealth[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<readonly DependencyHealth[]>((resolve) => {
    timer = setTimeout(() => resolve([{ name: source.name, ok: false, latencyMs: DEADLINE_MS, detail: 'does not answer in time' }]), DEADLINE_MS)
  })
  const answer = source.health().catch((): DependencyHealth[] => [{ name: source.name, ok: false, latencyMs: 0, detail: 'does not answer' }])
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
