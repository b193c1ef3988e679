/** The federated schema of tracking. Needs no database: resolvers take their services from the context. */
import type { GraphQLSchema } from 'graphql'
import { buildSubgraph } from '#shared/graphql/build-subgraph.ts'
import { Long, MetricSeries, MetricValue, Timestamp } from '#shared/graphql/scalars.ts'
import { artifactReferences, artifactResolvers } from '#tracking/graphql/artifact-resolvers.ts'
import { ExperimentMutations } from '#tracking/graphql/experiment-mutations.ts'
import { ExperimentFields } from '#tracking/graphql/experiment-fields.ts'
import { DatasetVersion, Project, User } from '#tracking/graphql/foreign-types.ts'
import { DatasetVersionFields, ProjectFields } from '#tracking/graphql/project.ts'
import { references } from '#tracking/graphql/references.ts'
import { RunMutations } from '#tracking/graphql/run-mutations.ts'
import { RunFields } from '#tracking/graphql/run-fields.ts'

export const createTrackingSchema = (): Promise<GraphQLSchema> =>
  buildSubgraph({
    resolvers: [ProjectFields, DatasetVersionFields, ExperimentFields, RunFields, ExperimentMutations, RunMutations, ...artifactResolvers],
    orphanedTypes: [Project, User, DatasetVersion],
    scalars: [Long, MetricSeries, MetricValue, Timestamp],
    references: { ...references, ...artifactReferences },
  })
