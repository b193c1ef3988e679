/** What people do to their own account is not a permission of a project, so it has rules of its own. */
import type { Actor } from '#shared/actor.ts'
import { DomainError, forbidden } from '#shared/errors.ts'

/** The id of the person who asks. Throws UNAUTHENTICATED for anonymous. */
export function selfOf(actor: Actor): string {
  if (actor.kind !== 'user') throw new DomainError('UNAUTHENTICATED', 'You are not authenticated.')
  return actor.principalId
}

/** A token may not make tokens, passwords or administrators: it would outlive its end. Nor may who looks through other eyes. */
export function demandOwnHands(actor: Actor): void {
  if (actor.viewingAs) throw forbidden('Viewing as somebody else is read-only')
  if (actor.ceiling !== null) throw forbidden('A token cannot do this: sign in yourself')
}
