/** When tokens were last used, to the minute: written beside the request, never in its way. */
import type { TokenStore } from './stores.ts'

const EVERY_MS = 60_000
const MAX_REMEMBERED = 10_000

export interface TokenUses {
  note(tokenId: string): void
  /** Ends when nothing is being written any more. */
  settled(): Promise<void>
}

export function createTokenUses(tokens: Pick<TokenStore, 'used'>, now: () => number, onLost: (error: unknown) => void): TokenUses {
  const usedAt = new Map<string, number>()
  const writing = new Set<Promise<void>>()
  return {
    note(tokenId) {
      const at = now()
      if (at - (usedAt.get(tokenId) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return
      if (usedAt.size >= MAX_REMEMBERED) usedAt.clear()
      usedAt.set(tokenId, at)
      const write = tokens.used(tokenId, at).catch(onLost)
      writing.add(write)
      void write.finally(() => writing.delete(write))
    },
    async settled() {
      await Promise.all(writing)
    },
  }
}
