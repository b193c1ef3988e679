/** The first start of an installation: an administrator and the project `default`. No default password exists. */
import { newId } from '#shared/ids.ts'
import { checkPassword, type PasswordHasher } from './passwords.ts'
import { DEFAULT_PROJECT } from './projects.ts'
import { newPassword } from './secrets.ts'
import type { Stores } from './stores.ts'

export const FIRST_ADMIN = 'admin'

/** Returns the generated password, once; undefined when people exist already or the password was given. */
export async function firstStart(stores: Pick<Stores, 'users' | 'firstStart'>, hasher: PasswordHasher, given: string | undefined, at: number): Promise<string | undefined> {
  if ((await stores.users.count()) > 0) return undefined
  if (given !== undefined) checkPassword(given, FIRST_ADMIN)
  const password = given ?? newPassword()
  const admin = {
    id: newId(),
    username: FIRST_ADMIN,
    displayName: 'Administrator',
    passwordHash: await hasher.hash(password),
    isAdmin: true,
    active: true,
    mustChangePassword: given === undefined,
    createdAt: at,
  }
  const project = { id: newId(), name: DEFAULT_PROJECT, title: 'Default', description: null, createdAt: at }
  const isFirst = await stores.firstStart.begin(admin, project)
  return isFirst && given === undefined ? password : undefined
}
