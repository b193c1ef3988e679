/** MLflow's endpoints of metric histories and of datasets. */
import { invalid } from '#shared/errors.ts'
import { int, list, message, text } from '#shared/rest/mlflow-message.ts'
import { projectRoute, type Route } from '#shared/rest/route.ts'
import { limits } from '#tracking/domain/names.ts'
import type { Metrics, RunPoint } from '#tracking/domain/metrics.ts'
import type { RunInputs } from '#tracking/domain/run-inputs.ts'
import { runId } from '#tracking/rest/parts.ts'
import { listed, metricValue, paged, pointWire } from '#tracking/rest/wire.ts'

const History = message({ run_id: runId, metric_key: text.required(), page_token: text, max_results: int })
const Interval = message({ run_ids: list(text).required(), metric_key: text.required(), start_step: int, end_step: int, max_results: int })
const Datasets = message({ experiment_ids: list(text) })

const optional = (value: number | bigint | undefined): number | undefined => (value === undefined ? undefined : Number(value))
const runPointWire = ({ runId: run_id, key, value, timestamp, step }: RunPoint): object => ({ key, value: metricValue(value), timestamp, step, run_id })

export const metricRoutes = ({ metrics, runInputs }: { readonly metrics: Metrics; readonly runInputs: RunInputs }): Route[] => [
  ...oneRunRoutes(metrics),
  ...manyRunsRoutes(metrics),
  ...datasetRoutes(runInputs),
]

function oneRunRoutes(metrics: Metrics): Route[] {
  return [
    projectRoute({
      method: 'GET',
      path: '/api/2.0/mlflow/metrics/get-history',
      family: 'mlflow',
      summary: 'Every point of one metric of one run.',
      needs: 'tracking.run.read',
      input: History.read,
      async handle({ scope, input }) {
        const page = await metrics.history(scope, input.run_id, input.metric_key, { limit: optional(input.max_results), token: input.page_token })
        return {
          ...listed(
            'metrics',
            page.items.map((point) => pointWire(input.metric_key, point)),
          ),
          ...paged(page.nextToken),
        }
      },
    }),
  ]
}

function manyRunsRoutes(metrics: Metrics): Route[] {
  return [
    projectRoute({
      method: 'GET',
      path: '/ajax-api/2.0/mlflow/metrics/get-history-bulk',
      family: 'mlflow',
      summary: 'One metric of up to 100 runs.',
      needs: 'tracking.run.read',
      async handle({ scope, query }) {
        const runIds = query.getAll('run_id')
        if (runIds.length === 0) throw invalid('GetMetricHistoryBulk request must specify at least one run_id.')
        if (runIds.length > limits.historyRuns) throw invalid(`GetMetricHistoryBulk request cannot specify more than ${limits.historyRuns} run_ids. Received ${runIds.length} run_ids.`)
        const key = query.get('metric_key')
        if (key === null) throw invalid('GetMetricHistoryBulk request must specify a metric_key.')
        const limit = Number(query.get('max_results') ?? limits.historyRows)
        if (!Number.isInteger(limit)) throw invalid(`Invalid value ${query.get('max_results')} for parameter 'max_results' supplied. It must be a positive integer.`)
        return { metrics: (await metrics.histories(scope, runIds, key, limit)).map(runPointWire) }
      },
    }),
    projectRoute({
      method: 'GET',
      path: '/api/2.0/mlflow/metrics/get-history-bulk-interval',
      family: 'mlflow',
      summary: 'One metric of up to 100 runs, sampled by step.',
      needs: 'tracking.run.read',
      input: Interval.read,
      async handle({ scope, input }) {
        const limit = optional(input.max_results) ?? limits.intervalPoints
        if (limit < 1 || limit > limits.intervalPoints) throw invalid(`max_results must be between 1 and ${limits.intervalPoints}. See the API docs for more information about request parameters.`)
        if (input.run_ids.length > limits.historyRuns)
          throw invalid(`GetMetricHistoryBulkInterval request must specify at most ${limits.historyRuns} run_ids. Received ${input.run_ids.length} run_ids.`)
        const points = await metrics.interval(scope, input.run_ids, input.metric_key, { from: optional(input.start_step), to: optional(input.end_step), limit })
        return listed('metrics', points.map(runPointWire))
      },
    }),
  ]
}

function datasetRoutes(runInputs: RunInputs): Route[] {
  return [
    projectRoute({
      method: 'POST',
      path: '/api/2.0/mlflow/experiments/search-datasets',
      family: 'mlflow',
      summary: 'The datasets that runs of some experiments read.',
      needs: 'tracking.run.read',
      writes: false,
      input: Datasets.read,
      async handle({ scope, input }) {
        if (!input.experiment_ids?.length) throw invalid('SearchDatasets request must specify at least one experiment_id.')
        const found = await runInputs.datasets(scope, input.experiment_ids)
        return listed(
          'dataset_summaries',
          found.map((d) => ({ experiment_id: d.experimentId, name: d.name, digest: d.digest, ...(d.context === null ? {} : { context: d.context }) })),
        )
      },
    }),
  ]
}
