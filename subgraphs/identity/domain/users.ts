/** People: made and administered by platform administrators; each changes the own password. */
import { demandOnPlatform } from '#shared/access.ts'
import type { Actor } from '#shared/actor.ts'
import { conflict, forbidden, invalid, notFound } from '#shared/errors.ts'
import { newId } from '#shared/ids.ts'
import { normalName } from '#shared/names.ts'
import { encodeToken, pageOf, type Page } from '#shared/paging.ts'
import { canSee, decide } from '#shared/policy.ts'
import { checkPassword, type PasswordHasher } from './passwords.ts'
import { afterOf, pageSize } from './projects.ts'
import { demandOwnHands, selfOf } from './self.ts'
import type { User, UserChange, UserStore } from './stores.ts'
import type { Throttle } from './throttle.ts'
import { newUsername, normalUsername } from './usernames.ts'

const MAX_DISPLAY_NAME = 128

export interface NewUser {
  readonly username: string
  readonly displayName?: string | null
  readonly password: string
  readonly isAdmin?: boolean | null
}

export interface Users {
  /** The person who asks; null for anonymous. */
  me(actor: Actor): Promise<User | null>
  /** In the order of the ids. Visible are oneself, who is or was in a project that one sees, to administrators all. */
  byIds(actor: Actor, ids: readonly string[]): Promise<(User | null)[]>
  list(actor: Actor, limit: number, after?: string | null): Promise<Page<User>>
  create(actor: Actor, input: NewUser): Promise<User>
  /** By an administrator, for somebody else: it must be changed at the next sign-in. */
  setPassword(actor: Actor, username: string, password: string): Promise<void>
  changeMyPassword(actor: Actor, current: string, next: string): Promise<void>
  update(actor: Actor, username: string, change: UserChange): Promise<User>
}

export interface UsersDeps {
  readonly users: UserStore
  readonly hasher: PasswordHasher
  readonly throttle: Throttle
  readonly now: () => number
}

export function createUsers({ users, hasher, throttle, now }: UsersDeps): Users {
  const called = async (username: string): Promise<User> => {
    const user = await users.byUsername(normalUsername(username))
    if (!user) throw notFound(`User '${username}' not found`)
    return user
  }
  const displayNameOf = (name: string): string => normalName(name, 'displayName', MAX_DISPLAY_NAME)

  return {
    me: (actor) => (actor.kind === 'user' ? users.byId(actor.principalId) : Promise.resolve(null)),
    async byIds(actor, ids) {
      const all = decide(actor, 'platform.user.read', undefined).allowed
      const projects = all ? 'all' : actor.snapshot.projects.filter((p) => canSee(actor, p.id)).map((p) => p.id)
      const found = new Map((await users.visible([...new Set(ids)], actor.subjectId, projects)).map((u) => [u.id, u]))
      return ids.map((id) => found.get(id) ?? null)
    },
    async list(actor, limit, after) {
      demandOnPlatform(actor, 'platform.user.read')
      const size = pageSize(limit)
      return pageOf(await users.page(afterOf(after), size + 1), size, (last) => encodeToken({ after: last.username }))
    },
    async create(actor, input) {
      demandOnPlatform(actor, 'platform.user.create')
      if (input.isAdmin) demandOwnHands(actor)
      if (input.isAdmin && !actor.snapshot.isAdmin) throw forbidden('Only an administrator makes administrators')
      const username = newUsername(input.username)
      checkPassword(input.password, username)
      const user = { id: newId(), username, displayName: displayNameOf(input.displayName ?? username), isAdmin: input.isAdmin ?? false, active: true, mustChangePassword: false, createdAt: now() }
      await users.insert({ ...user, passwordHash: await hasher.hash(input.password) })
      return user
    },
    async setPassword(actor, username, password) {
      demandOnPlatform(actor, 'platform.user.update')
      demandOwnHands(actor)
      const user = await called(username)
      if (user.id === actor.principalId) throw conflict('Change your own password with changeMyPassword')
      if (user.isAdmin && !actor.snapshot.isAdmin) throw forbidden("Only an administrator sets an administrator's password")
      checkPassword(password, user.username)
      await users.setPassword(user.id, await hasher.hash(password), true)
    },
    async changeMyPassword(actor, current, next) {
      const user = await users.byId(selfOf(actor))
      if (!user || actor.viewingAs) throw forbidden('Viewing as somebody else is read-only')
      const verified = await throttle.password(user.username, `change:${user.id}`, async () => ((await hasher.verify(await users.passwordHashOf(user.id), current)) ? user : null))
      if (!verified) throw invalid('The current password is wrong', 'current')
      if (next === current) throw invalid('The new password is the old one', 'next')
      checkPassword(next, user.username)
      await users.setPassword(user.id, await hasher.hash(next), false)
    },
    async update(actor, username, change) {
      demandOnPlatform(actor, 'platform.user.update')
      if (change.isAdmin) demandOwnHands(actor)
      const user = await called(username)
      if ((user.isAdmin || change.isAdmin) && !actor.snapshot.isAdmin) throw forbidden('Only an administrator changes administrators')
      const fields = { ...change, ...(change.displayName === undefined ? {} : { displayName: displayNameOf(change.displayName) }) }
      await users.update(user.id, fields, (otherAdmins) => {
        if (user.isAdmin && otherAdmins === 0 && (fields.isAdmin === false || fields.active === false)) throw conflict('The last administrator stays one')
      })
      return (await users.byId(user.id)) ?? user
    },
  }
}
