/** Entities by key, for the gateway: batched, decided, and null for what is wrong or hidden. */
import { findProject } from '#shared/access.ts'
import type { ReferenceResolver } from '#shared/graphql/build-subgraph.ts'
import type { EntityKey, TrackingContext } from '#tracking/graphql/context.ts'
import { experimentOf } from '#tracking/graphql/experiment.ts'
import { runOf } from '#tracking/graphql/run.ts'

const keyOf = (reference: Readonly<Record<string, unknown>>): EntityKey => ({ projectId: String(reference['projectId']), id: String(reference['id']) })

export const references: Readonly<Record<string, ReferenceResolver>> = {
  Project: (reference, { actor }: TrackingContext) => {
    const project = findProject(actor, String(reference['id']))
    return project ? { id: project.id } : null
  },
  Experiment: async (reference, { loaders }: TrackingContext) => {
    const key = keyOf(reference)
    const found = await loaders.experiment.load(key)
    return found && experimentOf(key.projectId, found)
  },
  Run: async (reference, { loaders }: TrackingContext) => {
    const key = keyOf(reference)
    const found = await loaders.run.load(key)
    return found && runOf(key.projectId, found)
  },
  DatasetVersion: (reference, { actor }: TrackingContext) => {
    const key = keyOf(reference)
    return findProject(actor, key.projectId) ? key : null
  },
}
