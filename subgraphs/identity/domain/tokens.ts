/** Personal tokens: a secret that is shown once, a ceiling on what it reaches, and always an end. */
import { scopeIn } from '#shared/access.ts'
import type { Actor } from '#shared/actor.ts'
import { invalid, notFound } from '#shared/errors.ts'
import { newId } from '#shared/ids.ts'
import { normalName } from '#shared/names.ts'
import { isPermission, type Permission } from '#shared/policy.ts'
import { newToken, sha256, tokenPrefix } from './secrets.ts'
import { demandOwnHands, selfOf } from './self.ts'
import type { Token, TokenStore } from './stores.ts'

const DAY_MS = 24 * 60 * 60_000
const DEFAULT_DAYS = 90
const MAX_DAYS = 365
const MAX_NAME = 128

export interface NewTokenInput {
  readonly name: string
  /** The name of the only project it reaches; without it, all of its owner's. */
  readonly project?: string | null
  readonly permissions?: readonly string[] | null
  readonly expiresInDays?: number | null
}

export interface Tokens {
  /** The live ones of the person who asks. */
  mine(actor: Actor): Promise<Token[]>
  create(actor: Actor, input: NewTokenInput): Promise<{ readonly token: Token; readonly secret: string }>
  revoke(actor: Actor, id: string): Promise<void>
}

export function createTokens(tokens: TokenStore, now: () => number): Tokens {
  return {
    mine: (actor) => tokens.ofUser(selfOf(actor), now()),
    async create(actor, input) {
      const userId = selfOf(actor)
      demandOwnHands(actor)
      const days = input.expiresInDays ?? DEFAULT_DAYS
      if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) throw invalid(`A token lives 1 to ${MAX_DAYS} days`, 'expiresInDays')
      const secret = newToken('pat')
      const at = now()
      const token: Token = {
        id: newId(),
        userId,
        name: normalName(input.name, 'name', MAX_NAME),
        prefix: tokenPrefix(secret),
        projects: input.project ? [scopeIn(actor, input.project).project.id] : null,
        permissions: input.permissions ? input.permissions.map(knownPermission) : null,
        createdAt: at,
        expiresAt: at + days * DAY_MS,
        lastUsedAt: null,
      }
      const { lastUsedAt: _, ...row } = token
      await tokens.insert({ ...row, hash: sha256(secret) })
      return { token, secret }
    },
    async revoke(actor, id) {
      const userId = selfOf(actor)
      demandOwnHands(actor)
      if (!(await tokens.revoke(id, userId, now()))) throw notFound('Token not found')
    },
  }
}

function knownPermission(text: string): Permission {
  if (!isPermission(text)) throw invalid(`No such permission: ${text}`, 'permissions')
  return text
}
