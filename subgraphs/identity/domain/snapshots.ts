/** What identity says about one principal at one epoch. The epoch is read first, so a snapshot is never older than its label. */
import { anonymousSnapshot, type Snapshot } from '#shared/actor.ts'
import type { PolicyStore } from './stores.ts'

export async function takeSnapshot(policy: PolicyStore, principalId: string, at: number): Promise<Snapshot> {
  const epoch = await policy.epoch()
  const holdings = await policy.holdings(principalId, at)
  if (!holdings) return { ...anonymousSnapshot, epoch, principalId }
  const { user, memberships, grants, projects } = holdings
  return { epoch, principalId, name: user.username, active: user.active, isAdmin: user.isAdmin, projects, memberships, grants }
}
