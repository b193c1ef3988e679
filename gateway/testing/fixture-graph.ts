/**
 * A small graph for the gateway's own tests: two subgraphs that join on entities, with an abstract type and value types,
 * so that every branch of the pass and the lint has something to look at. Counts what it is asked for.
 */
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type GraphQLSchema, parse } from 'graphql'
import type { PolicyTree } from '#gateway/graphql/policy-tree.ts'
import { findProject } from '#shared/access.ts'
import type { Actor } from '#shared/actor.ts'
import type { Subsystem } from '#shared/subsystem.ts'

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])'

const identitySdl = `${link}
type Query { me: Me project(name: String!): Project projects(first: Int = 50, after: String): ProjectConnection! platform: Platform! }
type Mutation { createProject(input: CreateProjectInput!): CreateProjectPayload! updateProject(input: UpdateProjectInput!): UpdateProjectPayload! createUser(input: CreateUserInput!): CreateUserPayload! }
input CreateProjectInput { project: String! }
input UpdateProjectInput { project: String! title: String! }
input CreateUserInput { username: String! project: String }
type CreateProjectPayload { project: Project! }
type UpdateProjectPayload { project: Project! }
type CreateUserPayload { user: User! }
type Me { username: String! }
type Platform { version: String! users(first: Int = 50, after: String): UserConnection! }
type Project @key(fields: "id") { id: ID! name: String! title: String! members(first: Int = 50, after: String): MemberConnection! }
type ProjectConnection { nodes: [Project!]! pageInfo: PageInfo! }
type MemberConnection { nodes: [Member!]! pageInfo: PageInfo! }
type UserConnection { nodes: [User!]! pageInfo: PageInfo! }
type Member { user: User! role: String! }
type User @key(fields: "id") { id: ID! username: String! }
type PageInfo @shareable { endCursor: String hasNextPage: Boolean! }
`
const trackingSdl = `${link}
type Mutation { deleteRuns(input: DeleteRunsInput!): DeleteRunsPayload! }
input DeleteRunsInput { project: String! ids: [ID!]! }
type DeleteRunsPayload { runs: [Run!]! }
type Project @key(fields: "id") { id: ID! experiments(first: Int = 50, after: String): ExperimentConnection run(id: ID!): Run things(first: Int = 50, after: String): ThingConnection }
type ExperimentConnection { nodes: [Experiment!]! pageInfo: PageInfo! }
type RunConnection { nodes: [Run!]! pageInfo: PageInfo! }
type ThingConnection { nodes: [Thing!]! pageInfo: PageInfo! }
interface Thing { id: ID! }
type Experiment implements Thing @key(fields: "projectId id") { id: ID! projectId: ID! name: String! runs(first: Int = 50, after: String): RunConnection! }
type Run implements Thing @key(fields: "projectId id") { id: ID! projectId: ID! experiment: Experiment! artifacts(path: String = ""): [Artifact!]! owner: User secret: String }
type Artifact { path: String! }
type User @key(fields: "id", resolvable: false) { id: ID! }
type PageInfo @shareable { endCursor: String hasNextPage: Boolean! }
`

export const fixtureTree: PolicyTree = {
  roots: {
    Query: {
      me: { needs: 'open', place: 'platform' },
      project: { needs: 'identity.project.read', place: { argument: 'name' } },
      projects: { needs: 'authenticated', place: 'each' },
      platform: { needs: 'platform.service.read', place: 'platform' },
    },
    Mutation: {
      createProject: { needs: 'platform.project.create', place: 'created' },
      updateProject: { needs: 'identity.project.update', place: { argument: 'input.project' } },
      createUser: { needs: 'platform.user.create', place: 'platform' },
      deleteRuns: { needs: 'tracking.run.delete', place: { argument: 'input.project' } },
    },
  },
  types: {
    Me: 'reached',
    Platform: { '*': 'platform.service.read', users: 'platform.user.read' },
    Project: { '*': 'identity.project.read', members: 'identity.member.read', experiments: 'tracking.experiment.read', run: 'tracking.run.read', things: 'tracking.run.read' },
    Member: 'identity.member.read',
    User: 'reached',
    Experiment: { '*': 'tracking.experiment.read', runs: 'tracking.run.read' },
    // `secret` asks for what an owner holds only, so that a test can see an exception at work behind every path
    Run: { '*': 'tracking.run.read', artifacts: 'tracking.artifact.read', secret: 'identity.member.update' },
    Artifact: 'tracking.artifact.read',
    PageInfo: 'reached',
  },
}

export interface FixtureContext {
  readonly actor: Actor
  /** One per operation and subgraph. */
  readonly serial: number
}
type Fixture = Pick<Subsystem, 'name' | 'schema' | 'context'>

export interface FixtureGraph {
  readonly identity: Fixture
  readonly tracking: Fixture
  readonly supergraphSdl: string
  /** Names of resolvers that ran, in order. */
  readonly ran: string[]
  /** How many contexts each subgraph made. */
  readonly contexts: Map<string, number>
}

const page = (nodes: readonly object[]) => ({ nodes, pageInfo: { endCursor: null, hasNextPage: false } })

export function fixtureGraph(faults: { tracking?: () => void } = {}): FixtureGraph {
  const ran: string[] = []
  const contexts = new Map<string, number>()
  const projectOf = (context: FixtureContext, nameOrId: string) => {
    const found = findProject(context.actor, nameOrId)
    return found ? { ...found, title: found.name } : null
  }
  const run = (projectId: string, id: string) => ({
    __typename: 'Run',
    id,
    projectId,
    experiment: { id: 'e1', projectId, name: 'e1' },
    artifacts: [{ path: 'model' }],
    owner: { id: 'u1' },
    secret: 's',
  })
  const experiment = (projectId: string) => ({ __typename: 'Experiment', id: 'e1', projectId, name: 'e1', runs: page([run(projectId, 'r1'), run(projectId, 'r2')]) })
  const noting = <T>(name: string, value: T): T => {
    ran.push(name)
    return value
  }
  const reference = { __resolveReference: (ref: { id: string }, context: FixtureContext) => projectOf(context, ref.id) }

  const identity = buildSubgraphSchema([
    {
      typeDefs: parse(identitySdl),
      resolvers: {
        Query: {
          me: (_: unknown, __: unknown, context: FixtureContext) => (context.actor.kind === 'anonymous' ? null : { username: context.actor.snapshot.name }),
          project: (_: unknown, { name }: { name: string }, context: FixtureContext) => noting('project', projectOf(context, name)),
          projects: (_: unknown, __: unknown, context: FixtureContext) => noting('projects', page(context.actor.snapshot.projects.map((p) => ({ ...p, title: p.name })))),
          platform: () => noting('platform', { version: '1', users: page([]) }),
        },
        Mutation: {
          createProject: (_: unknown, { input }: { input: { project: string } }) => noting('createProject', { project: { id: 'new', name: input.project, title: input.project } }),
          updateProject: (_: unknown, { input }: { input: { project: string } }, context: FixtureContext) => noting('updateProject', { project: projectOf(context, input.project) }),
          createUser: (_: unknown, { input }: { input: { username: string } }) => noting('createUser', { user: { id: 'u9', username: input.username } }),
        },
        Project: { ...reference, members: () => page([{ user: { id: 'u1', username: 'ann' }, role: 'OWNER' }]) },
        User: { __resolveReference: ({ id }: { id: string }) => ({ id, username: `name of ${id}` }) },
      },
    },
  ])
  const guarded = <T>(name: string, value: T): T => {
    faults.tracking?.()
    return noting(name, value)
  }
  const tracking = buildSubgraphSchema([
    {
      typeDefs: parse(trackingSdl),
      resolvers: {
        Mutation: { deleteRuns: (_: unknown, { input }: { input: { project: string; ids: string[] } }) => guarded('deleteRuns', { runs: input.ids.map((id) => run(input.project, id)) }) },
        Project: {
          __resolveReference: (ref: { id: string }, context: FixtureContext) => projectOf(context, ref.id),
          experiments: ({ id }: { id: string }) => guarded('experiments', page([experiment(id)])),
          run: ({ id }: { id: string }, args: { id: string }) => guarded('run', run(id, args.id)),
          things: ({ id }: { id: string }) => guarded('things', page([experiment(id), run(id, 'r1')])),
        },
        Thing: { __resolveType: (thing: { __typename: string }) => thing.__typename },
      },
    },
  ])
  const fixture = (name: 'identity' | 'tracking', schema: GraphQLSchema): Fixture => ({
    name,
    schema,
    context(actor) {
      contexts.set(name, (contexts.get(name) ?? 0) + 1)
      const made: FixtureContext = { actor, serial: contexts.get(name) ?? 0 }
      return made
    },
  })
  return { identity: fixture('identity', identity), tracking: fixture('tracking', tracking), supergraphSdl: composeFixture([identitySdl, trackingSdl]), ran, contexts }
}

/** Composes subgraphs of a test; throws with every reason when they do not fit. */
export function composeFixture([identity, tracking]: readonly [string, string]): string {
  const composed = composeServices([
    { name: 'identity', url: 'local', typeDefs: parse(identity) },
    { name: 'tracking', url: 'local', typeDefs: parse(tracking) },
  ])
  if (!composed.supergraphSdl) throw new Error(composed.errors?.map((e) => e.message).join('\n'))
  return composed.supergraphSdl
}
/** The fixture's SDL with a change, for the lint's tests. */
export const alteredFixture = (change: (identity: string, tracking: string) => readonly [string, string]): string => composeFixture(change(identitySdl, trackingSdl))
