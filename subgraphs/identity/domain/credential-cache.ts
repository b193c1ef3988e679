/** Principals of credentials that were looked up at one policy epoch; every change of the epoch ends them. */
import type { Principal } from './principal.ts'

const MAX_CACHED = 10_000

export interface Cached {
  readonly principal: Principal
  readonly epoch: number
  readonly until: number
  /** Of a token. */
  readonly tokenId?: string
}

export interface CredentialCache {
  recall(key: string, epoch: number): Cached | undefined
  remember(key: string, cached: Cached): Principal
}

export function createCredentialCache(now: () => number): CredentialCache {
  const cache = new Map<string, Cached>()
  return {
    recall(key, epoch) {
      const found = cache.get(key)
      if (found && found.epoch === epoch && now() < found.until) return found
      cache.delete(key)
      return undefined
    },
    remember(key, cached) {
      if (cache.size >= MAX_CACHED) cache.clear()
      cache.set(key, cached)
      return cached.principal
    },
  }
}
