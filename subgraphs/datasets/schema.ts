/** The federated schema of datasets. Needs no database: resolvers take their services from the context. */
import type { GraphQLSchema } from 'graphql'
import { findProject } from '#shared/access.ts'
import { buildSubgraph } from '#shared/graphql/build-subgraph.ts'
import { Json, Long, Timestamp } from '#shared/graphql/scalars.ts'
import type { DatasetsContext } from '#datasets/graphql/context.ts'
import { keyOf, type Loader } from '#datasets/graphql/loaders.ts'
import { DatasetMutations } from '#datasets/graphql/mutations.ts'
import { DatasetFields, DatasetVersionFields, ProjectDatasets } from '#datasets/graphql/resolvers.ts'
import { ProjectType } from '#datasets/graphql/types.ts'

/** Only the key of a representation is read; a wrong or hidden pair is null. */
const byKey =
  <T>(loader: (context: DatasetsContext) => Loader<T>) =>
  (reference: Readonly<Record<string, unknown>>, context: DatasetsContext): Promise<T | null> | null => {
    const key = keyOf(reference)
    return key ? loader(context).load(key) : null
  }

function project(reference: Readonly<Record<string, unknown>>, { actor }: DatasetsContext): { id: string } | null {
  const { id } = reference
  const found = typeof id === 'string' ? findProject(actor, id) : undefined
  return found && found.id === id ? { id: found.id } : null
}

export const createDatasetsSchema = (): Promise<GraphQLSchema> =>
  buildSubgraph({
    resolvers: [ProjectDatasets, DatasetFields, DatasetVersionFields, DatasetMutations],
    orphanedTypes: [ProjectType],
    scalars: [Timestamp, Long, Json],
    references: { Project: project, Dataset: byKey((context) => context.datasetLoader), DatasetVersion: byKey((context) => context.versionLoader) },
  })
