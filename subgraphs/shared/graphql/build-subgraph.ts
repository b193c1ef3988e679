/** From type-graphql classes to an executable federated subgraph. The only file that knows type-graphql's oddities (stack.md 1.1). */
import 'reflect-metadata'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { printSchemaWithDirectives } from '@graphql-tools/utils'
import { type GraphQLScalarType, type GraphQLSchema, lexicographicSortSchema, parse, specifiedDirectives } from 'graphql'
import { buildSchema, createResolversMap, type NonEmptyArray } from 'type-graphql'

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@inaccessible"])'

type Class = new (...args: never[]) => object
/** Resolves one representation. Batches by a loader of the context; only the key fields of `reference` may be read. */
export type ReferenceResolver = (reference: Readonly<Record<string, unknown>>, context: never) => unknown

export interface SubgraphDefinition {
  readonly resolvers: readonly Class[]
  /** Object types that no resolver returns, e.g. an entity reached only by reference. */
  readonly orphanedTypes?: readonly Class[]
  readonly scalars: readonly GraphQLScalarType[]
  readonly references: Readonly<Record<string, ReferenceResolver>>
}

export async function buildSubgraph(definition: SubgraphDefinition): Promise<GraphQLSchema> {
  const raw = await buildSchema({
    resolvers: definition.resolvers as unknown as NonEmptyArray<() => unknown>, // type-graphql wants Function; a subgraph has at least one
    orphanedTypes: [...(definition.orphanedTypes ?? [])],
    scalarsMap: [],
    directives: [...specifiedDirectives],
    skipCheck: true, // the federation directives do not exist before buildSubgraphSchema adds them
    validate: false, // domain services validate
  })
  const resolvers: Record<string, unknown> = createResolversMap(raw)
  for (const scalar of definition.scalars) resolvers[scalar.name] = scalar
  for (const [type, resolve] of Object.entries(definition.references)) {
    const fields = resolvers[type]
    resolvers[type] = { ...(typeof fields === 'object' ? fields : {}), __resolveReference: resolve }
  }
  // Decorators run last to first, so arguments come reversed: sort before printing.
  const sdl = printSchemaWithDirectives(lexicographicSortSchema(raw))
  return buildSubgraphSchema([{ typeDefs: parse(`${link}\n${sdl}`), resolvers: resolvers as never }]) // Apollo's map type cannot name ours
}
