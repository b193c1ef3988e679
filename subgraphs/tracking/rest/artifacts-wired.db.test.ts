/** Both halves of tracking together: files of real runs, and points of runs that are about logged models. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import { graphql } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Access } from '#shared/access.ts'
import { createFileStore } from '#shared/objects/file-store.ts'
import { defaultBuckets } from '#shared/objects/object-store.ts'
import { mountRoutes, takeBodiesRaw } from '#shared/rest/mount.ts'
import type { Subsystem } from '#shared/subsystem.ts'
import { createLog } from '#shared/telemetry/log.ts'
import { testActor, testProject } from '#shared/testing/actors.ts'
import { newTestDatabase, type TestDatabase } from '#shared/testing/database.ts'
import type { TrackingPort } from '#ports'
import { createTracking } from '#tracking/subsystem.ts'

const project = testProject('p1')
const actor = testActor('ada', [[project, 'owner']])
const log = createLog({ service: 'test', level: 'silent' })
let database: TestDatabase
let directory: string
let tracking: Subsystem<TrackingPort>
let app: FastifyInstance
beforeAll(async () => {
  database = await newTestDatabase()
  directory = await mkdtemp(join(tmpdir(), 'sluice-wired-'))
  const access: Access = { actorOf: () => Promise.resolve(actor), clear: () => undefined }
  const ports = (): never => {
    throw new Error('no other subsystem is needed here')
  }
  tracking = await createTracking({ access, log, publicUrl: () => 'http://sluice.test', databaseUrl: database.url, objects: await createFileStore(directory), buckets: defaultBuckets, ports })
  await tracking.migrate()
  app = Fastify()
  takeBodiesRaw(app)
  mountRoutes(app, tracking.routes, { access, log, callerOf: () => Promise.resolve(actor) })
})
afterAll(async () => {
  await app.close()
  await tracking.stop()
  await database.drop()
  await rm(directory, { recursive: true, force: true })
})

const send = async (method: InjectOptions['method'], url: string, body?: object | string) => {
  const answer = await app.inject({
    method,
    url,
    ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json' } }),
  })
  return { status: answer.statusCode, text: answer.body, json: () => answer.json() }
}
const api = '/api/2.0/mlflow'
const newRun = async (): Promise<{ run_id: string; artifact_uri: string }> => (await send('POST', `${api}/runs/create`, { experiment_id: '0' })).json().run.info
/** What the client makes of an artifact_uri (mlflow/store/artifact/mlflow_artifacts_repo.py). */
const proxied = (uri: string, path: string): string => `/api/2.0/mlflow-artifacts/artifacts${uri.slice('mlflow-artifacts:'.length)}/${path}`

describe('files of a run', () => {
  it('lie where its artifact_uri says', async () => {
    const run = await newRun()
    expect((await send('GET', `${api}/artifacts/list?run_id=${run.run_id}`)).json()).toEqual({ root_uri: run.artifact_uri })
    expect((await send('PUT', proxied(run.artifact_uri, 'a/f.txt'), 'hello')).status).toBe(200)
    expect((await send('GET', proxied(run.artifact_uri, 'a/f.txt'))).text).toBe('hello')
    expect((await send('GET', `${api}/artifacts/list?run_id=${run.run_id}&path=a`)).json()).toEqual({ root_uri: run.artifact_uri, files: [{ path: 'a/f.txt', is_dir: false, file_size: 5 }] })
    expect((await send('GET', `/get-artifact?run_id=${run.run_id}&path=a/f.txt`)).text).toBe('hello')
    expect(await tracking.ports.modelSource(project, `runs:/${run.run_id}/a`, run.run_id)).toMatchObject({ artifactUri: `${run.artifact_uri}/a`, runId: run.run_id })
  })

  it('stay readable in the trash, and take no more', async () => {
    const run = await newRun()
    await send('PUT', proxied(run.artifact_uri, 'f'), 'x')
    await send('POST', `${api}/runs/delete`, { run_id: run.run_id })
    expect((await send('PUT', proxied(run.artifact_uri, 'g'), 'x')).status).toBe(400)
    expect((await send('GET', proxied(run.artifact_uri, 'f'))).text).toBe('x')
  })
})

describe('metrics that name a logged model', () => {
  it('are found with the run and with the model', async () => {
    const run = await newRun()
    const { model_id: id } = (await send('POST', `${api}/logged-models`, { experiment_id: '0', name: 'm', source_run_id: run.run_id })).json().model.info
    const point = { key: 'acc', value: 0.9, timestamp: 1, step: 2 }
    expect(
      (
        await send('POST', `${api}/runs/log-batch`, {
          run_id: run.run_id,
          metrics: [
            { ...point, model_id: id, dataset_name: 'd', dataset_digest: 'g' },
            { ...point, key: 'loss' },
          ],
        })
      ).json(),
    ).toEqual({})
    expect((await send('POST', `${api}/runs/log-metric`, { run_id: run.run_id, ...point, step: 3, model_id: id })).json()).toEqual({})
    const { metrics } = (await send('GET', `${api}/logged-models/${id}`)).json().model.data
    expect(metrics).toEqual([
      { ...point, run_id: run.run_id, model_id: id, dataset_name: 'd', dataset_digest: 'g' },
      { ...point, step: 3, run_id: run.run_id, model_id: id },
    ])
    expect((await send('POST', `${api}/logged-models/search`, { experiment_ids: ['0'], filter: 'metrics.acc > 0.8' })).json().models).toHaveLength(1)
  })
})

describe('the graph', () => {
  it('goes from a project through a run to its files and models', async () => {
    const run = await newRun()
    await send('PUT', proxied(run.artifact_uri, 'f'), 'x')
    const { model_id: id } = (await send('POST', `${api}/logged-models`, { experiment_id: '0', name: 'm2', source_run_id: run.run_id })).json().model.info
    const source = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Project { run(id: "${run.run_id}") { artifacts { path size } loggedModels { id name } } loggedModel(id: "${id}") { name artifactUri } } } }`
    const answer = await graphql({ schema: tracking.schema, source, contextValue: tracking.context(actor), variableValues: { r: [{ __typename: 'Project', id: project.id }] } })
    expect(answer).toEqual({
      data: {
        _entities: [
          { run: { artifacts: [{ path: 'f', size: 1 }], loggedModels: [{ id, name: 'm2' }] }, loggedModel: { name: 'm2', artifactUri: `mlflow-artifacts:/workspaces/p1/0/models/${id}/artifacts` } },
        ],
      },
    })
  })
})
