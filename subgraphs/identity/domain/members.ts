/**
 * Who works in a project. Nobody gives a role that is above the own one, or touches somebody who stands above; a project
 * never loses its last owner. Administrators may give every role.
 */
import { demand } from '#shared/access.ts'
import type { Scope } from '#shared/actor.ts'
import { conflict, forbidden, notFound } from '#shared/errors.ts'
import { encodeToken, pageOf, type Page } from '#shared/paging.ts'
import { roles, type Role } from '#shared/policy.ts'
import { afterOf, pageSize, type Projects } from './projects.ts'
import type { Member, MemberStore, OpenMembership, User, UserStore } from './stores.ts'
import { normalUsername } from './usernames.ts'

export interface Members {
  list(scope: Scope, limit: number, after?: string | null): Promise<Page<Member>>
  set(scope: Scope, username: string, role: Role): Promise<Member>
  remove(scope: Scope, username: string): Promise<void>
}

const rank = (role: Role | null): number => (role === null ? -1 : roles.indexOf(role))

export function createMembers(deps: { readonly members: MemberStore; readonly users: UserStore; readonly projects: Pick<Projects, 'roleOf'>; readonly now: () => number }): Members {
  const { members, users, now } = deps
  const userCalled = async (username: string): Promise<User> => {
    const { passwordHash: _, ...user } = (await users.byUsername(normalUsername(username))) ?? { passwordHash: '' }
    if (!('id' in user) || !user.active) throw notFound(`User '${username}' not found`)
    return user
  }

  const change = async (scope: Scope, userId: string, role: Role | null): Promise<number> => {
    const at = now()
    const own = scope.actor.snapshot.isAdmin ? 'owner' : deps.projects.roleOf(scope.actor, scope.project.id)
    await members.change({ projectId: scope.project.id, userId, role, by: scope.actor.principalId, at }, (open) => mayChange(open, userId, role, own))
    return at
  }

  return {
    async list(scope, limit, after) {
      demand(scope, 'identity.member.read')
      const size = pageSize(limit)
      return pageOf(await members.page(scope.project.id, now(), afterOf(after), size + 1), size, (last) => encodeToken({ after: last.user.username }))
    },
    async set(scope, username, role) {
      demand(scope, 'identity.member.update')
      const user = await userCalled(username)
      return { user, role, since: await change(scope, user.id, role) }
    },
    async remove(scope, username) {
      demand(scope, 'identity.member.update')
      const user = await userCalled(username)
      await change(scope, user.id, null)
    },
  }
}

/** Throws when the one who holds `own` may not give `role` to (or, with null, remove) the user. */
export function mayChange(open: readonly OpenMembership[], userId: string, role: Role | null, own: Role | null): void {
  const before = open.find((m) => m.userId === userId)?.role ?? null
  if (role === null && before === null) throw notFound('This user is not a member of the project')
  if (rank(role) > rank(own)) throw forbidden(`Nobody can give a role that is above the own one: ${role}`)
  if (rank(before) > rank(own)) throw forbidden(`Nobody can change the role of somebody who stands above: ${before}`)
  const ownersLeft = open.filter((m) => m.role === 'owner' && m.userId !== userId).length + (role === 'owner' ? 1 : 0)
  if (before === 'owner' && ownersLeft === 0) throw conflict('The last owner of a project cannot be removed: make somebody else an owner first')
}
