/** The graph of experiments and runs, over the real store. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '#shared/ids.ts'
import type { Actor } from '#shared/actor.ts'
import { createOperationRunner, type RunOperation } from '#shared/graphql/execute.ts'
import { testActor, testProject } from '#shared/testing/actors.ts'
import { createLoaders } from '#tracking/graphql/context.ts'
import { createTrackingSchema } from '#tracking/schema.ts'
import { startTestTracking, testPublicUrl, type TestTracking } from '#tracking/store/testing.ts'

const [here, elsewhere] = [testProject('here'), testProject('elsewhere')]
const ada = testActor('ada', [[here, 'owner']])
const viewer = testActor('vic', [[here, 'viewer']])
const stranger = testActor('sam', [[elsewhere, 'owner']])
const versionId = newId()

let t: TestTracking
let operation: RunOperation
beforeAll(async () => {
  t = await startTestTracking((projectId, name, version) => Promise.resolve(projectId === here.id && name === 'iris' && version === 2 ? versionId : null))
  operation = createOperationRunner(await createTrackingSchema(), () => undefined)
})
afterAll(() => t.close())

const ask = async (actor: Actor, query: string, variables: Record<string, unknown> = {}) => operation({ query, variables }, { actor, ...t, loaders: createLoaders(actor, t) })
/** The fields of Project, as the gateway asks for them. */
const inProject = async (actor: Actor, fields: string, projectId = here.id): Promise<unknown> => {
  const { data, errors } = await ask(actor, `query($r: [_Any!]!) { _entities(representations: $r) { ... on Project { ${fields} } } }`, { r: [{ __typename: 'Project', id: projectId }] })
  if (errors) throw new Error(JSON.stringify(errors))
  return (data?.['_entities'] as unknown[] | undefined)?.[0] // _entities is a list
}
const made = async (actor: Actor, mutation: string): Promise<unknown> => {
  const { data, errors } = await ask(actor, `mutation { ${mutation} }`)
  if (errors) throw new Error(errors.map((e) => `${String(e.extensions?.['code'])}: ${e.message}`).join())
  return Object.values(data ?? {})[0]
}

describe('the graph', () => {
  let experimentId: string
  let runId: string
  it('opens an experiment and shows it with its runs, columns and histories', async () => {
    const { experiment } = (await made(
      ada,
      `createExperiment(input: { project: "here", name: "e", tags: [{ key: "k", value: "v" }] }) { experiment { id projectId artifactLocation tags { key value } runCount } }`,
    )) as { experiment: { id: string } } // the shape asked for
    experimentId = experiment.id
    expect(experiment).toEqual({
      id: expect.stringMatching(/^\d{18}$/),
      projectId: here.id,
      artifactLocation: `mlflow-artifacts:/workspaces/here/${experimentId}`,
      tags: [{ key: 'k', value: 'v' }],
      runCount: 0,
    })
    const scope = { actor: ada, project: here }
    runId = (await t.runs.create(scope, { experimentId, name: 'first', startTime: 1_700_000_000_000 })).id
    await t.runs.logBatch(scope, runId, {
      metrics: Array.from({ length: 100 }, (_, i) => ({ key: 'acc', value: i === 50 ? Number.NaN : i / 100, step: i === 99 ? 2n ** 60n : i, timestamp: 1_700_000_000_000 + i })),
      params: [{ key: 'lr', value: '0.1' }],
    })
    const shown = await inProject(
      ada,
      `experiments { nodes { name runCount columns { metrics params tags } runs(filter: "metrics.acc > 0.9 AND params.lr = '0.1'", orderBy: ["metrics.acc DESC"]) {
        nodes { id name status endTime owner { id } experiment { name } params { key value } metrics { key value step timestamp min max count } none: metrics(keys: ["x"]) { key } history(keys: ["acc", "zz"], maxPoints: 10) { key points series } } pageInfo { hasNextPage endCursor } } } }`,
    )
    expect(shown).toMatchObject({
      experiments: {
        nodes: [
          {
            name: 'e',
            runCount: 1,
            columns: { metrics: ['acc'], params: ['lr'], tags: ['mlflow.runName'] },
            runs: {
              nodes: [
                {
                  id: runId,
                  name: 'first',
                  status: 'RUNNING',
                  endTime: null,
                  owner: { id: ada.principalId },
                  experiment: { name: 'e' },
                  metrics: [{ key: 'acc', value: 0.99, step: '1152921504606846976', timestamp: 1_700_000_000_099, min: 0, max: 0.99, count: 100 }],
                  none: [],
                  history: [{ key: 'acc', points: 100, series: { steps: expect.arrayContaining([0, '1152921504606846976']), values: expect.arrayContaining([0, 0.99]) } }],
                },
              ],
              pageInfo: { hasNextPage: false, endCursor: null },
            },
          },
          { name: 'Default', runCount: 0 },
        ],
      },
    })
  })

  it('pages with cursors', async () => {
    const scope = { actor: ada, project: here }
    for (let i = 0; i < 5; i++) await t.runs.create(scope, { experimentId, name: `page-${i}`, startTime: i })
    const names: string[] = []
    for (let after: string | null = null; ; ) {
      const page = (await inProject(
        ada,
        `experiment(id: "${experimentId}") { runs(first: 2${after ? `, after: "${after}"` : ''}, orderBy: ["attributes.run_name ASC"]) { nodes { name } pageInfo { hasNextPage endCursor } } }`,
      )) as { experiment: { runs: { nodes: { name: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } } // the shape asked for
      names.push(...page.experiment.runs.nodes.map((n) => n.name))
      if (!page.experiment.runs.pageInfo.hasNextPage) break
      after = page.experiment.runs.pageInfo.endCursor
    }
    expect(names).toEqual(['first', 'page-0', 'page-1', 'page-2', 'page-3', 'page-4'])
  })

  it('reads the histories of a whole page in one call', async () => {
    const scope = { actor: ada, project: here }
    const { id } = await t.experiments.create(scope, { name: 'charts' })
    for (let i = 0; i < 5; i++) await t.runs.logBatch(scope, (await t.runs.create(scope, { experimentId: id, startTime: i })).id, { metrics: [{ key: 'm', value: i, step: 0, timestamp: 0 }] })
    let calls = 0
    const charts: typeof t.metrics.charts = (...args) => {
      calls++
      return t.metrics.charts(...args)
    }
    const counted = { ...t, metrics: { ...t.metrics, charts } }
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Experiment { runs { nodes { history(keys: ["m"]) { series } } } } } }`
    const variables = { r: [{ __typename: 'Experiment', projectId: here.id, id }] }
    const { data } = await operation({ query, variables }, { actor: ada, ...counted, loaders: createLoaders(ada, counted) })
    const nodes = [4, 3, 2, 1, 0].map((value) => ({ history: [{ series: { steps: [0], timestamps: [0], values: [value] } }] }))
    expect(data).toEqual({ _entities: [{ runs: { nodes } }] })
    expect(calls).toBe(1)
    await t.experiments.delete(scope, id)
  })

  it('finds one thing by id or name, and null where there is none', async () => {
    expect(
      await inProject(
        ada,
        `a: experiment(name: "e") { id } b: experiment(name: "zz") { id } c: experiment(id: "1") { id } d: experiment(id: "x") { id } r: run(id: "${runId}") { name } s: run(id: "zz") { name }`,
      ),
    ).toEqual({ a: { id: experimentId }, b: null, c: null, d: null, r: { name: 'first' }, s: null })
  })

  it('links a dataset input to a version only by its own address', async () => {
    const scope = { actor: ada, project: here }
    const input = (source: string, digest: string) => ({ name: 'iris', digest, sourceType: 'http', source, tags: [{ key: 'mlflow.data.context', value: 'training' }] })
    const address = `${testPublicUrl}/p/here/datasets/iris/versions/2`
    await t.runInputs.logInputs(scope, runId, {
      datasets: [
        input(address, 'same'),
        input('s3://b/iris', 'same'),
        input(`${testPublicUrl}/p/elsewhere/datasets/iris/versions/2`, 'other'),
        input(`${testPublicUrl}/p/here/datasets/iris/versions/9`, 'missing'),
      ],
    })
    await t.runInputs.logInputs(scope, runId, { datasets: [input(address, 'same')] })
    const { run } = (await inProject(ada, `run(id: "${runId}") { inputs { source context datasetVersion { id projectId } } }`)) as { run: { inputs: { source: string; datasetVersion: unknown }[] } } // the shape asked for
    expect(run.inputs).toHaveLength(4)
    expect(run.inputs.filter((i) => i.datasetVersion !== null)).toEqual([{ source: address, context: 'training', datasetVersion: { id: versionId, projectId: here.id } }])
    const asked = await ask(ada, `query($r: [_Any!]!) { _entities(representations: $r) { ... on DatasetVersion { runs { nodes { id } } } } }`, {
      r: [{ __typename: 'DatasetVersion', projectId: here.id, id: versionId }],
    })
    expect(asked.data).toEqual({ _entities: [{ runs: { nodes: [{ id: runId }] } }] })
  })

  it('resolves references of the right pair only', async () => {
    const representations = [
      { __typename: 'Run', projectId: here.id, id: runId },
      { __typename: 'Run', projectId: elsewhere.id, id: runId },
      { __typename: 'Run', projectId: here.id, id: 'f'.repeat(32) },
      { __typename: 'Experiment', projectId: here.id, id: experimentId },
      { __typename: 'Experiment', projectId: elsewhere.id, id: experimentId },
    ]
    const query = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Run { id } ... on Experiment { id } } }'
    expect((await ask(ada, query, { r: representations })).data).toEqual({ _entities: [{ id: runId }, null, null, { id: experimentId }, null] })
    expect((await ask(stranger, query, { r: representations })).data).toEqual({ _entities: [null, null, null, null, null] })
  })

  it('refuses a project that the actor cannot see, and writes of a viewer', async () => {
    expect(await inProject(stranger, 'experiments { nodes { name } }')).toBeNull()
    await expect(made(stranger, `createExperiment(input: { project: "here", name: "x" }) { experiment { id } }`)).rejects.toThrow("NOT_FOUND: Project 'here' not found")
    await expect(made(viewer, `createExperiment(input: { project: "here", name: "x" }) { experiment { id } }`)).rejects.toThrow('FORBIDDEN')
    await expect(made(viewer, `deleteRuns(input: { project: "here", ids: ["${runId}"] }) { runs { id } }`)).rejects.toThrow('FORBIDDEN')
    expect(await inProject(viewer, `run(id: "${runId}") { name lifecycleStage }`)).toEqual({ run: { name: 'first', lifecycleStage: 'ACTIVE' } })
  })

  it('changes no run for who may not read the answer', async () => {
    const blind: Actor = { ...ada, ceiling: { projects: null, permissions: ['tracking.run.update', 'tracking.run.delete'] } }
    await expect(made(blind, `setRunTag(input: { project: "here", id: "${runId}", key: "unseen", value: "x" }) { __typename }`)).rejects.toThrow('FORBIDDEN')
    await expect(made(blind, `deleteRunTag(input: { project: "here", id: "${runId}", key: "mlflow.runName" }) { __typename }`)).rejects.toThrow('FORBIDDEN')
    await expect(made(blind, `deleteRuns(input: { project: "here", ids: ["${runId}"] }) { __typename }`)).rejects.toThrow('FORBIDDEN')
    expect(await inProject(ada, `run(id: "${runId}") { lifecycleStage tags { key } }`)).toEqual({ run: { lifecycleStage: 'ACTIVE', tags: [{ key: 'mlflow.runName' }] } })
  })

  it('changes experiments and runs', async () => {
    const input = `project: "here", id: "${runId}"`
    expect(await made(ada, `updateRun(input: { ${input}, name: "renamed", status: FINISHED }) { run { name status tags { key value } } }`)).toEqual({
      run: { name: 'renamed', status: 'FINISHED', tags: [{ key: 'mlflow.runName', value: 'renamed' }] },
    })
    expect(await made(ada, `setRunTag(input: { ${input}, key: "a", value: "b" }) { run { tags { key } } }`)).toEqual({ run: { tags: [{ key: 'a' }, { key: 'mlflow.runName' }] } })
    expect(await made(ada, `deleteRunTag(input: { ${input}, key: "a" }) { run { tags { key } } }`)).toEqual({ run: { tags: [{ key: 'mlflow.runName' }] } })
    expect(await made(ada, `deleteRuns(input: { project: "here", ids: ["${runId}"] }) { runs { lifecycleStage } }`)).toEqual({ runs: [{ lifecycleStage: 'DELETED' }] })
    expect(await made(ada, `restoreRuns(input: { project: "here", ids: ["${runId}"] }) { runs { lifecycleStage } }`)).toEqual({ runs: [{ lifecycleStage: 'ACTIVE' }] })
    const experiment = `project: "here", id: "${experimentId}"`
    expect(await made(ada, `renameExperiment(input: { ${experiment}, name: "f" }) { experiment { name } }`)).toEqual({ experiment: { name: 'f' } })
    expect(await made(ada, `setExperimentTag(input: { ${experiment}, key: "x", value: "y" }) { experiment { tags { key } } }`)).toEqual({ experiment: { tags: [{ key: 'k' }, { key: 'x' }] } })
    expect(await made(ada, `deleteExperiment(input: { ${experiment} }) { experiment { lifecycleStage runCount } }`)).toEqual({ experiment: { lifecycleStage: 'DELETED', runCount: 0 } })
    expect(await made(ada, `restoreExperiment(input: { ${experiment} }) { experiment { lifecycleStage runCount } }`)).toEqual({ experiment: { lifecycleStage: 'ACTIVE', runCount: 6 } })
  })

  it('says in words what is wrong with an argument', async () => {
    for (const [fields, message] of [
      ['experiment { id }', "Give either 'id' or 'name'"],
      [`experiment(id: "${experimentId}") { runs(first: 201) { nodes { id } } }`, "'first' must be between 1 and 200"],
      [`experiment(id: "${experimentId}") { runs(filter: "x.y = 'z'") { nodes { id } } }`, "Invalid entity type 'x'"],
    ])
      await expect(inProject(ada, fields ?? '')).rejects.toThrow(message)
  })
})
