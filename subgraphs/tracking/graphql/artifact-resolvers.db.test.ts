import { graphql, printSchema, type GraphQLSchema } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProjectRef } from '#shared/actor.ts'
import { buildSubgraph } from '#shared/graphql/build-subgraph.ts'
import { Long, MetricSeries, MetricValue, Timestamp } from '#shared/graphql/scalars.ts'
import type { Role } from '#shared/policy.ts'
import { artifactContext } from '#tracking/graphql/artifact-context.ts'
import { artifactReferences, artifactResolvers } from '#tracking/graphql/artifact-resolvers.ts'
import { Project, User } from '#tracking/graphql/foreign-types.ts'
import { Run } from '#tracking/graphql/run.ts'
import { startArtifactBench, type ArtifactBench, type TestRun } from '#tracking/rest/artifacts-testing.ts'

let bench: ArtifactBench
let schema: GraphQLSchema
let run: TestRun
let modelId: string
beforeAll(async () => {
  bench = await startArtifactBench()
  schema = await buildSubgraph({
    resolvers: artifactResolvers,
    orphanedTypes: [Project, User, Run],
    scalars: [Long, MetricSeries, MetricValue, Timestamp],
    // The core's own references, as far as these fields need them.
    references: { ...artifactReferences, Project: ({ id }) => ({ id }), Run: ({ projectId, id }) => ({ projectId, id, experimentId: '0' }) },
  })
  const scope = bench.scope(bench.other, 'contributor')
  const experiment = bench.newExperiment(bench.other)
  run = bench.newRun(bench.other)
  modelId = (await bench.half.services.loggedModels.create(scope, { experimentId: experiment.id, name: 'm', sourceRunId: run.id, tags: [{ key: 't', value: 'v' }] })).id
  const point = { key: 'acc', step: 1, timestamp: 5, value: Number.NaN, modelId }
  await bench.half.services.loggedModels.recordMetrics(scope, run.id, [point, { ...point, step: 2, value: 0.5 }, { ...point, timestamp: 6, datasetName: 'd', datasetDigest: 'g' }])
  for (const path of [`0/${run.id}/artifacts/a/x.txt`, `0/${run.id}/artifacts/b`, `${experiment.id}/models/${modelId}/artifacts/MLmodel`])
    await bench.send('contributor', bench.other, 'PUT', `/api/2.0/mlflow-artifacts/artifacts/${path}`, { body: 'hello' })
})
afterAll(() => bench.stop())

const ask = async (who: Role, project: ProjectRef, representation: object, selection: string) => {
  const source = `query ($r: [_Any!]!) { _entities(representations: $r) { ${selection} } }`
  const contextValue = artifactContext(bench.scope(project, who).actor, bench.half.services)
  return graphql({ schema, source, contextValue, variableValues: { r: [representation] } })
}
const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'

describe('the graph', () => {
  it('lists the files of a run by folder, with sizes and hashes', async () => {
    const { data } = await ask(
      'viewer',
      bench.other,
      { __typename: 'Run', projectId: bench.other.id, id: run.id },
      '... on Run { artifacts { path isDir size sha256 } below: artifacts(path: "a") { path isDir size sha256 } }',
    )
    expect(data).toEqual({
      _entities: [
        {
          artifacts: [
            { path: 'a', isDir: true, size: null, sha256: null },
            { path: 'b', isDir: false, size: 5, sha256 },
          ],
          below: [{ path: 'a/x.txt', isDir: false, size: 5, sha256 }],
        },
      ],
    })
  })

  it('refuses paths that climb out', async () => {
    const { errors } = await ask('viewer', bench.other, { __typename: 'Run', projectId: bench.other.id, id: run.id }, '... on Run { artifacts(path: "../x") { path } }')
    expect(errors?.[0]?.message).toBe('Invalid path')
  })

  it('reaches logged models from their project and their run, with the latest metrics of each dataset', async () => {
    const fields = '{ id name status modelType sourceRunId tags { key value } metrics { key value step datasetName } artifacts { path size } }'
    const expected = {
      id: modelId,
      name: 'm',
      status: 'PENDING',
      modelType: null,
      sourceRunId: run.id,
      tags: [{ key: 't', value: 'v' }],
      metrics: [
        { key: 'acc', value: 0.5, step: 2, datasetName: null },
        { key: 'acc', value: 'NaN', step: 1, datasetName: 'd' },
      ],
      artifacts: [{ path: 'MLmodel', size: 5 }],
    }
    const ofProject = await ask('viewer', bench.other, { __typename: 'Project', id: bench.other.id }, `... on Project { loggedModel(id: "${modelId}") ${fields} none: loggedModel(id: "m-1") { id } }`)
    expect(ofProject).toEqual({ data: { _entities: [{ loggedModel: expected, none: null }] } })
    const ofRun = await ask('viewer', bench.other, { __typename: 'Run', projectId: bench.other.id, id: run.id }, `... on Run { loggedModels ${fields} }`)
    expect(ofRun).toEqual({ data: { _entities: [{ loggedModels: [expected] }] } })
  })

  it('answers null for a logged model under a wrong or hidden project, whatever else the representation says', async () => {
    const select = '... on LoggedModel { id name artifacts { path } }'
    for (const projectId of [bench.defaultProject.id, 'default', 'x', ''])
      expect((await ask('owner', bench.other, { __typename: 'LoggedModel', projectId, id: modelId, name: 'forged', experimentId: '0' }, select)).data).toEqual({ _entities: [null] })
    const forged = await ask('viewer', bench.other, { __typename: 'LoggedModel', projectId: bench.other.id, id: modelId, name: 'forged' }, select)
    expect(forged.data).toMatchObject({ _entities: [{ name: 'm' }] })
  })

  it('counts bytes in Long', () => {
    expect(printSchema(schema)).toContain('size: Long')
  })
})
