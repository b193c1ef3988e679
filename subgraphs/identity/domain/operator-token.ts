/**
 * The operator's token (decision 009): whoever can read the data directory acts as `admin` without a password. A start of
 * the embedded platform replaces it, and the platform renews it while it runs.
 */
import { newId } from '#shared/ids.ts'
import { FIRST_ADMIN } from './first-start.ts'
import { newToken, operatorMark, sha256, tokenPrefix } from './secrets.ts'
import type { TokenStore, UserStore } from './stores.ts'

const LIFE_MS = 24 * 60 * 60_000

/** Ends the earlier one and returns a new secret; undefined where `admin` is gone, inactive or no administrator any more. */
export async function replaceOperatorToken(
  stores: { readonly users: Pick<UserStore, 'byUsername'>; readonly tokens: Pick<TokenStore, 'ofUser' | 'revoke' | 'insert'> },
  at: number,
): Promise<string | undefined> {
  const admin = await stores.users.byUsername(FIRST_ADMIN)
  if (!admin?.active || !admin.isAdmin) return undefined
  for (const token of await stores.tokens.ofUser(admin.id, at)) if (token.prefix.startsWith(operatorMark)) await stores.tokens.revoke(token.id, admin.id, at)
  const secret = newToken('ops')
  await stores.tokens.insert({
    id: newId(),
    userId: admin.id,
    name: 'operator of this machine',
    prefix: tokenPrefix(secret),
    projects: null,
    permissions: null,
    createdAt: at,
    expiresAt: at + LIFE_MS,
    hash: sha256(secret),
  })
  return secret
}
