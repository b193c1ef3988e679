/** People for tests, without identity: an actor with the given roles in the given projects. */
import { newId } from '#shared/ids.ts'
import type { Actor, ProjectRef, Scope } from '#shared/actor.ts'
import type { Role } from '#shared/policy.ts'

export const testProject = (name: string): ProjectRef => ({ id: newId(), name })

export function testActor(name: string, roles: readonly (readonly [ProjectRef, Role])[] = [], options: { isAdmin?: boolean; id?: string } = {}): Actor {
  const principalId = options.id ?? newId()
  return {
    principalId,
    kind: 'user',
    subjectId: principalId,
    ceiling: null,
    requestId: `test-${name}`,
    viewingAs: false,
    snapshot: {
      epoch: 1,
      principalId,
      name,
      active: true,
      isAdmin: options.isAdmin ?? false,
      projects: roles.map(([project]) => project),
      memberships: roles.map(([project, role]) => ({ projectId: project.id, role, validFrom: 0, validTo: null })),
      grants: [],
    },
  }
}

export const testScope = (project: ProjectRef, role: Role, name: string = role): Scope => ({ actor: testActor(name, [[project, role]]), project })
