/** What the domain needs of a database: implemented once in store/, for both dialects. All times are epoch ms. */
import type { Grant, Membership, ProjectRef } from '#shared/actor.ts'
import type { Permission, Role } from '#shared/policy.ts'

export interface User {
  readonly id: string
  readonly username: string
  readonly displayName: string
  readonly isAdmin: boolean
  readonly active: boolean
  readonly mustChangePassword: boolean
  readonly createdAt: number
}
export interface UserWithPassword extends User {
  /** argon2id in PHC form. */
  readonly passwordHash: string
}

export interface Project extends ProjectRef {
  readonly title: string
  readonly description: string | null
  readonly createdAt: number
}

export interface Member {
  readonly user: User
  readonly role: Role
  readonly since: number
}

export interface Token {
  readonly id: string
  readonly userId: string
  readonly name: string
  readonly prefix: string
  /** The ceiling; null means no limit of that kind. Ids of projects. */
  readonly projects: readonly string[] | null
  readonly permissions: readonly Permission[] | null
  readonly createdAt: number
  readonly expiresAt: number
  readonly lastUsedAt: number | null
}

export interface UserStore {
  count(): Promise<number>
  byId(id: string): Promise<User | null>
  byUsername(username: string): Promise<UserWithPassword | null>
  passwordHashOf(id: string): Promise<string | null>
  /** Those of `ids` that are `self`, or ever belonged to one of `projectIds`; all of them when `projectIds` is 'all'. */
  visible(ids: readonly string[], self: string, projectIds: readonly string[] | 'all'): Promise<User[]>
  /** By username, after the given one. */
  page(after: string | null, limit: number): Promise<User[]>
  /** Throws ALREADY_EXISTS. */
  insert(user: UserWithPassword): Promise<void>
  /** Ends every session of the user in the same transaction. */
  setPassword(id: string, passwordHash: string, mustChange: boolean): Promise<void>
  /** Ends every session when the user becomes inactive. `rule` sees the other active administrators, under a lock. */
  update(id: string, change: UserChange, rule: (otherAdmins: number) => void): Promise<void>
}
export interface UserChange {
  readonly displayName?: string
  readonly isAdmin?: boolean
  readonly active?: boolean
}

export interface ProjectStore {
  /** Live projects by id or name; missing and deleted ones are absent. */
  byIds(ids: readonly string[]): Promise<Project[]>
  page(ids: readonly string[], after: string | null, limit: number): Promise<Project[]>
  all(): Promise<ProjectRef[]>
  /** With its first membership, in one transaction. Throws ALREADY_EXISTS, also for the name of a deleted project. */
  create(project: Project, ownerId: string): Promise<void>
  update(id: string, change: { readonly title?: string; readonly description?: string | null }): Promise<void>
  remove(id: string, by: string, at: number): Promise<void>
}

export interface OpenMembership {
  readonly userId: string
  readonly role: Role
}

export interface MemberStore {
  /** Live members by username, after the given one. */
  page(projectId: string, at: number, after: string | null, limit: number): Promise<Member[]>
  /**
   * Closes the user's open membership and, unless `role` is null, opens the next. `rule` sees the open memberships under
   * a lock of the project and throws to refuse.
   */
  change(change: MembershipChange, rule: (open: readonly OpenMembership[]) => void): Promise<void>
}
export interface MembershipChange {
  readonly projectId: string
  readonly userId: string
  readonly role: Role | null
  readonly by: string
  readonly at: number
}

export interface TokenStore {
  insert(token: Omit<Token, 'lastUsedAt'> & { readonly hash: string }): Promise<void>
  /** With its user; whatever its state. */
  byHash(hash: string): Promise<{ readonly token: Token; readonly user: User; readonly revokedAt: number | null } | null>
  /** Live tokens of the user, newest first. */
  ofUser(userId: string, at: number): Promise<Token[]>
  /** False when the user has no such live token. */
  revoke(id: string, userId: string, at: number): Promise<boolean>
  used(id: string, at: number): Promise<void>
}

export interface Session {
  readonly hash: string
  readonly userId: string
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly expiresAt: number
}
export interface SessionStore {
  insert(session: Session): Promise<void>
  byHash(hash: string): Promise<{ readonly session: Session; readonly user: User } | null>
  seen(hash: string, at: number): Promise<void>
  remove(hash: string): Promise<void>
  removeExpired(at: number, idleSince: number): Promise<void>
}

export interface Limit {
  readonly bucket: string
  readonly max: number
}
export interface AttemptStore {
  /** Counts one attempt at `at` against every limit, or none of them: then the time at which the next may come. */
  take(limits: readonly Limit[], windowMs: number, at: number): Promise<number | null>
  /** Takes back what `take` counted at `at`. */
  giveBack(limits: readonly Limit[], at: number): Promise<void>
  /** Whether a right password came from there since. */
  isKnown(bucket: string, since: number): Promise<boolean>
  remember(bucket: string, at: number): Promise<void>
  /** Counters before the first time, known addresses before the second. */
  removeOld(before: number, knownBefore: number): Promise<void>
}

export interface PolicyStore {
  epoch(): Promise<number>
  /** What snapshot() is made of; null for an unknown principal. Read after the epoch it is labelled with. */
  holdings(principalId: string, at: number): Promise<Holdings | null>
  /** Writes what is missing of the vocabulary into the seed's tables. */
  writeVocabulary(): Promise<void>
}
export interface Holdings {
  readonly user: User
  readonly memberships: readonly Membership[]
  readonly grants: readonly Grant[]
  /** Every live project for an administrator, else those of memberships and grants. */
  readonly projects: readonly ProjectRef[]
}

export interface FirstStartStore {
  /** In one transaction that only one process can be in: runs once per database. False when people exist already. */
  begin(admin: UserWithPassword, project: Project): Promise<boolean>
}

export interface Stores {
  readonly users: UserStore
  readonly projects: ProjectStore
  readonly members: MemberStore
  readonly tokens: TokenStore
  readonly sessions: SessionStore
  readonly attempts: AttemptStore
  readonly policy: PolicyStore
  readonly firstStart: FirstStartStore
}
