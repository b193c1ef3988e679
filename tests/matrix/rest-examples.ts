/**
 * One good request for each REST route: what it takes (things.ts) and what is sent. An ajax twin is sent its original's.
 * Whoever adds a route adds a row; the matrix then asks it as everybody.
 */
import type { Permission } from '#shared/policy.ts'
import { leftOutRoutes } from '#tracking/rest/left-out.routes.ts'
import { evaluationExamples } from './evaluation-examples.ts'
import { type Kind, newWebhook, type Things } from './things.ts'
import { traceExamples } from './trace-examples.ts'

/** Where and by whom a request is made. */
export interface Place {
  /** The project that is asked. */
  readonly project: string
  readonly username: string
  readonly password: string
  /** A name that is not taken. */
  readonly fresh: string
}

/** The rest of a request: the route says the method and, up to what differs, the path. */
export interface Sent {
  /** Values of the route's `:parameters` and its `*`. */
  readonly path?: Readonly<Record<string, string>>
  readonly query?: readonly (readonly [string, string])[]
  readonly json?: object
  readonly body?: string | FormData
  readonly headers?: Readonly<Record<string, string>>
}

export interface RestExample {
  readonly takes: readonly Kind[]
  send(things: Things, place: Place): Sent
  /** The answer to who may, where it is not a 2xx: with the reason. */
  readonly answers?: { readonly status: number; readonly because: string }
  /** What the service asks for in the project that the path names, where the route itself only asks for a credential. */
  readonly decides?: Permission
}

/** Typed so that a request only uses what it says it takes. */
const row = <K extends Kind = never>(takes: readonly K[], send: (things: Pick<Things, K>, place: Place) => Sent, more: Pick<RestExample, 'answers' | 'decides'> = {}): RestExample => ({
  takes,
  send,
  ...more,
})

const pair = { key: 'new', value: 'v' }
const champion = { alias: 'champion' }
const inRun = ({ run }: Pick<Things, 'run'>, { project }: Place, file = 'notes/a.txt'): Sent => ({ path: { '*': `workspaces/${project}/${run.experiment}/${run.id}/artifacts/${file}` } })
const noDirectTransfer = { answers: { status: 501, because: 'artifacts of this server go through its proxy, in one stream' } }
const noPresigned = { answers: { status: 400, because: 'MLflow refuses presigned addresses for proxied artifacts, after it has looked for the run' } }
const form = (name: string): FormData => {
  const data = new FormData()
  data.set('name', name)
  data.set('file', new Blob([`a,b\n1,${name}\n`], { type: 'text/csv' }), `${name}.csv`)
  return data
}

const artifacts: Readonly<Record<string, RestExample>> = {
  'GET /api/2.0/mlflow-artifacts/artifacts': row(['run'], ({ run }, { project }) => ({ query: [['path', `workspaces/${project}/${run.experiment}/${run.id}/artifacts`]] })),
  'GET /api/2.0/mlflow-artifacts/artifacts/*': row(['run'], inRun),
  'PUT /api/2.0/mlflow-artifacts/artifacts/*': row(['run'], (things, place) => ({ ...inRun(things, place, 'new.txt'), body: 'hello' })),
  'DELETE /api/2.0/mlflow-artifacts/artifacts/*': row(['run'], inRun),
  'POST /api/2.0/mlflow-artifacts/mpu/create/*': row([], (_, { project }) => ({ path: { '*': `workspaces/${project}/f.bin` }, json: { path: 'f.bin', num_parts: 1 } }), noDirectTransfer),
  'POST /api/2.0/mlflow-artifacts/mpu/complete/*': row(
    [],
    (_, { project }) => ({ path: { '*': `workspaces/${project}/f.bin` }, json: { path: 'f.bin', upload_id: 'u', parts: [{ part_number: 1, etag: 'e', url: 'u' }] } }),
    noDirectTransfer,
  ),
  'POST /api/2.0/mlflow-artifacts/mpu/abort/*': row([], (_, { project }) => ({ path: { '*': `workspaces/${project}/f.bin` }, json: { path: 'f.bin', upload_id: 'u' } }), noDirectTransfer),
  'GET /api/2.0/mlflow-artifacts/presigned/*': row([], (_, { project }) => ({ path: { '*': `workspaces/${project}/f.bin` } }), noDirectTransfer),
  'GET /api/2.0/mlflow/artifacts/list': row(['run'], ({ run }) => ({
    query: [
      ['run_id', run.id],
      ['path', 'notes'],
    ],
  })),
  'POST /api/2.0/mlflow/artifacts/presigned-upload-url': row(['run'], ({ run }) => ({ json: { run_id: run.id, path: 'notes/b.txt' } }), noPresigned),
  'POST /api/2.0/mlflow/artifacts/presigned-download-url': row(['run'], ({ run }) => ({ json: { run_id: run.id, path: 'notes/a.txt' } }), noPresigned),
  'POST /ajax-api/2.0/mlflow/upload-artifact': row(['run'], ({ run }) => ({
    query: [
      ['run_uuid', run.id],
      ['path', 'ui.txt'],
    ],
    body: 'from the UI',
  })),
  'GET /get-artifact': row(['run'], ({ run }) => ({
    query: [
      ['run_id', run.id],
      ['path', 'notes/a.txt'],
    ],
  })),
}

const experiments: Readonly<Record<string, RestExample>> = {
  'POST /api/2.0/mlflow/experiments/create': row([], (_, { fresh }) => ({ json: { name: fresh } })),
  'POST /api/2.0/mlflow/experiments/delete': row(['experiment'], ({ experiment }) => ({ json: { experiment_id: experiment.id } })),
  'POST /api/2.0/mlflow/experiments/restore': row(['trashedExperiment'], ({ trashedExperiment }) => ({ json: { experiment_id: trashedExperiment.id } })),
  'POST /api/2.0/mlflow/experiments/update': row(['experiment'], ({ experiment }, { fresh }) => ({ json: { experiment_id: experiment.id, new_name: fresh } })),
  'POST /api/2.0/mlflow/experiments/set-experiment-tag': row(['experiment'], ({ experiment }) => ({ json: { experiment_id: experiment.id, ...pair } })),
  'POST /api/2.0/mlflow/experiments/delete-experiment-tag': row(['experiment'], ({ experiment }) => ({ json: { experiment_id: experiment.id, key: 'k' } })),
  'GET /api/2.0/mlflow/experiments/get': row(['experiment'], ({ experiment }) => ({ query: [['experiment_id', experiment.id]] })),
  'GET /api/2.0/mlflow/experiments/get-by-name': row(['experiment'], ({ experiment }) => ({ query: [['experiment_name', experiment.name]] })),
  'GET /api/2.0/mlflow/experiments/search': row([], () => ({ query: [['max_results', '5']] })),
  'POST /api/2.0/mlflow/experiments/search': row([], () => ({ json: { max_results: 5 } })),
  'POST /api/2.0/mlflow/experiments/search-datasets': row(['experiment'], ({ experiment }) => ({ json: { experiment_ids: [experiment.id] } })),
}

const runs: Readonly<Record<string, RestExample>> = {
  'POST /api/2.0/mlflow/runs/create': row(['experiment'], ({ experiment }) => ({ json: { experiment_id: experiment.id, start_time: 1 } })),
  'POST /api/2.0/mlflow/runs/update': row(['run'], ({ run }) => ({ json: { run_id: run.id, status: 'FINISHED', end_time: 2 } })),
  'POST /api/2.0/mlflow/runs/delete': row(['run'], ({ run }) => ({ json: { run_id: run.id } })),
  'POST /api/2.0/mlflow/runs/restore': row(['trashedRun'], ({ trashedRun }) => ({ json: { run_id: trashedRun.id } })),
  'GET /api/2.0/mlflow/runs/get': row(['run'], ({ run }) => ({ query: [['run_id', run.id]] })),
  'POST /api/2.0/mlflow/runs/search': row(['experiment'], ({ experiment }) => ({ json: { experiment_ids: [experiment.id], max_results: 1 } })),
  'POST /api/2.0/mlflow/runs/log-metric': row(['run'], ({ run }) => ({ json: { run_id: run.id, key: 'm', value: 1, timestamp: 1, step: 1 } })),
  'POST /api/2.0/mlflow/runs/log-parameter': row(['run'], ({ run }) => ({ json: { run_id: run.id, ...pair } })),
  'POST /api/2.0/mlflow/runs/set-tag': row(['run'], ({ run }) => ({ json: { run_id: run.id, ...pair } })),
  'POST /api/2.0/mlflow/runs/delete-tag': row(['run'], ({ run }) => ({ json: { run_id: run.id, key: 'k' } })),
  'POST /api/2.0/mlflow/runs/log-batch': row(['run'], ({ run }) => ({ json: { run_id: run.id, metrics: [{ key: 'm', value: 1, timestamp: 1, step: 1 }], params: [pair], tags: [pair] } })),
  'POST /api/2.0/mlflow/runs/log-inputs': row(['run', 'loggedModel'], ({ run, loggedModel }) => ({
    json: { run_id: run.id, datasets: [{ dataset: { name: 'd', digest: 'x', source_type: 'local', source: '{}' } }], models: [{ model_id: loggedModel.id }] },
  })),
  'POST /api/2.0/mlflow/runs/outputs': row(['run', 'loggedModel'], ({ run, loggedModel }) => ({ json: { run_id: run.id, models: [{ model_id: loggedModel.id, step: 1 }] } })),
  'POST /api/2.0/mlflow/runs/log-model': row(['run'], ({ run }) => ({
    json: { run_id: run.id, model_json: JSON.stringify({ run_id: run.id, artifact_path: 'model', utc_time_created: '2025-01-01 00:00:00', flavors: {} }) },
  })),
  'GET /api/2.0/mlflow/metrics/get-history': row(['run'], ({ run }) => ({
    query: [
      ['run_id', run.id],
      ['metric_key', 'acc'],
    ],
  })),
  'GET /ajax-api/2.0/mlflow/metrics/get-history-bulk': row(['run'], ({ run }) => ({
    query: [
      ['run_id', run.id],
      ['metric_key', 'acc'],
    ],
  })),
  'GET /api/2.0/mlflow/metrics/get-history-bulk-interval': row(['run'], ({ run }) => ({
    query: [
      ['run_ids', run.id],
      ['metric_key', 'acc'],
    ],
  })),
}

const ofModel = ({ loggedModel }: Pick<Things, 'loggedModel'>) => ({ path: { model_id: loggedModel.id } })
const loggedModels: Readonly<Record<string, RestExample>> = {
  'POST /api/2.0/mlflow/logged-models': row(['experiment', 'run'], ({ experiment, run }) => ({ json: { experiment_id: experiment.id, name: 'new', source_run_id: run.id } })),
  'GET /api/2.0/mlflow/logged-models/:model_id': row(['loggedModel'], ofModel),
  'PATCH /api/2.0/mlflow/logged-models/:model_id': row(['loggedModel'], (things) => ({ ...ofModel(things), json: { model_id: things.loggedModel.id, status: 'LOGGED_MODEL_READY' } })),
  'DELETE /api/2.0/mlflow/logged-models/:model_id': row(['loggedModel'], ofModel),
  'POST /api/2.0/mlflow/logged-models/:model_id/params': row(['loggedModel'], (things) => ({ ...ofModel(things), json: { model_id: things.loggedModel.id, params: [pair] } })),
  'PATCH /api/2.0/mlflow/logged-models/:model_id/tags': row(['loggedModel'], (things) => ({ ...ofModel(things), json: { tags: [pair] } })),
  'DELETE /api/2.0/mlflow/logged-models/:model_id/tags/:tag_key': row(['loggedModel'], ({ loggedModel }) => ({ path: { model_id: loggedModel.id, tag_key: 'k' } })),
  'POST /api/2.0/mlflow/logged-models/search': row(['experiment'], ({ experiment }) => ({ json: { experiment_ids: [experiment.id], max_results: 1 } })),
  'GET /api/2.0/mlflow/logged-models/:model_id/artifacts/directories': row(['loggedModel'], ofModel),
  'GET /ajax-api/2.0/mlflow/logged-models/:model_id/artifacts/files': row(['loggedModel'], (things) => ({ ...ofModel(things), query: [['artifact_file_path', 'a.txt']] })),
}

const models: Readonly<Record<string, RestExample>> = {
  'POST /api/2.0/mlflow/registered-models/create': row([], (_, { fresh }) => ({ json: { name: fresh } })),
  'POST /api/2.0/mlflow/registered-models/rename': row(['model'], ({ model }, { fresh }) => ({ json: { name: model.name, new_name: fresh } })),
  'PATCH /api/2.0/mlflow/registered-models/update': row(['model'], ({ model }) => ({ json: { name: model.name, description: 'new' } })),
  // A model that is promoted takes more than its deletion; a plain one shows what the route itself asks for.
  'DELETE /api/2.0/mlflow/registered-models/delete': row(['plainModel'], ({ plainModel }) => ({ json: { name: plainModel.name } })),
  'GET /api/2.0/mlflow/registered-models/get': row(['model'], ({ model }) => ({ query: [['name', model.name]] })),
  'GET /api/2.0/mlflow/registered-models/search': row([], () => ({ query: [['max_results', '5']] })),
  'GET /api/2.0/mlflow/registered-models/get-latest-versions': row(['model'], ({ model }) => ({ query: [['name', model.name]] })),
  'POST /api/2.0/mlflow/registered-models/get-latest-versions': row(['model'], ({ model }) => ({ json: { name: model.name } })),
  'POST /api/2.0/mlflow/registered-models/set-tag': row(['model'], ({ model }) => ({ json: { name: model.name, ...pair } })),
  'DELETE /api/2.0/mlflow/registered-models/delete-tag': row(['model'], ({ model }) => ({ json: { name: model.name, key: 'k' } })),
  'GET /api/2.0/mlflow/registered-models/alias': row(['model'], ({ model }) => ({
    query: [
      ['name', model.name],
      ['alias', 'champion'],
    ],
  })),
  'POST /api/2.0/mlflow/registered-models/alias': row(['plainModel'], ({ plainModel }) => ({ json: { name: plainModel.name, ...champion, version: '1' } })),
  'DELETE /api/2.0/mlflow/registered-models/alias': row(['model'], ({ model }) => ({ json: { name: model.name, ...champion } })),
}

const versions: Readonly<Record<string, RestExample>> = {
  'POST /api/2.0/mlflow/model-versions/create': row(['plainModel', 'run'], ({ plainModel, run }) => ({ json: { name: plainModel.name, source: `runs:/${run.id}/notes`, run_id: run.id } })),
  'PATCH /api/2.0/mlflow/model-versions/update': row(['model'], ({ model }) => ({ json: { name: model.name, version: '1', description: 'new' } })),
  'DELETE /api/2.0/mlflow/model-versions/delete': row(['plainModel'], ({ plainModel }) => ({ json: { name: plainModel.name, version: '1' } })),
  'GET /api/2.0/mlflow/model-versions/get': row(['model'], ({ model }) => ({
    query: [
      ['name', model.name],
      ['version', '1'],
    ],
  })),
  'GET /api/2.0/mlflow/model-versions/get-download-uri': row(['model'], ({ model }) => ({
    query: [
      ['name', model.name],
      ['version', '1'],
    ],
  })),
  'GET /api/2.0/mlflow/model-versions/search': row(['model'], ({ model }) => ({ query: [['filter', `name='${model.name}'`]] })),
  'POST /api/2.0/mlflow/model-versions/set-tag': row(['model'], ({ model }) => ({ json: { name: model.name, version: '1', ...pair } })),
  'DELETE /api/2.0/mlflow/model-versions/delete-tag': row(['model'], ({ model }) => ({ json: { name: model.name, version: '1', key: 'k' } })),
  'POST /api/2.0/mlflow/model-versions/transition-stage': row(['plainModel'], ({ plainModel }) => ({
    json: { name: plainModel.name, version: '1', stage: 'Production', archive_existing_versions: false },
  })),
}

const webhooks: Readonly<Record<string, RestExample>> = {
  'POST /api/2.0/mlflow/webhooks': row([], (_, { fresh }) => ({ json: newWebhook(fresh) })),
  'GET /api/2.0/mlflow/webhooks': row([], () => ({ query: [['max_results', '5']] })),
  'GET /api/2.0/mlflow/webhooks/:webhook_id': row(['webhook'], ({ webhook }) => ({ path: { webhook_id: webhook.id } })),
  'PATCH /api/2.0/mlflow/webhooks/:webhook_id': row(['webhook'], ({ webhook }) => ({ path: { webhook_id: webhook.id }, json: { description: 'new' } })),
  'DELETE /api/2.0/mlflow/webhooks/:webhook_id': row(['webhook'], ({ webhook }) => ({ path: { webhook_id: webhook.id } })),
  'POST /api/2.0/mlflow/webhooks/:webhook_id/test': row(['webhook'], ({ webhook }) => ({ path: { webhook_id: webhook.id }, json: {} })),
}

const datasets: Readonly<Record<string, RestExample>> = {
  'POST /datasets/upload': row([], (_, { fresh }) => ({ body: form(fresh) })),
  'PUT /datasets/upload': row([], (_, { fresh }) => ({
    query: [
      ['name', fresh],
      ['filename', `${fresh}.csv`],
    ],
    body: `a\n${fresh}\n`,
  })),
  'GET /datasets': row([], () => ({ query: [['max_results', '5']] })),
  'GET /datasets/:name': row(['dataset'], ({ dataset }) => ({ path: { name: dataset.name } })),
  'GET /datasets/:name/versions/:version': row(['dataset'], ({ dataset }) => ({ path: { name: dataset.name, version: '1' } })),
  'GET /datasets/:name/versions/:version/content': row(['dataset'], ({ dataset }) => ({ path: { name: dataset.name, version: '1' } })),
  'DELETE /datasets/:name': row(['dataset'], ({ dataset }) => ({ path: { name: dataset.name } })),
}

const platform: Readonly<Record<string, RestExample>> = {
  'GET /version': row([], () => ({})),
  'GET /api/3.0/mlflow/server-info': row([], () => ({})),
  'GET /api/2.0/mlflow/users/current': row([], () => ({})),
  'GET /api/3.0/mlflow/workspaces': row([], () => ({})),
  'POST /api/3.0/mlflow/workspaces': row([], (_, { fresh }) => ({ json: { name: fresh } })),
  'GET /api/3.0/mlflow/workspaces/:workspace_name': row([], (_, { project }) => ({ path: { workspace_name: project } }), { decides: 'identity.project.read' }),
  'PATCH /api/3.0/mlflow/workspaces/:workspace_name': row([], (_, { project, fresh }) => ({ path: { workspace_name: project }, json: { description: fresh } }), { decides: 'identity.project.update' }),
  'DELETE /api/3.0/mlflow/workspaces/:workspace_name': row(['workspace'], ({ workspace }) => ({ path: { workspace_name: workspace.name } }), { decides: 'identity.project.delete' }),
  'POST /auth/login': row([], (_, { username, password }) => ({ json: { username, password } })),
  'POST /auth/logout': row([], () => ({})),
  'GET /auth/session': row([], () => ({})),
}

const leftOut: Readonly<Record<string, RestExample>> = Object.fromEntries(
  leftOutRoutes.map(({ method, path }) => [`${method} ${path}`, row([], () => ({ path: { '*': 'x' } }), { answers: { status: 501, because: 'left out for good, as its table says' } })]),
)

export const restExamples: Readonly<Record<string, RestExample>> = {
  ...artifacts,
  ...experiments,
  ...runs,
  ...loggedModels,
  ...models,
  ...versions,
  ...webhooks,
  ...traceExamples,
  ...evaluationExamples,
  ...datasets,
  ...platform,
  ...leftOut,
}
