/**
 * Decisions about one resource and about lists of them. Who could not hold the permission on anything in the project is
 * refused before we look, so that a refusal never tells whether the resource exists; what grants on single resources say is
 * part of a list's filter, so that pages are full.
 */
import { demand } from '#shared/access.ts'
import type { Scope } from '#shared/actor.ts'
import type { DomainError } from '#shared/errors.ts'
import { couldHold, decide, isRead, type Permission, type ResourceFacts } from '#shared/policy.ts'
import type { Filter } from '#tracking/domain/search-filter.ts'

export function demandCould(scope: Scope, permission: Permission): void {
  if (!couldHold(scope.actor, permission, scope.project.id)) demand(scope, permission)
}

/** The decision on one thing that was found: what may not be read does not exist, what may not be changed is refused. */
export function demandOn(scope: Scope, permission: Permission, facts: ResourceFacts, missing: () => DomainError): void {
  if (isRead(permission) && !decide(scope.actor, permission, scope.project.id, facts).allowed) throw missing()
  demand(scope, permission, facts)
}

/** What the actor may read of what was found: the rest looks as if it were not there. */
export const visibleOf =
  (scope: Scope, permission: Permission, type: string) =>
  <T extends { readonly id: string; readonly ownerId: string | null }>(found: T | undefined): T | null =>
    found && decide(scope.actor, permission, scope.project.id, { type, id: found.id, ownerId: found.ownerId }).allowed ? found : null

/** The filter of a list, narrowed to what the actor may read. `idAttribute` is the attribute that holds the id. */
export function readableOnly(scope: Scope, permission: Permission, type: string, idAttribute: string, filter: Filter | undefined): Filter | undefined {
  demandCould(scope, permission)
  const { actor, project } = scope
  const ids = actor.snapshot.grants.filter((g) => g.permission === permission && g.projectId === project.id && g.resourceType === type).flatMap((g) => g.resourceId ?? [])
  const holds = (id: string): boolean => decide(actor, permission, project.id, { type, id }).allowed
  const isHeldByAll = decide(actor, permission, project.id).allowed
  const exceptions = [...new Set(ids)].filter((id) => holds(id) !== isHeldByAll)
  if (isHeldByAll && exceptions.length === 0) return filter
  const only: Filter = { type: 'compare', field: { kind: 'attribute', name: idAttribute }, comparator: isHeldByAll ? 'NOT IN' : 'IN', value: exceptions }
  if (!filter) return only
  return { type: 'and', all: filter.type === 'and' ? [...filter.all, only] : [filter, only] }
}
