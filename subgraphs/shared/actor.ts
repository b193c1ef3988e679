/**
 * Who is asking. `Caller` is what the door established and what travels to a subgraph in the inner token (no permissions
 * inside); `Actor` is a caller together with what identity says about the subject now.
 */
import type { Permission, Role } from '#shared/policy.ts'

export type PrincipalKind = 'user' | 'service' | 'anonymous'

/** What a token may reach at most. `null` means no limit of that kind. */
export interface Ceiling {
  /** Ids of projects. */
  readonly projects: readonly string[] | null
  readonly permissions: readonly Permission[] | null
}

export interface Caller {
  /** Who authenticated: an id of identity, or 'anonymous'. */
  readonly principalId: string
  readonly kind: PrincipalKind
  /** Whose eyes we look through: differs from the principal in view-as. */
  readonly subjectId: string
  readonly ceiling: Ceiling | null
  /** The project that the path, header or token named for MLflow clients; undefined where the graph names it. */
  readonly projectName?: string
  readonly requestId: string
  /** The policy epoch that the door decided at: whoever decides after it must know at least as much. */
  readonly epoch?: number
}

/** A project as every subgraph knows it: the id never changes and is never reused, nor is the name. */
export interface ProjectRef {
  readonly id: string
  readonly name: string
}

export interface Membership {
  readonly projectId: string
  readonly role: Role
  readonly validFrom: number
  readonly validTo: number | null
}

export interface Grant {
  readonly permission: Permission
  /** null: on the platform. */
  readonly projectId: string | null
  readonly resourceType: string | null
  readonly resourceId: string | null
  readonly effect: 'allow' | 'deny'
  readonly validFrom: number
  readonly validTo: number | null
}

/** Everything identity knows that a decision about one subject needs, at one epoch. Times are epoch ms. */
export interface Snapshot {
  readonly epoch: number
  readonly principalId: string
  readonly name: string
  readonly active: boolean
  readonly isAdmin: boolean
  /** Every project the subject could see: of its memberships and grants; for an administrator all of them. */
  readonly projects: readonly ProjectRef[]
  readonly memberships: readonly Membership[]
  readonly grants: readonly Grant[]
}

export interface Actor extends Caller {
  readonly snapshot: Snapshot
  readonly viewingAs: boolean
}

/** An actor in the one project that this call is about. Every store method takes its project from here. */
export interface Scope {
  readonly actor: Actor
  readonly project: ProjectRef
}

export const anonymousSnapshot: Snapshot = { epoch: 0, principalId: 'anonymous', name: 'anonymous', active: false, isAdmin: false, projects: [], memberships: [], grants: [] }
export const anonymousCaller = (requestId: string): Caller => ({ principalId: 'anonymous', kind: 'anonymous', subjectId: 'anonymous', ceiling: null, requestId })
