/** The graph of identity. Needs no database: resolvers find their services in the context. */
import type { GraphQLSchema } from 'graphql'
import { buildSubgraph } from '#shared/graphql/build-subgraph.ts'
import { Timestamp } from '#shared/graphql/scalars.ts'
import type { IdentityContext } from './graphql/context.ts'
import { MeResolver } from './graphql/me-resolver.ts'
import { PlatformResolver } from './graphql/platform-resolver.ts'
import { ProjectResolver } from './graphql/project-resolver.ts'
import { User } from './graphql/user.ts'

const idOf = (reference: Readonly<Record<string, unknown>>): string => (typeof reference['id'] === 'string' ? reference['id'] : '')

export const createIdentitySchema = (): Promise<GraphQLSchema> =>
  buildSubgraph({
    resolvers: [MeResolver, ProjectResolver, PlatformResolver],
    orphanedTypes: [User],
    scalars: [Timestamp],
    references: {
      User: (reference, { loaders }: IdentityContext) => loaders.user.load(idOf(reference)),
      Project: (reference, { loaders }: IdentityContext) => loaders.project.load(idOf(reference)),
    },
  })
