import { describe, expect, it } from 'vitest'
import { newId } from '#shared/ids.ts'
import type { Grant } from '#shared/actor.ts'
import { testProject, testScope } from '#shared/testing/actors.ts'
import { seesNothing, visibleDatasets } from '#datasets/domain/visibility.ts'

const project = testProject('p1')
const other = testProject('p2')
const id = newId()
const grant = (effect: 'allow' | 'deny', change: Partial<Grant> = {}): Grant => ({
  permission: 'datasets.dataset.read',
  projectId: project.id,
  resourceType: 'datasets.dataset',
  resourceId: id,
  effect,
  validFrom: 0,
  validTo: null,
  ...change,
})
const scopeWith = (member: boolean, ...grants: Grant[]) => {
  const scope = testScope(project, 'viewer')
  const { snapshot } = scope.actor
  return { ...scope, actor: { ...scope.actor, snapshot: { ...snapshot, grants, memberships: member ? snapshot.memberships : [] } } }
}

describe('what one sees of a project', () => {
  it.each([
    ['a member', scopeWith(true), { except: [] }],
    ['a member who is denied one', scopeWith(true, grant('deny')), { except: [id] }],
    ['a member who was denied one until now', scopeWith(true, grant('deny', { validTo: 1 })), { except: [] }],
    ['a stranger', scopeWith(false), { only: [] }],
    ['a guest of one', scopeWith(false, grant('allow')), { only: [id] }],
    ['a guest of one in another project', scopeWith(false, grant('allow', { projectId: other.id })), { only: [] }],
    ['a guest of the whole project', scopeWith(false, grant('allow', { resourceId: null, resourceType: null })), { except: [] }],
    ['a guest who is denied the one', scopeWith(false, grant('allow'), grant('deny')), { only: [] }],
  ])('%s', (_who, scope, visible) => {
    expect(visibleDatasets(scope)).toEqual(visible)
    expect(seesNothing(visibleDatasets(scope))).toBe('only' in visible && visible.only?.length === 0)
  })
})
