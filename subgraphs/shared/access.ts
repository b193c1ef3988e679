/**
 * Turns callers into actors with a snapshot that is fresh enough, and actors into scopes.
 * The freshness rule (design section 5): a read accepts an epoch at most 1 s old; a write needs one whose question was
 * asked after the write arrived, and all waiting writes share one call in flight. No answer within 1 s: 503.
 */
import { randomUUID } from 'node:crypto'
import { anonymousSnapshot, type Actor, type Caller, type ProjectRef, type Scope, type Snapshot } from '#shared/actor.ts'
import { DomainError, forbidden, notFound, unavailable } from '#shared/errors.ts'
import { canSee, decide, type Permission, type ResourceFacts } from '#shared/policy.ts'

/** The two questions access asks of identity. */
export interface PolicySource {
  epoch(): Promise<number>
  snapshot(subjectId: string): Promise<Snapshot>
}

export type Freshness = 'read' | 'write'

export interface Access {
  /** Resolves the caller's snapshot, never older than `caller.epoch`. Throws UNAVAILABLE when identity does not answer in time. */
  actorOf(caller: Caller, freshness: Freshness): Promise<Actor>
  /** Forgets everything cached; for tests. */
  clear(): void
}

const READ_AGE_MS = 1_000
const DEADLINE_MS = 1_000
const MAX_SNAPSHOTS = 10_000

export function createAccess(source: PolicySource, now: () => number = () => performance.now()): Access {
  let known: { epoch: number; askedAt: number } | undefined
  let inFlight: Promise<number> | undefined
  let next: Promise<number> | undefined
  const snapshots = new Map<string, Snapshot>()

  const ask = async (): Promise<number> => {
    const askedAt = now()
    const epoch = await withDeadline(source.epoch(), DEADLINE_MS)
    if (!known || askedAt > known.askedAt) known = { epoch, askedAt }
    return epoch
  }
  /** One question at a time; whoever arrives while it runs shares the next one. */
  const askAfterNow = (): Promise<number> => {
    if (!inFlight) {
      inFlight = ask().finally(() => {
        inFlight = undefined
      })
      return inFlight
    }
    next ??= inFlight
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return askAfterNow()
      })
    return next
  }
  const currentEpoch = (freshness: Freshness, atLeast: number): Promise<number> | number =>
    freshness === 'read' && known && known.epoch >= atLeast && now() - known.askedAt < READ_AGE_MS ? known.epoch : askAfterNow()

  return {
    async actorOf(caller, freshness) {
      const viewingAs = caller.subjectId !== caller.principalId
      if (caller.kind === 'anonymous') return { ...caller, snapshot: anonymousSnapshot, viewingAs: false }
      try {
        const epoch = await currentEpoch(freshness, caller.epoch ?? 0)
        let snapshot = snapshots.get(caller.subjectId)
        if (!snapshot || snapshot.epoch < epoch) {
          snapshot = await withDeadline(source.snapshot(caller.subjectId), DEADLINE_MS)
          if (snapshots.size >= MAX_SNAPSHOTS) snapshots.clear()
          snapshots.set(caller.subjectId, snapshot)
        }
        return { ...caller, snapshot, viewingAs }
      } catch (error) {
        if (error instanceof DomainError && error.code !== 'UNAVAILABLE') throw error
        throw unavailable('identity', error)
      }
    },
    clear() {
      known = undefined
      snapshots.clear()
    },
  }
}

/**
 * Runs a check for a read. What it allows may rest on an answer of identity up to a second old; what it refuses may not:
 * a refusal is decided again on a fresh one, so whoever was just let in (or just made the project) is not turned away.
 */
export async function checkFresh<T>(access: Access, caller: Caller, freshness: Freshness, check: (actor: Actor) => T | Promise<T>): Promise<T> {
  const actor = await access.actorOf(caller, freshness)
  try {
    return await check(actor)
  } catch (error) {
    const isRefusal = error instanceof DomainError && (error.code === 'NOT_FOUND' || error.code === 'FORBIDDEN')
    if (freshness === 'write' || !isRefusal || caller.kind === 'anonymous') throw error
    const fresh = await access.actorOf(caller, 'write')
    if (fresh.snapshot.epoch === actor.snapshot.epoch) throw error
    return check(fresh)
  }
}

/** The scope for a project named or identified by `nameOrId`. Hidden and missing projects are the same 404. */
export function scopeIn(actor: Actor, nameOrId: string): Scope {
  const project = findProject(actor, nameOrId)
  if (!project) throw notFound(`Project '${nameOrId}' not found`)
  return { actor, project }
}

export function findProject(actor: Actor, nameOrId: string): ProjectRef | undefined {
  const project = actor.snapshot.projects.find((p) => p.name === nameOrId || p.id === nameOrId)
  return project && canSee(actor, project.id) ? project : undefined
}

/** Refuses unless the actor of the scope holds the permission there. The service's first line for every resource. */
export function demand(scope: Scope, permission: Permission, facts: ResourceFacts = {}): void {
  const decision = decide(scope.actor, permission, scope.project.id, facts)
  if (decision.allowed) return
  if (!canSee(scope.actor, scope.project.id)) throw notFound(`Project '${scope.project.name}' not found`)
  throw refusal(permission, decision.because)
}

/** The same for platform permissions. */
export function demandOnPlatform(actor: Actor, permission: Permission): void {
  const decision = decide(actor, permission, undefined)
  if (!decision.allowed) throw refusal(permission, decision.because)
}

export function refusal(permission: Permission, because: readonly string[]): DomainError {
  const denialId = randomUUID()
  return forbidden(`Permission ${permission} is missing: ${because.join('; ')} (denial ${denialId})`, denialId)
}

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}
