/**
 * Who may do what: the vocabulary of permissions, the built-in roles and the one pure decision.
 * A permission reads `component.element.operation`. `from` is the weakest built-in role that holds it; 'admin' means a
 * platform administrator only. Who holds which role is data (identity's grants); this file never reads a database.
 */
import type { Actor, Snapshot } from '#shared/actor.ts'

/** Roles in a project, weakest first. Each holds what the ones before it hold. A platform admin stands above them. */
export const roles = ['viewer', 'contributor', 'maintainer', 'owner'] as const
export type Role = (typeof roles)[number]

const policy = {
  'platform.service.read': { from: 'admin', why: 'see the health and versions of the subsystems' },
  'platform.user.read': { from: 'admin', why: 'list the people of the installation' },
  'platform.user.create': { from: 'admin', why: 'invite people' },
  'platform.user.update': { from: 'admin', why: 'reset passwords, deactivate, make an administrator' },
  'platform.project.create': { from: 'admin', why: 'open a new project' },

  'identity.project.read': { from: 'viewer', why: 'see that the project exists, its title and its counts' },
  'identity.project.update': { from: 'maintainer', why: 'change title and description' },
  'identity.project.delete': { from: 'owner', why: 'move the project to the trash' },
  'identity.member.read': { from: 'viewer', why: 'see who works in the project' },
  'identity.member.update': { from: 'owner', why: 'invite, change role, remove' },

  'tracking.experiment.read': { from: 'viewer', why: 'see experiments' },
  'tracking.experiment.create': { from: 'contributor', why: 'open an experiment' },
  'tracking.experiment.update': { from: 'contributor', why: 'rename and tag an experiment' },
  'tracking.experiment.delete': { from: 'maintainer', why: 'move an experiment with its runs to the trash' },
  'tracking.run.read': { from: 'viewer', why: 'see runs, metrics, params and tags' },
  'tracking.run.create': { from: 'contributor', why: 'start runs in an experiment' },
  'tracking.run.update': { from: 'contributor', why: 'log to runs' },
  'tracking.run.delete': { from: 'maintainer', why: "move other people's runs to the trash" },
  'tracking.artifact.read': { from: 'viewer', why: 'list and download files of runs and models' },
  'tracking.artifact.create': { from: 'contributor', why: 'upload files to runs and models' },
  'tracking.artifact.delete': { from: 'maintainer', why: 'remove files of runs and models' },
  'tracking.logged-model.read': { from: 'viewer', why: 'see logged models' },
  'tracking.logged-model.create': { from: 'contributor', why: 'log a model to a run' },
  'tracking.logged-model.update': { from: 'contributor', why: 'finalise and tag a logged model' },
  'tracking.logged-model.delete': { from: 'maintainer', why: "move other people's logged models to the trash" },
  'tracking.trace.read': { from: 'viewer', why: 'see traces, their spans and what is said of them' },
  'tracking.trace.create': { from: 'contributor', why: 'send traces and spans' },
  'tracking.trace.update': { from: 'contributor', why: 'tag, link and assess traces' },
  'tracking.trace.delete': { from: 'maintainer', why: "delete other people's traces" },
  'tracking.evaluation-dataset.read': { from: 'viewer', why: 'see evaluation datasets and their records' },
  'tracking.evaluation-dataset.create': { from: 'contributor', why: 'collect records for evaluations' },
  'tracking.evaluation-dataset.update': { from: 'contributor', why: 'add, change and remove records, tags and experiments of an evaluation dataset' },
  'tracking.evaluation-dataset.delete': { from: 'maintainer', why: "delete other people's evaluation datasets" },
  'tracking.scorer.read': { from: 'viewer', why: 'see scorers and their versions' },
  'tracking.scorer.create': { from: 'contributor', why: 'register a scorer or a new version of one' },
  'tracking.scorer.update': { from: 'contributor', why: 'change what is registered of a scorer' },
  'tracking.scorer.delete': { from: 'maintainer', why: "delete other people's scorers or their versions" },

  'registry.model.read': { from: 'viewer', why: 'see registered models and their versions' },
  'registry.model.create': { from: 'contributor', why: 'register a model name' },
  'registry.model.update': { from: 'contributor', why: 'describe, tag and rename a registered model' },
  'registry.model.delete': { from: 'maintainer', why: 'remove a registered model with its versions' },
  'registry.version.create': { from: 'contributor', why: 'register a version' },
  'registry.version.update': { from: 'contributor', why: 'describe and tag a version' },
  'registry.version.delete': { from: 'maintainer', why: 'remove a version' },
  'registry.version.promote': { from: 'maintainer', why: 'move a stage or an alias such as @champion' },

  'registry.webhook.read': { from: 'maintainer', why: 'see which addresses are told of changes' },
  'registry.webhook.create': { from: 'maintainer', why: 'have changes told to an address outside' },
  'registry.webhook.update': { from: 'maintainer', why: 'change, pause and test a webhook' },
  'registry.webhook.delete': { from: 'maintainer', why: 'remove a webhook' },

  'datasets.dataset.read': { from: 'viewer', why: 'see, preview and download datasets' },
  'datasets.dataset.create': { from: 'contributor', why: 'upload a dataset or a new version of one' },
  'datasets.dataset.update': { from: 'contributor', why: 'describe and tag a dataset' },
  'datasets.dataset.delete': { from: 'maintainer', why: 'move a dataset to the trash' },
} as const satisfies Record<`${string}.${string}.${string}`, { from: Role | 'admin'; why: string }>

export type Permission = keyof typeof policy
export const permissions = Object.keys(policy) as Permission[] // keys of the literal above: the cast only names them
export const permissionFacts: Readonly<Record<Permission, { readonly from: Role | 'admin'; readonly why: string }>> = policy
export const isPermission = (text: string): text is Permission => Object.hasOwn(policy, text)

/** Platform permissions are not held in a project. */
export const isPlatform = (permission: Permission): boolean => permission.startsWith('platform.')
/** Reads may use an answer of identity that is up to a second old; writes may not (design section 5, Freshness). */
export const isRead = (permission: Permission): boolean => permission.endsWith('.read')

/** What the decision may know about the resource besides its project. */
export interface ResourceFacts {
  /** e.g. 'tracking.run' */
  readonly type?: string
  readonly id?: string
  /** The person who made it: manages it while a member (design section 5). */
  readonly ownerId?: string | null
}

export interface Decision {
  readonly allowed: boolean
  /** The proof, most decisive sentence last. */
  readonly because: readonly string[]
}

const rank = (role: Role): number => roles.indexOf(role)
export const roleHolds = (role: Role, permission: Permission): boolean => {
  const { from } = permissionFacts[permission]
  return from !== 'admin' && rank(role) >= rank(from)
}

/** What the owner of a resource may do to it although the role alone does not reach: everything of that element. */
const ownerMayOn = (permission: Permission): boolean => permission.endsWith('.delete') || permission.endsWith('.update')

const yes = (...because: string[]): Decision => ({ allowed: true, because })
const no = (...because: string[]): Decision => ({ allowed: false, because })

/**
 * Decides whether `actor` holds `permission` on the project (undefined for platform permissions) and resource.
 * Pure: equal arguments, equal answer. Deny beats allow; nothing matched means no.
 */
export function decide(actor: Actor, permission: Permission, projectId: string | undefined, facts: ResourceFacts = {}, at: number = Date.now()): Decision {
  const outside = outsideCeiling(actor, permission, projectId)
  if (outside) return no(outside)
  if (actor.viewingAs && !isRead(permission)) return no('viewing as somebody else is read-only')
  const { snapshot } = actor
  if (!snapshot.active) return no('the account is not active')

  const grants = snapshot.grants.filter(
    (g) =>
      g.permission === permission &&
      (g.projectId === null || g.projectId === projectId) &&
      g.validFrom <= at &&
      (g.validTo === null || at < g.validTo) &&
      (g.resourceId === null || (g.resourceId === facts.id && g.resourceType === facts.type)),
  )
  if (grants.some((g) => g.effect === 'deny')) return no(`${permission} is explicitly denied`)
  if (snapshot.isAdmin) return yes('is a platform administrator')
  if (isPlatform(permission)) return grants.length > 0 ? yes(`${permission} was granted`) : no(`${permission} is held by platform administrators`)

  const membership = projectId === undefined ? undefined : membershipOf(snapshot, projectId, at)
  if (membership && roleHolds(membership.role, permission)) return yes(`is ${membership.role}`, `${membership.role} holds ${permission}`)
  if (grants.length > 0) return yes(`${permission} was granted directly`)
  if (membership && membership.role !== 'viewer' && facts.ownerId && facts.ownerId === snapshot.principalId && ownerMayOn(permission)) return yes('made this and is still a member')
  return no(membership ? `is ${membership.role}, and ${permission} needs ${permissionFacts[permission].from}` : 'is not a member of the project')
}

/** Could the actor hold it on the project or on anything in it? Necessary, not sufficient: the gateway's question. */
export function couldHold(actor: Actor, permission: Permission, projectId: string | undefined, at: number = Date.now()): boolean {
  if (decide(actor, permission, projectId, {}, at).allowed) return true
  if (outsideCeiling(actor, permission, projectId) || (actor.viewingAs && !isRead(permission)) || !actor.snapshot.active) return false
  const live = actor.snapshot.grants.some((g) => g.permission === permission && g.effect === 'allow' && g.projectId === projectId && g.validFrom <= at && (g.validTo === null || at < g.validTo))
  const membership = projectId === undefined ? undefined : membershipOf(actor.snapshot, projectId, at)
  return live || (membership !== undefined && membership.role !== 'viewer' && ownerMayOn(permission))
}

/** A project is visible to whoever holds anything in it, and to administrators, within the token's ceiling. */
export function canSee(actor: Actor, projectId: string, at: number = Date.now()): boolean {
  const { ceiling, snapshot } = actor
  if (!snapshot.active || (ceiling?.projects && !ceiling.projects.includes(projectId))) return false
  return (
    snapshot.isAdmin ||
    membershipOf(snapshot, projectId, at) !== undefined ||
    snapshot.grants.some((g) => g.projectId === projectId && g.effect === 'allow' && g.validFrom <= at && (g.validTo === null || at < g.validTo))
  )
}

function outsideCeiling(actor: Actor, permission: Permission, projectId: string | undefined): string | undefined {
  const { ceiling } = actor
  if (!ceiling) return undefined
  if (ceiling.projects && (projectId === undefined || !ceiling.projects.includes(projectId))) return 'the token is not for this project'
  if (ceiling.permissions && !ceiling.permissions.includes(permission)) return `the token does not carry ${permission}`
  return undefined
}

/** The strongest role that is valid now. */
function membershipOf(snapshot: Snapshot, projectId: string, at: number) {
  return snapshot.memberships.filter((m) => m.projectId === projectId && m.validFrom <= at && (m.validTo === null || at < m.validTo)).sort((a, b) => rank(b.role) - rank(a.role))[0]
}
