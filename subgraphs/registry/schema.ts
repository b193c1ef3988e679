/** The registry's subgraph. Needs no database: resolvers take their services from the context. */
import type { GraphQLSchema } from 'graphql'
import { findProject } from '#shared/access.ts'
import { buildSubgraph } from '#shared/graphql/build-subgraph.ts'
import { Timestamp } from '#shared/graphql/scalars.ts'
import type { EntityKey, RegistryContext } from '#registry/graphql/context.ts'
import { ModelMutations } from '#registry/graphql/model-mutations.ts'
import { ModelVersionResolver, ProjectResolver, RegisteredModelResolver, RunResolver } from '#registry/graphql/query-resolvers.ts'
import { ProjectType } from '#registry/graphql/types.ts'
import { VersionMutations } from '#registry/graphql/version-mutations.ts'

/** The key fields of a representation; nothing else of it is read. */
function keyOf({ projectId, id }: Readonly<Record<string, unknown>>): EntityKey | undefined {
  return typeof projectId === 'string' && typeof id === 'string' ? { projectId, id } : undefined
}

const isVisible = (projectId: string, { actor }: RegistryContext): boolean => findProject(actor, projectId)?.id === projectId

export function createRegistrySchema(): Promise<GraphQLSchema> {
  return buildSubgraph({
    resolvers: [ProjectResolver, RunResolver, RegisteredModelResolver, ModelVersionResolver, ModelMutations, VersionMutations],
    // Nothing of ours returns a project: the gateway comes with its key.
    orphanedTypes: [ProjectType],
    scalars: [Timestamp],
    references: {
      Project: ({ id }, context: RegistryContext) => (typeof id === 'string' && isVisible(id, context) ? { id } : null),
      Run: (reference, context: RegistryContext) => {
        const key = keyOf(reference)
        return key && isVisible(key.projectId, context) ? key : null
      },
      RegisteredModel: (reference, { loaders }: RegistryContext) => {
        const key = keyOf(reference)
        return key ? loaders.model.load(key) : null
      },
      ModelVersion: (reference, { loaders }: RegistryContext) => {
        const key = keyOf(reference)
        return key ? loaders.version.load(key) : null
      },
    },
  })
}
