/** All stores of identity over one database. */
import type { Stores } from '#identity/domain/stores.ts'
import { attemptStore } from './attempts.ts'
import type { Database } from './database.ts'
import { memberStore } from './members.ts'
import { firstStartStore, policyStore } from './policy.ts'
import { projectStore } from './projects.ts'
import { sessionStore } from './sessions.ts'
import { tokenStore } from './tokens.ts'
import { userStore } from './users.ts'

export const createStores = (database: Database): Stores => ({
  users: userStore(database),
  projects: projectStore(database),
  members: memberStore(database),
  tokens: tokenStore(database),
  sessions: sessionStore(database),
  attempts: attemptStore(database),
  policy: policyStore(database),
  firstStart: firstStartStore(database),
})
