/**
 * The first half of a decision about one resource: who could not hold the permission on anything in the project is
 * refused before we look, so that a refusal never tells whether the resource exists.
 */
import { demand } from '#shared/access.ts'
import type { Scope } from '#shared/actor.ts'
import { couldHold, type Permission } from '#shared/policy.ts'

export function demandCould(scope: Scope, permission: Permission): void {
  if (!couldHold(scope.actor, permission, scope.project.id)) demand(scope, permission)
}
