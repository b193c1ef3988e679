/** For drizzle-kit and the PostgreSQL store. */
import * as kit from './columns.pg.ts'
import { identityTables } from './tables.ts'

export const { component, element, operation, permission, user, userPermission, projects, grants, tokens, tokenUses, sessions, loginAttempts, knownAddresses, policyEpoch } = identityTables(kit)
