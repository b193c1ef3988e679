/** MLflow's own small queries at /graphql, through the door of both topologies: each is made as a REST call of its sender. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Person } from '../examples/demo/person.ts'
import { makePeople, type Cast } from './harness/people.ts'
import { startPlatform, topologies, type Platform } from './harness/platform.ts'

const send = async (person: Person, path: string, body: object) => {
  const answer = await person.rest('POST', path, body)
  return { status: answer.status, body: (await answer.json()) as Record<string, never> } // these paths answer JSON objects
}

describe.each(topologies)('MLflow’s queries on the %s platform', (topology) => {
  let platform: Platform
  let people: Cast
  let experiment: string
  let run: string
  const api = '/p/p1/api/2.0/mlflow'

  beforeAll(async () => {
    platform = await startPlatform(topology)
    people = await makePeople(platform.admin)
    experiment = String((await send(people.bob, `${api}/experiments/create`, { name: 'queried' })).body['experiment_id'])
    run = (await send(people.bob, `${api}/runs/create`, { experiment_id: experiment, run_name: 'r' })).body['run']!['info']!['run_id']!
    await send(people.bob, `${api}/runs/log-metric`, { run_id: run, key: 'acc', value: 0.5, timestamp: 1, step: 2 })
    await send(people.bob, `${api}/registered-models/create`, { name: 'm' })
    await send(people.bob, `${api}/model-versions/create`, { name: 'm', source: `runs:/${run}/model`, run_id: run })
  })
  afterAll(() => platform?.stop())

  const getRun = (id: string) => ({
    query: 'query R($id: String) { mlflowGetRun(input: {runId: $id}) { run { info { runName } data { metrics { key value step } } experiment { name } modelVersions { name version } } } }',
    variables: { id },
  })

  it('cross from tracking to the registry, in the project of the path', async () => {
    expect(await send(people.vera, '/p/p1/graphql', getRun(run))).toEqual({
      status: 200,
      body: {
        data: {
          mlflowGetRun: { run: { info: { runName: 'r' }, data: { metrics: [{ key: 'acc', value: 0.5, step: '2' }] }, experiment: { name: 'queried' }, modelVersions: [{ name: 'm', version: '1' }] } },
        },
        errors: null,
      },
    })
  })
  it('search', async () => {
    const query = `mutation { mlflowSearchRuns(input: {experimentIds: ["${experiment}"], filter: "metrics.acc > 0.1", runViewType: ACTIVE_ONLY}) { runs { info { runId } } nextPageToken } mlflowSearchDatasets(input: {experimentIds: ["${experiment}"]}) { datasetSummaries { name } } }`
    expect((await send(people.vera, '/p/p1/graphql', { query })).body).toEqual({
      data: { mlflowSearchRuns: { runs: [{ info: { runId: run } }], nextPageToken: null }, mlflowSearchDatasets: { datasetSummaries: [] } },
      errors: null,
    })
  })
  it('hide what their sender may not see', async () => {
    const missing = 'f'.repeat(32)
    const [hidden, absent, elsewhere] = await Promise.all([
      send(people.mallory, '/p/p1/graphql', getRun(run)),
      send(people.mallory, '/p/pX/graphql', getRun(missing)),
      send(people.alice, '/p/p2/graphql', getRun(run)),
    ])
    expect(hidden.body['data']).toEqual({ mlflowGetRun: null })
    expect(JSON.stringify(hidden).replaceAll('p1', '<p>')).toBe(JSON.stringify(absent).replaceAll('pX', '<p>'))
    expect(elsewhere.body).toEqual({ data: { mlflowGetRun: null }, errors: [`Run with id=${run} not found`] })
    expect((await send(people.anonymous, '/p/p1/graphql', getRun(run))).status).toBe(401)
  })
  it('leave the platform’s own graph what is not theirs', async () => {
    const { status, body } = await send(people.vera, '/graphql', { query: '{ mlflowGetRun { run { info { runId } } } me { username } }' })
    expect([status, Object.keys(body)]).toEqual([400, ['errors']])
  })
})
