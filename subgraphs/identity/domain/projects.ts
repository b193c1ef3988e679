/** Projects: the unit of isolation. The name is for ever, the title is what people rename. */
import { demand, demandOnPlatform, findProject } from '#shared/access.ts'
import type { Actor, ProjectRef, Scope } from '#shared/actor.ts'
import { conflict, invalid, notFound } from '#shared/errors.ts'
import { newId } from '#shared/ids.ts'
import { isProjectName, normalName, storableText } from '#shared/names.ts'
import { decodeToken, encodeToken, pageOf, type Page } from '#shared/paging.ts'
import { canSee, decide, isPlatform, permissions, roles, type Permission, type Role } from '#shared/policy.ts'
import { selfOf } from './self.ts'
import type { Project, ProjectStore } from './stores.ts'

/** Exists from the first start: where MLflow clients land that name no project. */
export const DEFAULT_PROJECT = 'default'
const MAX_TITLE = 128
const MAX_DESCRIPTION = 5_000
export const MAX_PAGE = 1_000

export interface NewProject {
  readonly name: string
  readonly title?: string | null
  readonly description?: string | null
}
export interface ProjectChange {
  readonly title?: string | null
  readonly description?: string | null
}

export interface Projects {
  /** Null when missing or hidden. */
  find(actor: Actor, nameOrId: string): Promise<Project | null>
  /** In the order of the ids; hidden and missing ones are null. */
  byIds(actor: Actor, ids: readonly string[]): Promise<(Project | null)[]>
  /** Visible ones by name. */
  list(actor: Actor, limit: number, after?: string | null): Promise<Page<Project>>
  create(actor: Actor, input: NewProject): Promise<Project>
  update(scope: Scope, change: ProjectChange): Promise<Project>
  remove(scope: Scope): Promise<void>
  /** The strongest role that the actor has there; null for who has none (an administrator needs none). */
  roleOf(actor: Actor, projectId: string): Role | null
  permissionsOf(actor: Actor, projectId: string): Permission[]
}

/** Where the next page begins. */
export const afterOf = (token: string | null | undefined): string | null => {
  if (!token) return null
  const { after } = decodeToken(token)
  if (typeof after !== 'string') throw invalid('Invalid page token')
  return after
}
export const pageSize = (limit: number): number => {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) throw invalid(`'first' must be between 1 and ${MAX_PAGE}`, 'first')
  return limit
}
const titleOf = (title: string): string => normalName(title, 'title', MAX_TITLE)
const descriptionOf = (text: string | null): string | null => (text === null || text === '' ? null : storableText(text, 'description', MAX_DESCRIPTION))

export function createProjects(store: ProjectStore, now: () => number): Projects {
  /** What somebody knows of a project who does not hold this is its name, because other permissions reach into it. */
  const mayRead = (actor: Actor, id: string): boolean => decide(actor, 'identity.project.read', id).allowed
  const readableOf = (actor: Actor): ProjectRef[] => actor.snapshot.projects.filter((p) => canSee(actor, p.id) && mayRead(actor, p.id))
  const one = async (id: string): Promise<Project> => {
    const [project] = await store.byIds([id])
    if (!project) throw notFound('Project not found')
    return project
  }
  return {
    async find(actor, nameOrId) {
      const ref = findProject(actor, nameOrId)
      if (!ref) return null
      demand({ actor, project: ref }, 'identity.project.read')
      return (await store.byIds([ref.id]))[0] ?? null
    },
    async byIds(actor, ids) {
      const found = new Map((await store.byIds([...new Set(ids)].filter((id) => findProject(actor, id)?.id === id && mayRead(actor, id)))).map((p) => [p.id, p]))
      return ids.map((id) => found.get(id) ?? null)
    },
    async list(actor, limit, after) {
      const size = pageSize(limit)
      const ids = readableOf(actor).map((p) => p.id)
      return pageOf(await store.page(ids, afterOf(after), size + 1), size, (last) => encodeToken({ after: last.name }))
    },
    async create(actor, input) {
      demandOnPlatform(actor, 'platform.project.create')
      if (!isProjectName(input.name)) throw invalid(`Project name '${input.name}' is not valid: 2 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit`, 'project')
      const project = { id: newId(), name: input.name, title: titleOf(input.title ?? input.name), description: descriptionOf(input.description ?? null), createdAt: now() }
      await store.create(project, selfOf(actor))
      return project
    },
    async update(scope, change) {
      demand(scope, 'identity.project.update')
      const fields = { ...(typeof change.title === 'string' ? { title: titleOf(change.title) } : {}), ...(change.description === undefined ? {} : { description: descriptionOf(change.description) }) }
      if (Object.keys(fields).length > 0) await store.update(scope.project.id, fields)
      return one(scope.project.id)
    },
    async remove(scope) {
      demand(scope, 'identity.project.delete')
      if (scope.project.name === DEFAULT_PROJECT) throw conflict(`The project '${DEFAULT_PROJECT}' cannot be deleted`)
      await store.remove(scope.project.id, scope.actor.principalId, now())
    },
    roleOf(actor, projectId) {
      const at = now()
      const held = actor.snapshot.memberships.filter((m) => m.projectId === projectId && m.validFrom <= at && (m.validTo === null || at < m.validTo)).map((m) => m.role)
      return roles.toReversed().find((role) => held.includes(role)) ?? null
    },
    permissionsOf: (actor, projectId) => permissions.filter((permission) => !isPlatform(permission) && decide(actor, permission, projectId).allowed),
  }
}
