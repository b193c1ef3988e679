/** For drizzle-kit and the MySQL store. */
import * as kit from './columns.mysql.ts'
import { identityTables } from './tables.ts'

// The MySQL kit has the same names and meanings; its builders only print other SQL (parity.db.test.ts compares the result).
export const { component, element, operation, permission, user, userPermission, projects, grants, tokens, tokenUses, sessions, loginAttempts, knownAddresses, policyEpoch } = identityTables(
  kit as never,
)
