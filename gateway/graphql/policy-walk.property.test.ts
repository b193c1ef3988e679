/**
 * The walk sees what an execution sees: on generated operations, a field that is made forbidden is refused by the pass
 * exactly when a real execution of the same operation would resolve it.
 */
import { ApolloGateway } from '@apollo/gateway'
import fc from 'fast-check'
import {
  execute,
  getNamedType,
  getNullableType,
  getOperationAST,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  validate,
} from 'graphql'
import { MapperKind, mapSchema } from '@graphql-tools/utils'
import { beforeAll, expect, test } from 'vitest'
import { createPolicyPass, type PolicyPass } from '#gateway/graphql/policy-pass.ts'
import type { PolicyTree } from '#gateway/graphql/policy-tree.ts'
import { fixtureGraph } from '#gateway/testing/fixture-graph.ts'
import { viewer } from '#gateway/testing/people.ts'

let api: GraphQLSchema
let pairs: readonly (readonly [type: string, field: string])[]
const passes = new Map<string, PolicyPass>()

beforeAll(async () => {
  const gateway = new ApolloGateway({ supergraphSdl: fixtureGraph().supergraphSdl, buildService: () => ({ process: () => Promise.resolve({}) }) })
  api = (await gateway.load()).schema
  await gateway.stop()
  pairs = Object.values(api.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !type.name.startsWith('__') && type.name !== 'Mutation' ? Object.keys(type.getFields()).map((field) => [type.name, field] as const) : [],
  )
})

/** Everything is open but one field of one type. */
function passForbidding(type: string, field: string): PolicyPass {
  const known = passes.get(`${type}.${field}`)
  if (known) return known
  const forbidden = 'platform.user.update'
  const query = Object.fromEntries(
    Object.keys(api.getQueryType()?.getFields() ?? {}).map((name) => [name, { needs: type === 'Query' && name === field ? forbidden : 'open', place: 'platform' } as const]),
  )
  const types = Object.fromEntries(
    [...new Set(pairs.map(([name]) => name))].filter((name) => name !== 'Query').map((name) => [name, name === type ? ({ '*': 'reached', [field]: forbidden } as const) : ('reached' as const)]),
  )
  const tree: PolicyTree = { roots: { Query: query, Mutation: {} }, types }
  const made = createPolicyPass(api, tree)
  passes.set(`${type}.${field}`, made)
  return made
}

/** An executable twin that notes each field it resolves; a list of an abstract type holds one of every kind. */
function tracing(): { schema: GraphQLSchema; seen: Set<string> } {
  const seen = new Set<string>()
  const stubFor = (field: GraphQLField<unknown, unknown>): unknown => {
    const named = getNamedType(field.type)
    const one = !isCompositeType(named) ? (named.name === 'Boolean' ? true : '1') : isAbstractType(named) ? api.getPossibleTypes(named).map((t) => ({ __typename: t.name })) : {}
    return isListType(getNullableType(field.type)) ? [one].flat() : one
  }
  const schema = mapSchema(api, {
    [MapperKind.OBJECT_FIELD]: (config, fieldName, typeName) => ({
      ...config,
      resolve() {
        seen.add(`${typeName}.${fieldName}`)
        const type = api.getType(typeName)
        const field = isObjectType(type) ? type.getFields()[fieldName] : undefined
        return field && stubFor(field)
      },
    }),
  })
  return { schema, seen }
}

/** An operation from a stream of decisions: aliases, directives, fragments of every kind, on types and on interfaces. */
function operationFrom(decisions: readonly number[]): string {
  let at = 0
  const pick = (n: number): number => (decisions[at++ % decisions.length] ?? 0) % n
  const fragments: string[] = []
  const directive = (): string => ['', '', '', ' @include(if: true)', ' @include(if: false)', ' @skip(if: true)'][pick(6)] ?? ''
  const selection = (typeName: string, depth: number): string => {
    const type = api.getType(typeName)
    if (isAbstractType(type)) {
      const possible = api.getPossibleTypes(type)
      return `__typename ${possible.map((t) => (pick(2) ? `... on ${t.name}${directive()} { ${selection(t.name, depth)} }` : '')).join(' ')}`
    }
    if (!isObjectType(type)) return ''
    const chosen = Object.values(type.getFields()).filter(() => pick(2) === 0)
    const parts = chosen.map((field) => fieldText(type, field, depth)).filter((text) => text !== '')
    const body = `__typename ${parts.join(' ')}`
    switch (pick(5)) {
      case 0:
        return `... on ${type.name} { ${body} }`
      case 1:
        return `...${directive()} { ${body} }`
      case 2:
        fragments.push(`fragment f${fragments.length} on ${type.name} { ${body} }`)
        return `...f${fragments.length - 1}${directive()}`
      default:
        return body
    }
  }
  const fieldText = (type: GraphQLObjectType, field: GraphQLField<unknown, unknown>, depth: number): string => {
    const named = getNamedType(field.type)
    if (isCompositeType(named) && depth === 0) return ''
    const args = field.args.filter((a) => isNonNullType(a.type) && a.defaultValue === undefined).map((a) => `${a.name}: "x"`)
    const alias = pick(3) === 0 ? `${type.name}_${field.name}_${at}: ` : ''
    return `${alias}${field.name}${args.length ? `(${args.join(', ')})` : ''}${directive()}${isCompositeType(named) ? ` { ${selection(named.name, depth - 1)} }` : ''}`
  }
  return `query { ${selection('Query', 6)} } ${fragments.join(' ')}`
}

test('a forbidden field is refused exactly when an execution would resolve it', async () => {
  const outcomes = { reached: 0, unreached: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(1_000), { minLength: 40, maxLength: 120 }), fc.nat(), async (decisions, which) => {
      const document = parse(operationFrom(decisions))
      fc.pre(validate(api, document).length === 0)
      const operation = getOperationAST(document)
      const [type, field] = pairs[which % pairs.length] ?? ['Query', 'me']
      const { schema, seen } = tracing()
      await execute({ schema, document })
      const { refused } = await passForbidding(type, field).check({ document, operation: operation!, variables: {} }, viewer)
      const isReached = seen.has(`${type}.${field}`)
      outcomes[isReached ? 'reached' : 'unreached']++
      expect(refused.length > 0).toBe(isReached)
    }),
    { numRuns: 400 },
  )
  // Both answers must have been put to the test.
  expect(outcomes.reached).toBeGreaterThan(20)
  expect(outcomes.unreached).toBeGreaterThan(20)
})
