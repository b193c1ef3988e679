/** Which models an actor may see: a rule that SQL can apply before it pages (design section 5). */
import type { Scope } from '#shared/actor.ts'
import { type Decision, decide, type Permission } from '#shared/policy.ts'

export const modelType = 'registry.model'
export const versionType = 'registry.version'

/** All models of the project but some, or only some. Ids of registered models. */
export interface Visible {
  readonly all: boolean
  readonly only: readonly string[]
  readonly except: readonly string[]
}

export function visibleModels(scope: Scope): Visible {
  const permission: Permission = 'registry.model.read'
  const named = scope.actor.snapshot.grants
    .filter((g) => g.permission === permission && g.resourceType === modelType && g.projectId === scope.project.id)
    .flatMap((g) => (g.resourceId === null ? [] : [g.resourceId]))
  const may = (id?: string): Decision => decide(scope.actor, permission, scope.project.id, id === undefined ? {} : { type: modelType, id })
  return { all: may().allowed, only: named.filter((id) => may(id).allowed), except: named.filter((id) => !may(id).allowed) }
}

export const seesNothing = (visible: Visible): boolean => !visible.all && visible.only.length === 0
export const sees = (visible: Visible, modelId: string): boolean => !visible.except.includes(modelId) && (visible.all || visible.only.includes(modelId))
