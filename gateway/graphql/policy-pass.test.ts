import { ApolloGateway } from '@apollo/gateway'
import { buildSchema, getVariableValues, type GraphQLSchema, getOperationAST, parse, validate } from 'graphql'
import { beforeAll, describe, expect, test } from 'vitest'
import { createPolicyPass, type PolicyPass, refusalError } from '#gateway/graphql/policy-pass.ts'
import { fixtureGraph, fixtureTree } from '#gateway/testing/fixture-graph.ts'
import { admin, anonymous, mixed, outsider, owner, p1, viewer } from '#gateway/testing/people.ts'
import type { Actor } from '#shared/actor.ts'

let api: GraphQLSchema
let pass: PolicyPass

beforeAll(async () => {
  const { supergraphSdl } = fixtureGraph()
  const gateway = new ApolloGateway({ supergraphSdl, buildService: () => ({ process: () => Promise.resolve({}) }) })
  api = (await gateway.load()).schema
  await gateway.stop()
  pass = createPolicyPass(api, fixtureTree)
})

async function ask(actor: Actor, query: string, variables: Record<string, unknown> = {}, using: { schema: GraphQLSchema; pass: PolicyPass } = { schema: api, pass }) {
  const document = parse(query)
  expect(validate(using.schema, document)).toEqual([])
  const operation = getOperationAST(document)
  if (!operation) throw new Error('one operation expected')
  const { coerced } = getVariableValues(using.schema, operation.variableDefinitions ?? [], variables)
  const { refused, projects } = await using.pass.check({ document, operation, variables: coerced ?? {} }, actor)
  return { paths: refused.map((r) => r.path), reasons: refused.map((r) => r.refusal.reason), refused, projects }
}

describe('what is allowed', () => {
  test('a viewer reads what the viewer role holds', async () => {
    expect((await ask(viewer, '{ project(name: "p1") { title experiments { nodes { name runs { nodes { id artifacts { path } owner { username } } } } pageInfo { hasNextPage } } } }')).paths).toEqual(
      [],
    )
  })
  test('the pass names the projects of the roots', async () => {
    expect((await ask(mixed, '{ a: project(name: "p1") { id } b: project(name: "p2") { id } }')).projects).toEqual(['p1', 'p2'])
  })
  test('anybody may ask who they are', async () => {
    expect((await ask(anonymous, '{ me { username } }')).paths).toEqual([])
  })
  test('the creator of a project may read what was created', async () => {
    expect((await ask(admin, 'mutation { createProject(input: { project: "new" }) { project { id title } } }')).paths).toEqual([])
  })
})

describe('what is refused', () => {
  test('a field behind an exception, while its neighbours pass', async () => {
    expect((await ask(viewer, '{ project(name: "p1") { run(id: "r") { id secret } } }')).paths).toEqual(['project.run.secret'])
  })
  test('all refusals of an operation at once', async () => {
    const { paths } = await ask(viewer, '{ platform { version } project(name: "p1") { run(id: "r") { a: secret b: secret } } }')
    expect(paths).toEqual(['platform', 'project.run.a', 'project.run.b'])
  })
  test('a project that one may not see, exactly as one that is missing', async () => {
    const hidden = await ask(viewer, '{ project(name: "p2") { id } }')
    const missing = await ask(viewer, '{ project(name: "px") { id } }')
    expect(hidden.reasons).toEqual(['no-project'])
    const bodies = [hidden, missing].map(({ refused }) => JSON.stringify(refusalError(refused)))
    expect(bodies[0]?.replaceAll('p2', '?')).toBe(bodies[1]?.replaceAll('px', '?'))
  })
  test('a project named by its id', async () => {
    expect((await ask(viewer, 'query($n: String!) { project(name: $n) { id } }', { n: p1.id })).reasons).toEqual(['no-project'])
  })
  test('a stranger, before it is known whether the project exists', async () => {
    expect((await ask(anonymous, '{ project(name: "p1") { id } }')).reasons).toEqual(['anonymous'])
    expect((await ask(anonymous, '{ project(name: "px") { id } }')).reasons).toEqual(['anonymous'])
  })
  test('introspection by a stranger, in any guise', async () => {
    expect((await ask(anonymous, '{ me { username } x: __schema { types { name } } ...f } fragment f on Query { __type(name: "Run") { name } }')).paths).toEqual(['x', '__type'])
    expect((await ask(viewer, '{ __schema { types { name } } }')).paths).toEqual([])
  })
  test('a mutation in another project, and its neighbour is judged on its own', async () => {
    const { paths } = await ask(
      mixed,
      'mutation { ok: deleteRuns(input: { project: "p1", ids: [] }) { runs { id } } no: deleteRuns(input: { project: "p2", ids: [] }) { runs { id } } x: createUser(input: { username: "u", project: "p1" }) { user { id } } }',
    )
    expect(paths).toEqual(['no', 'x'])
  })
})

describe('attacks on the walk', () => {
  test('an alias does not hide a field', async () => {
    expect((await ask(viewer, '{ me: project(name: "p1") { id: run(id: "r") { id: secret } } }')).paths).toEqual(['me.id.id'])
  })
  test('a field behind fragments, named and inline, on a type and on its interface', async () => {
    const { paths } = await ask(viewer, '{ project(name: "p1") { things { nodes { ...a } } } } fragment a on Thing { id ... on Run { ...b } } fragment b on Run { ... { secret } }')
    expect(paths).toEqual(['project.things.nodes.secret'])
  })
  test('the same fragment is judged again in another place', async () => {
    const { paths } = await ask(mixed, '{ a: project(name: "p1") { ...f } b: project(name: "p2") { ...f } } fragment f on Project { run(id: "r") { secret } }')
    expect(paths).toEqual(['b.run.secret'])
  })
  test('the order of roots does not matter', async () => {
    const { paths } = await ask(mixed, '{ b: project(name: "p2") { ...f } a: project(name: "p1") { ...f } } fragment f on Project { run(id: "r") { secret } }')
    expect(paths).toEqual(['b.run.secret'])
  })
  test('an argument below a root does not move its subtree', async () => {
    const schema = buildSchema(
      'type Query { project(name: String!): Project } type Project { id: ID nested(name: String, project: String, input: I): Project secret: String } input I { project: String }',
    )
    const tree = {
      roots: { Query: { project: { needs: 'identity.project.read', place: { argument: 'name' } } }, Mutation: {} },
      types: { Project: { '*': 'identity.project.read', secret: 'identity.member.update' } },
    } as const
    const nested = { schema, pass: createPolicyPass(schema, tree) }
    const { paths } = await ask(mixed, '{ project(name: "p2") { nested(name: "p1", project: "p1", input: { project: "p1" }) { secret } } }', {}, nested)
    expect(paths).toEqual(['project.nested.secret'])
  })
  test('below `projects` a permission must be held in every visible project, and the words tell no count', async () => {
    const query = '{ projects { nodes { id run(id: "r") { secret } } } }'
    expect((await ask(owner, query)).paths).toEqual([])
    const { paths, refused } = await ask(mixed, query)
    expect(paths).toEqual(['projects.nodes.run.secret'])
    expect(refused[0]?.refusal.message).toBe('it is not held in every project of the list')
  })
  test('variables and their defaults choose the project, like literals', async () => {
    expect((await ask(outsider, 'query($n: String! = "p1") { project(name: $n) { id } }')).reasons).toEqual(['no-project'])
    expect((await ask(outsider, 'query($n: String! = "p1") { project(name: $n) { id } }', { n: 'p2' })).paths).toEqual([])
  })
  test('@skip and @include are followed, so that what is not asked is not refused', async () => {
    const query = 'query($with: Boolean!) { project(name: "p1") { run(id: "r") { id secret @include(if: $with) } } }'
    expect((await ask(viewer, query, { with: false })).paths).toEqual([])
    expect((await ask(viewer, query, { with: true })).paths).toEqual(['project.run.secret'])
  })
  test('fragments that double each other cost no more than their text', async () => {
    const levels = 22
    const fragments = Array.from({ length: levels }, (_, i) => `fragment f${i} on Project { ${i + 1 < levels ? `...f${i + 1} ...f${i + 1}` : 'run(id: "r") { secret }'} }`).join(' ')
    expect((await ask(viewer, `{ project(name: "p1") { ...f0 } } ${fragments}`)).paths).toEqual(['project.run.secret'])
  })
  test('an operation with too many places is refused as too large', async () => {
    const roots = Array.from({ length: 700 }, (_, i) => `a${i}: project(name: "p1") { id name title }`).join(' ')
    await expect(ask(viewer, `{ ${roots} }`)).rejects.toThrow('too large')
  })
})

describe('a type or root without a rule', () => {
  const schema = buildSchema('type Query { project(name: String!): Project extra: String } type Project { id: ID ghost: Ghost } type Ghost { id: ID } type Mutation { boom(input: String): String }')
  const tree = { roots: { Query: { project: { needs: 'identity.project.read', place: { argument: 'name' } } }, Mutation: {} }, types: { Project: 'identity.project.read' } } as const
  test('is refused even for an administrator', async () => {
    const bare = { schema, pass: createPolicyPass(schema, tree) }
    expect((await ask(admin, '{ extra project(name: "p1") { ghost { id } } }', {}, bare)).paths).toEqual(['extra', 'project.ghost.id'])
    expect((await ask(admin, 'mutation { boom(input: "x") }', {}, bare)).paths).toEqual(['boom'])
  })
})

describe('the words of a refusal', () => {
  test('FORBIDDEN carries every path, a denial id and its own status', async () => {
    const { refused } = await ask(viewer, '{ project(name: "p1") { run(id: "r") { a: secret b: secret } } }')
    const { message, extensions } = refusalError(refused)
    expect(extensions).toMatchObject({ code: 'FORBIDDEN', paths: ['project.run.a', 'project.run.b'], permissions: ['identity.member.update'], http: { status: 403 } })
    expect(message).toContain('identity.member.update')
    expect(message).toContain(String(extensions['denialId']))
  })
  test('a missing project outweighs missing permissions and names nothing else', async () => {
    const { refused } = await ask(viewer, '{ platform { version } project(name: "p2") { id } }')
    expect(refusalError(refused).extensions).toEqual({ code: 'NOT_FOUND', http: { status: 404 } })
  })
})
