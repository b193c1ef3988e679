import { ApolloGateway } from '@apollo/gateway'
import { describe, expect, test } from 'vitest'
import { needOf, type PolicyTree } from '#gateway/graphql/policy-tree.ts'
import { lintSchema, unusedRows } from '#gateway/graphql/schema-lint.ts'
import { alteredFixture, fixtureTree } from '#gateway/testing/fixture-graph.ts'

type Change = (identity: string, tracking: string) => readonly [string, string]
async function schemaOf(change: Change = (identity, tracking) => [identity, tracking]) {
  const supergraphSdl = alteredFixture(change)
  const gateway = new ApolloGateway({ supergraphSdl, buildService: () => ({ process: () => Promise.resolve({}) }) })
  const { schema } = await gateway.load()
  await gateway.stop()
  return { schema, supergraphSdl }
}
async function faultsOf(change?: Change, tree: PolicyTree = fixtureTree): Promise<string[]> {
  const { schema, supergraphSdl } = await schemaOf(change)
  return lintSchema(schema, supergraphSdl, tree)
}
const inTracking = (from: string, to: string) => (identity: string, tracking: string) => {
  expect(tracking).toContain(from)
  return [identity, tracking.replace(from, to)] as const
}

test('a schema that keeps the rules has no faults', async () => {
  expect(await faultsOf()).toEqual([])
})

describe('the lint names', () => {
  test.each([
    ['a field without a rule', inTracking('type Artifact { path: String! }', 'type Artifact { path: String! extra: Extra } type Extra { x: String }'), 'Extra.x has no rule in policy-tree.ts'],
    ['a root without a rule', inTracking('type Mutation {', 'type Mutation { purge(input: DeleteRunsInput!): DeleteRunsPayload! '), 'Mutation.purge has no rule in policy-tree.ts'],
    ['a project argument below the roots', inTracking('run(id: ID!)', 'run(id: ID!, project: String)'), "Project.run has an argument 'project' below the roots"],
    [
      'a way back to a project',
      inTracking('type Artifact { path: String! }', 'type Artifact { path: String! home: Project }'),
      'Artifact.home returns Project: only roots may (elsewhere a ForeignProject)',
    ],
    [
      'a mutation with loose arguments',
      inTracking('deleteRuns(input: DeleteRunsInput!)', 'deleteRuns(input: DeleteRunsInput!, force: Boolean)'),
      'Mutation.deleteRuns must take exactly one argument, input, that is not null',
    ],
    [
      'a mutation whose input may be null',
      inTracking('deleteRuns(input: DeleteRunsInput!)', 'deleteRuns(input: DeleteRunsInput)'),
      'Mutation.deleteRuns must take exactly one argument, input, that is not null',
    ],
    ['a mutation without its project', inTracking('{ project: String! ids', '{ project: String ids'), "Mutation.deleteRuns: its input has no 'project: String!'"],
    [
      'a key without the project',
      inTracking('type Run implements Thing @key(fields: "projectId id")', 'type Run implements Thing @key(fields: "id")'),
      'Run has the key "id", it must be "projectId id"',
    ],
    ['a field of another subgraph that would take its entity away', inTracking('run(id: ID!): Run', 'run(id: ID!): Run!'), 'Project.run comes from TRACKING and must be nullable'],
    ['a time as Int', inTracking('type Artifact { path: String! }', 'type Artifact { path: String! createdAt: Int }'), 'Artifact.createdAt is Int: use Timestamp, Long or MetricValue'],
    ['a size as Float', inTracking('type Artifact { path: String! }', 'type Artifact { path: String! size: Float }'), 'Artifact.size is Float: use Timestamp, Long or MetricValue'],
    [
      'a connection with more than it carries',
      inTracking('type RunConnection {', 'type RunConnection { total: String '),
      'RunConnection has the fields nodes pageInfo total; a connection has nodes and pageInfo (a total is a field of its own)',
    ],
    ['a connection without pages', inTracking('runs(first: Int = 50, after: String)', 'runs'), 'Experiment.runs is a connection and must take first and after'],
    ['a list of entities without pages', inTracking('type Artifact { path: String! }', 'type Artifact { path: String! usedBy: [Run!]! }'), 'Artifact.usedBy is a list of entities without pages'],
    [
      'a type hidden behind an interface',
      inTracking('type Artifact { path: String! }', 'type Artifact { path: String! } type ThirdConnection implements Thing { id: ID! }'),
      'ThirdConnection hides behind Thing and has no row in policy-tree.ts',
    ],
  ] as const)('%s', async (_name, change, fault) => {
    expect(await faultsOf(change)).toContain(fault)
  })
  test('rows for what the schema has not', async () => {
    const tree: PolicyTree = {
      roots: { ...fixtureTree.roots, Query: { ...fixtureTree.roots.Query, you: { needs: 'open', place: 'platform' } } },
      types: { ...fixtureTree.types, Ghost: 'reached', User: { '*': 'reached', email: 'reached' } },
    }
    expect([...unusedRows((await schemaOf()).schema, tree)]).toEqual([
      'policy-tree.ts has a row Query.you, the schema has not',
      'policy-tree.ts has an exception User.email, the schema has no such field',
      'policy-tree.ts has a row Ghost, the schema has no such type',
    ])
  })
})

describe('a need', () => {
  test('of a field is its exception, else that of its type', () => {
    expect(needOf(fixtureTree, 'Run', 'artifacts')).toBe('tracking.artifact.read')
    expect(needOf(fixtureTree, 'Run', 'id')).toBe('tracking.run.read')
  })
  test('of an unknown type does not exist', () => {
    expect(needOf(fixtureTree, 'Ghost', 'id')).toBeUndefined()
  })
})
