import { describe, expect, it } from 'vitest'
import { checkFresh, createAccess, demand, findProject, scopeIn } from '#shared/access.ts'
import { anonymousCaller, type Caller, type Snapshot } from '#shared/actor.ts'
import { DomainError } from '#shared/errors.ts'
import { testActor, testProject, testScope } from '#shared/testing/actors.ts'

const caller: Caller = { principalId: 'u1', kind: 'user', subjectId: 'u1', ceiling: null, requestId: 'r' }
const snapshotAt = (epoch: number): Snapshot => ({ epoch, principalId: 'u1', name: 'u', active: true, isAdmin: false, projects: [], memberships: [], grants: [] })

/** An identity whose answers the test holds back. */
function heldIdentity() {
  let epoch = 1
  const waiting: { answer: () => void }[] = []
  return {
    bump: () => epoch++,
    waiting,
    asked: 0,
    source: {
      epoch(): Promise<number> {
        counts.asked++
        const current = epoch
        return new Promise<number>((resolve) => waiting.push({ answer: () => resolve(current) }))
      },
      snapshot: (): Promise<Snapshot> => Promise.resolve(snapshotAt(epoch)),
    },
  }
}
const counts = { asked: 0 }
const tick = () => new Promise((resolve) => setImmediate(resolve))

describe('freshness', () => {
  it('serves reads of the same second from one answer', async () => {
    counts.asked = 0
    let now = 0
    const identity = heldIdentity()
    const access = createAccess(identity.source, () => now)
    const first = access.actorOf(caller, 'read')
    identity.waiting.shift()?.answer()
    await first
    now = 999
    await access.actorOf(caller, 'read')
    expect(counts.asked).toBe(1)
    now = 1_001
    const later = access.actorOf(caller, 'read')
    identity.waiting.shift()?.answer()
    await later
    expect(counts.asked).toBe(2)
  })

  it('asks anew for a write, and all waiting writes share the one question that starts after them', async () => {
    counts.asked = 0
    const identity = heldIdentity()
    const access = createAccess(identity.source, () => 0)
    const first = access.actorOf(caller, 'write')
    // These two arrive while the first question is under way: its answer may be older than them.
    const second = access.actorOf(caller, 'write')
    const third = access.actorOf(caller, 'write')
    expect(counts.asked).toBe(1)
    identity.bump()
    identity.waiting.shift()?.answer()
    await first
    await tick()
    expect(counts.asked).toBe(2)
    identity.waiting.shift()?.answer()
    expect((await second).snapshot.epoch).toBe(2)
    expect((await third).snapshot.epoch).toBe(2)
    expect(counts.asked).toBe(2)
  })

  it('answers 503 when identity fails, for reads and writes', async () => {
    const access = createAccess({ epoch: () => Promise.reject(new Error('down')), snapshot: () => Promise.reject(new Error('down')) })
    for (const freshness of ['read', 'write'] as const) await expect(access.actorOf(caller, freshness)).rejects.toSatisfy((e) => e instanceof DomainError && e.code === 'UNAVAILABLE')
  })

  it('needs no identity for anonymous callers', async () => {
    const access = createAccess({ epoch: () => Promise.reject(new Error('down')), snapshot: () => Promise.reject(new Error('down')) })
    expect((await access.actorOf(anonymousCaller('r'), 'write')).snapshot.active).toBe(false)
  })
})

describe('who was just let in', () => {
  /** An identity that knows the project from its second epoch on; time stands still, so the first answer stays good for reads. */
  function identityThatLearns() {
    const project = testProject('new')
    let epoch = 1
    const learn = () => (epoch = 2)
    const snapshot = (): Snapshot => ({
      ...snapshotAt(epoch),
      projects: epoch > 1 ? [project] : [],
      memberships: epoch > 1 ? [{ projectId: project.id, role: 'viewer', validFrom: 0, validTo: null }] : [],
    })
    return { learn, access: createAccess({ epoch: () => Promise.resolve(epoch), snapshot: () => Promise.resolve(snapshot()) }, () => 0) }
  }

  it('is not turned away on an old answer', async () => {
    const { learn, access } = identityThatLearns()
    await expect(checkFresh(access, caller, 'read', (actor) => scopeIn(actor, 'new'))).rejects.toThrow('not found')
    learn()
    await expect(checkFresh(access, caller, 'read', (actor) => scopeIn(actor, 'new').project.name)).resolves.toBe('new')
  })
  it('is known behind the door when the door knew', async () => {
    const { learn, access } = identityThatLearns()
    await access.actorOf(caller, 'read')
    learn()
    expect((await access.actorOf(caller, 'read')).snapshot.epoch).toBe(1)
    expect((await access.actorOf({ ...caller, epoch: 2 }, 'read')).snapshot.epoch).toBe(2)
  })
})

describe('scopes', () => {
  const mine = testProject('mine')
  const hidden = testProject('hidden')
  const actor = testActor('a', [[mine, 'viewer']])

  it('answers hidden and missing projects alike', () => {
    const known = { ...actor, snapshot: { ...actor.snapshot, projects: [mine, hidden] } }
    const messageOf = (name: string) => {
      try {
        scopeIn(known, name)
      } catch (error) {
        return error instanceof DomainError ? [error.code, error.message.replace(name, '')] : undefined
      }
    }
    expect(messageOf('hidden')).toEqual(messageOf('nowhere'))
    expect(messageOf('hidden')?.[0]).toBe('NOT_FOUND')
    expect(findProject(known, 'mine')).toEqual(mine)
  })
  it('refuses with the reason and an id', () => {
    const scope = testScope(mine, 'viewer')
    expect(() => demand(scope, 'tracking.run.read')).not.toThrow()
    expect(() => demand(scope, 'tracking.run.update')).toThrow(/tracking.run.update is missing: is viewer.*denial/)
  })
})
