/** MLflow's endpoints for logging to a run. */
import { double, int, list, message, missing, nested, text, type Read } from '#shared/rest/mlflow-message.ts'
import { projectRoute, type Route } from '#shared/rest/route.ts'
import type { NewMetric } from '#tracking/domain/metric.ts'
import type { RunInputs } from '#tracking/domain/run-inputs.ts'
import type { Runs } from '#tracking/domain/runs.ts'
import { runId } from '#tracking/rest/parts.ts'

const metric = { key: text.required(), value: double.required(), timestamp: int.required(), step: int, model_id: text, dataset_name: text, dataset_digest: text }
const pair = { key: text.required(), value: text }
const dataset = { name: text, digest: text, source_type: text, source: text, schema: text, profile: text }
const LogMetric = message({ run_id: runId, ...metric })
const LogPair = message({ run_id: runId, ...pair })
const DeleteTag = message({ run_id: runId, key: text.required() })
const LogBatch = message({ run_id: runId, metrics: list(metric), params: list(pair), tags: list(pair) })
const LogModel = message({ run_id: runId, model_json: text.required() })
const LogInputs = message({ run_id: text.required(), datasets: list({ dataset: nested(dataset), tags: list({ key: text, value: text }) }), models: list({ model_id: text }) })
const LogOutputs = message({ run_id: text.required(), models: list({ model_id: text, step: int }) })

const metricOf = ({ key, value, timestamp, step = 0, model_id, dataset_name, dataset_digest }: Read<typeof metric>): NewMetric => ({
  key,
  value,
  timestamp,
  step,
  ...(model_id ? { modelId: model_id } : {}),
  ...(dataset_name ? { datasetName: dataset_name } : {}),
  ...(dataset_digest ? { datasetDigest: dataset_digest } : {}),
})
const pairOf = ({ key, value = '' }: { key: string; value?: string }) => ({ key, value })

/** A route that logs and answers `{}`. */
const logging = <Input extends { run_id: string }>(
  path: string,
  summary: string,
  input: Parameters<typeof projectRoute<Input>>[0]['input'],
  log: (scope: Parameters<Runs['setTag']>[0], input: Input) => Promise<void>,
): Route =>
  projectRoute<Input>({
    method: 'POST',
    path: `/api/2.0/mlflow/runs/${path}`,
    family: 'mlflow',
    summary,
    needs: 'tracking.run.update',
    ...(input ? { input } : {}),
    async handle(request) {
      await log(request.scope, request.input)
      return {}
    },
  })

export function loggingRoutes({ runs, runInputs }: { readonly runs: Runs; readonly runInputs: RunInputs }): Route[] {
  return [
    logging('log-metric', 'Logs one point of a metric.', LogMetric.read, (scope, input) => runs.logMetric(scope, input.run_id, metricOf(input))),
    logging('log-parameter', 'Logs one param.', LogPair.read, (scope, input) => runs.logParam(scope, input.run_id, pairOf(input))),
    logging('set-tag', 'Sets one tag.', LogPair.read, (scope, input) => runs.setTag(scope, input.run_id, pairOf(input))),
    logging('delete-tag', 'Removes one tag.', DeleteTag.read, (scope, input) => runs.deleteTag(scope, input.run_id, input.key)),
    logging('log-batch', 'Logs metrics, params and tags: all of them or none.', LogBatch.read, (scope, input) =>
      runs.logBatch(scope, input.run_id, { metrics: (input.metrics ?? []).map(metricOf), params: (input.params ?? []).map(pairOf), tags: (input.tags ?? []).map(pairOf) }),
    ),
    logging('log-inputs', 'Says which datasets and models a run read.', LogInputs.read, (scope, { run_id, datasets = [], models = [] }) =>
      runInputs.logInputs(scope, run_id, {
        datasets: datasets.map(({ dataset: d = {}, tags = [] }) => ({
          name: d.name ?? '',
          digest: d.digest ?? '',
          sourceType: d.source_type ?? '',
          source: d.source ?? '',
          ...(d.schema === undefined ? {} : { schema: d.schema }),
          ...(d.profile === undefined ? {} : { profile: d.profile }),
          tags: tags.map(({ key = '', value = '' }) => ({ key, value })),
        })),
        models: models.map(({ model_id = '' }) => ({ modelId: model_id, step: 0 })),
      }),
    ),
    logging('outputs', 'Says which models a run made.', LogOutputs.read, async (scope, { run_id, models }) => {
      if (models === undefined) throw missing('models')
      await runInputs.logOutputs(
        scope,
        run_id,
        models.map(({ model_id = '', step = 0 }) => ({ modelId: model_id, step })),
      )
    }),
    logging('log-model', 'Notes a model that was logged as files of the run (MLflow 2).', LogModel.read, (scope, { run_id, model_json }) => runs.noteModel(scope, run_id, model_json)),
  ]
}
