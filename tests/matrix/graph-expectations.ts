/** What the policy tree and the roles promise to somebody who asks the graph. */
import type { Need } from '#gateway/graphql/policy-tree.ts'
import { isPermission, roleHolds } from '#shared/policy.ts'
import type { Root } from './graph-paths.ts'
import { roleOf, type Who } from './world.ts'

export type Expected =
  | { readonly kind: 'allowed' | 'unauthenticated' | 'hidden' }
  /** By the gateway, which answers 403; or by the service, because of this one thing: then the answer is 200 with an error. */
  | { readonly kind: 'forbidden'; readonly byService: boolean }

export function expectedOf(who: Who, root: Root, needs: readonly (Need | undefined)[], { writes = false } = {}): Expected {
  const asked = needs.filter((need) => need !== 'open' && need !== 'reached')
  if (asked.includes(undefined)) return { kind: 'forbidden', byService: false }
  if (asked.length === 0 || who === 'admin') return { kind: 'allowed' }
  if (who === 'anonymous') return { kind: 'unauthenticated' }
  const permissions = asked.filter((need) => need !== undefined && isPermission(need))
  if (permissions.length === 0) return { kind: 'allowed' }
  if (root === 'platform' || permissions.some((p) => p.startsWith('platform.'))) return { kind: 'forbidden', byService: false }
  const role = roleOf[who]
  // Whoever is nobody anywhere sees no project in the list and is therefore refused nothing below it.
  if (role === undefined) return root === 'projects' ? { kind: 'allowed' } : { kind: 'hidden' }
  if (permissions.every((p) => roleHolds(role, p))) return { kind: 'allowed' }
  // Who made a thing may change and delete it, a viewer's past apart: the gateway cannot know and lets members ask.
  const couldHaveMade = writes && role !== 'viewer' && permissions.every((p) => /\.(update|delete)$/.test(p))
  return { kind: 'forbidden', byService: couldHaveMade }
}
