/** The REST face of experiments, runs and metrics, and what a client asks before anything else. */
import { platformRoute, RestAnswer, type Route } from '#shared/rest/route.ts'
import type { Experiments } from '#tracking/domain/experiments.ts'
import type { Metrics } from '#tracking/domain/metrics.ts'
import type { RunInputs } from '#tracking/domain/run-inputs.ts'
import type { Runs } from '#tracking/domain/runs.ts'
import { experimentRoutes } from '#tracking/rest/experiments.routes.ts'
import { leftOutRoutes } from '#tracking/rest/left-out.routes.ts'
import { loggingRoutes } from '#tracking/rest/logging.routes.ts'
import { metricRoutes } from '#tracking/rest/metrics.routes.ts'
import { runRoutes } from '#tracking/rest/runs.routes.ts'

/** The release whose REST contract we keep; clients read it before they use newer endpoints. */
const mlflowVersion = '3.17.2'

const serviceRoutes: readonly Route[] = [
  platformRoute({
    method: 'GET',
    path: '/version',
    family: 'mlflow',
    summary: 'The MLflow release whose REST contract this server keeps.',
    needs: 'public',
    handle: () => Promise.resolve(new RestAnswer(mlflowVersion, { headers: { 'content-type': 'text/plain; charset=utf-8' } })),
  }),
  platformRoute({
    method: 'GET',
    path: '/api/3.0/mlflow/server-info',
    family: 'mlflow',
    summary: 'What this server can do; clients ask before they send a workspace.',
    needs: 'public',
    handle: () =>
      Promise.resolve({
        store_type: 'SqlStore',
        workspaces_enabled: true,
        trace_archival_enabled: false,
        multipart_uploads_enabled: false,
        multipart_downloads_enabled: false,
        presigned_upload_run_id_supported: false,
        presigned_upload_model_id_supported: false,
        features_enabled: { gateway: false },
      }),
  }),
]

export const coreRoutes = (services: { readonly experiments: Experiments; readonly runs: Runs; readonly metrics: Metrics; readonly runInputs: RunInputs }): Route[] => [
  ...serviceRoutes,
  ...experimentRoutes(services),
  ...runRoutes(services),
  ...loggingRoutes(services),
  ...metricRoutes(services),
  ...leftOutRoutes,
]
