import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testActor, testProject, testScope } from '#shared/testing/actors.ts'
import type { Actor } from '#shared/actor.ts'
import { createOperationRunner, type SubgraphResponse } from '#shared/graphql/execute.ts'
import { type RegistryContext, registryContext } from '#registry/graphql/context.ts'
import type { Versions } from '#registry/domain/versions.ts'
import { newTestRegistry, sourceKey, type TestRegistry } from '#registry/testing/registry.ts'

const project = testProject('p1')
const other = testProject('p2')
const runId = '0123456789abcdef0123456789abcdef'
const source = `runs:/${runId}/model`
const olga = testScope(project, 'owner', 'olga').actor
const carl = testScope(project, 'contributor', 'carl').actor
const oscar = testActor('oscar', [[other, 'owner']])

let test: TestRegistry
let run: (query: string, variables?: Record<string, unknown>, actor?: Actor) => Promise<SubgraphResponse>
const contextOf = (actor: Actor): RegistryContext => test.registry.context(actor) as RegistryContext // what createRegistry's context makes
/** What the gateway sends for entities. */
const entities = (selection: string, representations: readonly object[], actor: Actor = olga) =>
  run(`query ($r: [_Any!]!) { _entities(representations: $r) { ${selection} } }`, { r: representations }, actor)
const projectOf = (selection: string, actor: Actor = olga, id = project.id) => entities(`... on Project { ${selection} }`, [{ __typename: 'Project', id }], actor)

beforeAll(async () => {
  test = await newTestRegistry([project, other])
  test.tracking.sources.set(sourceKey(project.id, source), { artifactUri: 'mlflow-artifacts:/1', runId, modelId: null })
  const runner = createOperationRunner(test.registry.schema, (error) => {
    throw error
  })
  run = (query, variables, actor = olga) => runner({ query, variables }, contextOf(actor))
})
afterAll(() => test.stop())

describe('mutations', () => {
  it('register, describe, promote, alias, tag and delete', async () => {
    const input = { project: 'p1', model: 'churn' }
    const mutate = async (name: string, selection: string, more: object) => {
      const result = await run(`mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${selection} } }`, { input: more })
      expect(result.errors).toBeUndefined()
      return result.data?.[name]
    }
    expect(
      await mutate('createRegisteredModel', 'registeredModel { name description owner { id } tags { key value } }', {
        project: 'p1',
        name: 'churn',
        description: 'd',
        tags: [{ key: 'team', value: 'risk' }],
      }),
    ).toEqual({
      registeredModel: { name: 'churn', description: 'd', owner: { id: olga.subjectId }, tags: [{ key: 'team', value: 'risk' }] },
    })
    expect(await mutate('updateRegisteredModel', 'registeredModel { description }', { project: 'p1', name: 'churn', description: null })).toEqual({ registeredModel: { description: null } })
    expect(
      await mutate('createModelVersion', 'modelVersion { version status stage source createdBy { id } run { id projectId } tags { key value } }', {
        ...input,
        source,
        runId,
        tags: [{ key: 'a', value: 'b' }],
      }),
    ).toEqual({
      modelVersion: { version: 1, status: 'READY', stage: 'None', source, createdBy: { id: olga.subjectId }, run: { id: runId, projectId: project.id }, tags: [{ key: 'a', value: 'b' }] },
    })
    expect(await mutate('updateModelVersion', 'modelVersion { description }', { ...input, version: 1, description: 'first' })).toEqual({ modelVersion: { description: 'first' } })
    expect(await mutate('setModelVersionStage', 'modelVersion { stage }', { ...input, version: 1, stage: 'production', archiveExisting: true })).toEqual({ modelVersion: { stage: 'Production' } })
    expect(await mutate('setModelAlias', 'modelVersion { aliases }', { ...input, version: 1, alias: 'champion' })).toEqual({ modelVersion: { aliases: ['champion'] } })
    expect(await mutate('setModelTag', 'registeredModel { tags { key } }', { ...input, key: 'k', value: 'v' })).toEqual({ registeredModel: { tags: [{ key: 'k' }, { key: 'team' }] } })
    expect(await mutate('deleteModelTag', 'registeredModel { tags { key } }', { ...input, key: 'k' })).toEqual({ registeredModel: { tags: [{ key: 'team' }] } })
    expect(await mutate('setModelVersionTag', 'modelVersion { tags { key } }', { ...input, version: 1, key: 'z', value: 'v' })).toEqual({ modelVersion: { tags: [{ key: 'a' }, { key: 'z' }] } })
    expect(await mutate('deleteModelVersionTag', 'modelVersion { tags { key } }', { ...input, version: 1, key: 'z' })).toEqual({ modelVersion: { tags: [{ key: 'a' }] } })
    expect(await mutate('renameRegisteredModel', 'registeredModel { name aliases { alias version } }', { project: 'p1', name: 'churn', newName: 'churn2' })).toEqual({
      registeredModel: { name: 'churn2', aliases: [{ alias: 'champion', version: 1 }] },
    })
    expect(await mutate('deleteModelAlias', 'ok', { project: 'p1', model: 'churn2', alias: 'champion' })).toEqual({ ok: true })
    expect(await mutate('deleteModelVersion', 'ok', { project: 'p1', model: 'churn2', version: 1 })).toEqual({ ok: true })
    expect(await mutate('deleteRegisteredModel', 'ok', { project: 'p1', name: 'churn2' })).toEqual({ ok: true })
  })

  it('refuse with a code what a role does not hold, and hide other projects', async () => {
    const create = 'mutation ($p: String!) { createRegisteredModel(input: { project: $p, name: "refused" }) { registeredModel { id } } }'
    expect((await run(create, { p: 'p2' })).errors?.[0]).toMatchObject({ message: "Project 'p2' not found", extensions: { code: 'NOT_FOUND' } })
    await run(create, { p: 'p1' })
    await contextOf(olga).registration.register({ actor: olga, project }, { name: 'refused', source, runId })
    const promote = 'mutation { setModelVersionStage(input: { project: "p1", model: "refused", version: 1, stage: "Production" }) { modelVersion { id } } }'
    expect((await run(promote, {}, carl)).errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } })
    expect((await run(create, { p: 'p1' })).errors?.[0]).toMatchObject({ message: 'Registered Model (name=refused) already exists.', extensions: { code: 'ALREADY_EXISTS' } })
  })
})

describe('reading', () => {
  beforeAll(async () => {
    const { models, registration, versions } = contextOf(olga)
    const scope = { actor: olga, project }
    for (const name of ['r-a', 'r-b', 'r-c']) {
      await models.create(scope, { name })
      for (let i = 0; i < 3; i++) await registration.register(scope, { name, source, runId })
    }
    await versions.setStage(scope, 'r-a', 1, 'Production', false)
    await versions.setAlias(scope, 'r-a', 'champion', 2)
  })

  it('goes from a project to its models, their versions and back from the run', async () => {
    const result = await projectOf(
      `registeredModels(first: 2, filter: "name LIKE 'r-%'") { nodes { name aliases { alias version } latestVersions { version stage } versions(first: 2) { nodes { version modelName aliases } pageInfo { hasNextPage endCursor } } } pageInfo { hasNextPage endCursor } }
       registeredModel(name: "r-a") { version(version: 1) { stage run { id } } missing: version(version: 99) { id } } none: registeredModel(name: "nope") { id }`,
    )
    expect(result.errors).toBeUndefined()
    expect(result.data?.['_entities']).toEqual([
      {
        registeredModels: {
          nodes: [
            {
              name: 'r-a',
              aliases: [{ alias: 'champion', version: 2 }],
              latestVersions: [
                { version: 1, stage: 'Production' },
                { version: 3, stage: 'None' },
              ],
              versions: {
                nodes: [
                  { version: 3, modelName: 'r-a', aliases: [] },
                  { version: 2, modelName: 'r-a', aliases: ['champion'] },
                ],
                pageInfo: { hasNextPage: true, endCursor: expect.any(String) },
              },
            },
            {
              name: 'r-b',
              aliases: [],
              latestVersions: [{ version: 3, stage: 'None' }],
              versions: {
                nodes: [
                  { version: 3, modelName: 'r-b', aliases: [] },
                  { version: 2, modelName: 'r-b', aliases: [] },
                ],
                pageInfo: { hasNextPage: true, endCursor: expect.any(String) },
              },
            },
          ],
          pageInfo: { hasNextPage: true, endCursor: expect.any(String) },
        },
        registeredModel: { version: { stage: 'Production', run: { id: runId } }, missing: null },
        none: null,
      },
    ])
    const back = await entities('... on Run { modelVersions(first: 100) { nodes { modelName version } } }', [{ __typename: 'Run', projectId: project.id, id: runId }])
    expect(JSON.stringify(back.data)).toContain('{"modelName":"r-c","version":3}')
  })

  it('answers references only for a right pair of project and id, and only to who may see it', async () => {
    const model = await contextOf(olga).models.resolve({ actor: olga, project }, 'r-a')
    const version = await contextOf(olga).versions.get({ actor: olga, project }, 'r-a', 1)
    const pairs = [
      { __typename: 'RegisteredModel', projectId: project.id, id: model.id },
      { __typename: 'ModelVersion', projectId: project.id, id: version.id, modelName: 'forged', stage: 'forged' },
      { __typename: 'RegisteredModel', projectId: other.id, id: model.id },
      { __typename: 'ModelVersion', projectId: other.id, id: version.id },
      { __typename: 'RegisteredModel', projectId: project.name, id: model.id },
      { __typename: 'RegisteredModel', projectId: project.id, id: 'no uuid' },
      { __typename: 'Run', projectId: other.id, id: runId },
      { __typename: 'Project', id: other.id },
      { __typename: 'Project', id: project.name },
    ]
    const selection = '... on RegisteredModel { name } ... on ModelVersion { modelName stage } ... on Run { modelVersions { nodes { id } } } ... on Project { registeredModels { nodes { name } } }'
    expect((await entities(selection, pairs)).data?.['_entities']).toEqual([{ name: 'r-a' }, { modelName: 'r-a', stage: 'Production' }, null, null, null, null, null, null, null])
    expect((await entities(selection, pairs, oscar)).data?.['_entities']).toEqual([null, null, null, null, null, null, { modelVersions: { nodes: [] } }, { registeredModels: { nodes: [] } }, null])
    expect((await projectOf('registeredModels { nodes { id } }', oscar)).data?.['_entities']).toEqual([null])
  })

  it('asks once for the lists below many models', async () => {
    const context = contextOf(olga)
    const calls: string[] = []
    const counted = <K extends 'latestOf' | 'ofModels'>(name: K): Pick<Versions, K> => {
      const original = context.versions[name] as (...args: unknown[]) => unknown // only passed through
      const watching = (...args: unknown[]): unknown => {
        calls.push(name)
        return original(...args)
      }
      return { [name]: watching } as Pick<Versions, K> // one computed key
    }
    const watched = registryContext({ ...context, versions: { ...context.versions, ...counted('latestOf'), ...counted('ofModels') } }, olga)
    const runner = createOperationRunner(test.registry.schema, () => undefined)
    await runner(
      {
        query: `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Project { registeredModels { nodes { latestVersions { id } versions(first: 1) { nodes { id } } } } } } }`,
        variables: { r: [{ __typename: 'Project', id: project.id }] },
      },
      watched,
    )
    expect(calls.sort()).toEqual(['latestOf', 'ofModels'])
  })
})
