/**
 * Tokens, looked up once per policy epoch. The epoch may be a second old; a revoked token or a deactivated owner bumps it,
 * so a token is dead within that second in every process.
 */
import { createCredentialCache } from './credential-cache.ts'
import type { Epochs } from './epochs.ts'
import { principalOf, type Principal } from './principal.ts'
import { isWellFormedToken, operatorMark, sha256 } from './secrets.ts'
import type { ProjectStore, Token, TokenStore, User } from './stores.ts'
import type { Throttle } from './throttle.ts'
import { createTokenUses } from './token-uses.ts'

export interface TokenAuthenticationDeps {
  readonly tokens: Pick<TokenStore, 'byHash' | 'used'>
  readonly projects: Pick<ProjectStore, 'byIds'>
  readonly throttle: Pick<Throttle, 'unknownToken'>
  readonly epochs: Epochs
  readonly now: () => number
  /** Told when the time of a token's use could not be written. */
  readonly onLost: (error: unknown) => void
}

export interface TokenAuthentication {
  authenticate(secret: string, address: string): Promise<Principal | null>
  /** Ends when nothing is being written any more. */
  settled(): Promise<void>
}

export function createTokenAuthentication(deps: TokenAuthenticationDeps): TokenAuthentication {
  const { tokens, throttle, epochs, now } = deps
  const cache = createCredentialCache(now)
  const uses = createTokenUses(tokens, now, deps.onLost)

  const principalOfToken = async (user: User, { projects, permissions, prefix }: Token): Promise<Principal> => {
    // The operator's token stands for admin's own hands: it is how commands set passwords.
    if (prefix.startsWith(operatorMark)) return principalOf(user, null)
    const [bound] = projects?.length === 1 ? await deps.projects.byIds(projects) : []
    // Always with a ceiling, if an empty one: that is how a token differs from its owner's own hands (self.ts).
    return { ...principalOf(user, { projects, permissions }), ...(bound ? { projectName: bound.name } : {}) }
  }

  return {
    async authenticate(secret, address) {
      if (!isWellFormedToken(secret)) return null
      const hash = sha256(secret)
      const epoch = await epochs.recent()
      const cached = cache.recall(hash, epoch)
      if (cached) {
        if (cached.tokenId) uses.note(cached.tokenId)
        return cached.principal
      }
      const found = await tokens.byHash(hash)
      if (!found) {
        await throttle.unknownToken(address)
        return null
      }
      const { token, user, revokedAt } = found
      if (revokedAt !== null || now() >= token.expiresAt || !user.active) return null
      uses.note(token.id)
      return cache.remember(hash, { principal: await principalOfToken(user, token), epoch, until: token.expiresAt, tokenId: token.id })
    },
    settled: uses.settled,
  }
}
