import { describe, expect, it } from 'vitest'
import { testActor, testProject } from '#shared/testing/actors.ts'
import { couldHold, decide, permissions, permissionFacts, roleHolds, roles } from '#shared/policy.ts'

const project = testProject('p1')
const other = testProject('p2')

describe('the policy table', () => {
  it('lets each role hold what the weaker ones hold', () => {
    for (const permission of permissions)
      for (let i = 1; i < roles.length; i++) expect(roleHolds(roles[i]!, permission) || !roleHolds(roles[i - 1]!, permission), `${roles[i]} ${permission}`).toBe(true)
  })
  it('gives a reason for every permission', () => {
    for (const permission of permissions) expect(permissionFacts[permission].why.length, permission).toBeGreaterThan(10)
  })
})

describe('decide', () => {
  it('denies by default', () => {
    expect(decide(testActor('mallory'), 'tracking.run.read', project.id).allowed).toBe(false)
  })
  it('holds a role only in its own project', () => {
    const vera = testActor('vera', [[project, 'viewer']])
    expect(decide(vera, 'tracking.run.read', project.id).allowed).toBe(true)
    expect(decide(vera, 'tracking.run.read', other.id).allowed).toBe(false)
    expect(decide(vera, 'tracking.run.update', project.id).allowed).toBe(false)
  })
  it('lets a deny beat a role and an administrator', () => {
    const admin = testActor('admin', [], { isAdmin: true })
    const denied = {
      ...admin,
      snapshot: {
        ...admin.snapshot,
        grants: [{ permission: 'tracking.run.read' as const, projectId: project.id, resourceType: null, resourceId: null, effect: 'deny' as const, validFrom: 0, validTo: null }],
      },
    }
    expect(decide(admin, 'tracking.run.read', project.id).allowed).toBe(true)
    expect(decide(denied, 'tracking.run.read', project.id).allowed).toBe(false)
  })
  it('ends a grant at its end', () => {
    const vera = testActor('vera', [[project, 'viewer']])
    const ending = { ...vera, snapshot: { ...vera.snapshot, memberships: vera.snapshot.memberships.map((m) => ({ ...m, validTo: 1_000 })) } }
    expect(decide(ending, 'tracking.run.read', project.id, {}, 999).allowed).toBe(true)
    expect(decide(ending, 'tracking.run.read', project.id, {}, 1_000).allowed).toBe(false)
  })
  it('lets who made a thing manage it while a member above viewer', () => {
    const bob = testActor('bob', [[project, 'contributor']])
    const vera = testActor('vera', [[project, 'viewer']])
    expect(decide(bob, 'tracking.run.delete', project.id).allowed).toBe(false)
    expect(decide(bob, 'tracking.run.delete', project.id, { ownerId: bob.principalId }).allowed).toBe(true)
    expect(decide(vera, 'tracking.run.delete', project.id, { ownerId: vera.principalId }).allowed).toBe(false)
    expect(couldHold(bob, 'tracking.run.delete', project.id)).toBe(true)
  })
  it('keeps a token below its ceiling', () => {
    const alice = testActor('alice', [
      [project, 'owner'],
      [other, 'owner'],
    ])
    const token = { ...alice, ceiling: { projects: [project.id], permissions: ['tracking.run.read' as const] } }
    expect(decide(token, 'tracking.run.read', project.id).allowed).toBe(true)
    expect(decide(token, 'tracking.run.update', project.id).allowed).toBe(false)
    expect(decide(token, 'tracking.run.read', other.id).allowed).toBe(false)
  })
  it('makes view-as read-only', () => {
    const viewing = { ...testActor('alice', [[project, 'owner']]), viewingAs: true }
    expect(decide(viewing, 'tracking.run.read', project.id).allowed).toBe(true)
    expect(decide(viewing, 'tracking.run.update', project.id).allowed).toBe(false)
  })
})
