/** Who a credential belongs to, as the door wants to know it. */
import type { Caller, Ceiling } from '#shared/actor.ts'
import type { User } from './stores.ts'

export type Principal = Omit<Caller, 'requestId'>

export const principalOf = (user: User, ceiling: Ceiling | null): Principal => ({ principalId: user.id, kind: 'user', subjectId: user.id, ceiling })
