/** Callers and actors for the gateway's tests: a directory of people behind the interface that access asks. */
import type { PolicySource } from '#shared/access.ts'
import { type Actor, anonymousCaller, anonymousSnapshot, type Caller, type ProjectRef, type Snapshot } from '#shared/actor.ts'
import { testActor, testProject } from '#shared/testing/actors.ts'

export const p1: ProjectRef = testProject('p1')
export const p2: ProjectRef = testProject('p2')

export const owner: Actor = testActor('owner', [[p1, 'owner']])
export const viewer: Actor = testActor('viewer', [[p1, 'viewer']])
export const outsider: Actor = testActor('outsider', [[p2, 'owner']])
export const mixed: Actor = testActor('mixed', [
  [p1, 'owner'],
  [p2, 'viewer'],
])
export const anonymous: Actor = { ...anonymousCaller('test-anonymous'), snapshot: anonymousSnapshot, viewingAs: false }
const adminBase = testActor('admin', [], { isAdmin: true })
export const admin: Actor = { ...adminBase, snapshot: { ...adminBase.snapshot, projects: [p1, p2] } }

const everybody = [owner, viewer, outsider, mixed, admin]

/** Identity's side of the freshness rule, without a database. */
export const peopleSource: PolicySource = {
  epoch: () => Promise.resolve(1),
  snapshot: (subjectId): Promise<Snapshot> => {
    const found = everybody.find((actor) => actor.subjectId === subjectId)
    return found ? Promise.resolve(found.snapshot) : Promise.reject(new Error(`nobody is called ${subjectId}`))
  },
}

export const callerOf = ({ principalId, kind, subjectId, ceiling, requestId }: Actor): Caller => ({ principalId, kind, subjectId, ceiling, requestId })
