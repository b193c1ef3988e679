/**
 * What MLflow's server has and this one leaves out for good: each answers 501 with a reason instead of a 404 that reads
 * like a wrong address. A table; docs/mlflow-compatibility.md is written from it.
 */
import { notImplemented } from '#shared/errors.ts'
import { type Method, platformRoute, type Route } from '#shared/rest/route.ts'

export interface LeftOut {
  /** As the refusal names it: "<what> is not part of this server." */
  readonly what: string
  readonly why: string
  readonly paths: readonly (readonly [path: string, ...methods: Method[]])[]
}

export const leftOut: readonly LeftOut[] = [
  {
    what: "MLflow's LLM gateway",
    why: 'keys of language-model vendors and proxied prompts are the business of a gateway of their own',
    paths: [
      ['/api/3.0/mlflow/gateway/*', 'GET', 'POST', 'DELETE'],
      ['/ajax-api/2.0/mlflow/gateway-proxy', 'GET', 'POST'],
      ['/gateway/*', 'GET', 'POST'],
      ['/ajax-api/2.0/mlflow/runs/create-promptlab-run', 'POST'],
    ],
  },
  { what: "MLflow's set of guardrails", why: 'they belong to the LLM gateway', paths: [['/api/3.0/mlflow/gateway/guardrails/*', 'GET', 'POST', 'PATCH', 'DELETE']] },
  {
    what: 'Running language-model judges',
    why: 'they call language models through the LLM gateway; scorers are stored, and run in the client',
    paths: [
      ['/ajax-api/3.0/mlflow/scorer/invoke', 'POST'],
      ['/ajax-api/3.0/mlflow/genai/evaluate/invoke', 'POST'],
      ['/ajax-api/3.0/mlflow/issues/invoke', 'POST'],
    ],
  },
  {
    what: "MLflow's registry of MCP servers",
    why: 'it keeps tools of language models, not models',
    paths: [
      ['/api/3.0/mlflow/mcp-servers', 'GET', 'POST'],
      ['/api/3.0/mlflow/mcp-servers/*', 'GET', 'POST', 'PATCH', 'DELETE'],
    ],
  },
  { what: "MLflow's assistant", why: "it is part of MLflow's own web UI", paths: [['/ajax-api/3.0/mlflow/assistant/*', 'GET', 'POST', 'PUT', 'PATCH']] },
  { what: "MLflow's queue of reviews", why: "they are part of MLflow's own web UI", paths: [['/api/3.0/mlflow/review-queues/*', 'GET', 'POST']] },
  {
    what: 'Optimising prompts',
    why: 'it runs language models on the server',
    paths: [
      ['/api/3.0/mlflow/prompt-optimization/jobs', 'POST'],
      ['/api/3.0/mlflow/prompt-optimization/jobs/*', 'GET', 'POST', 'DELETE'],
    ],
  },
  {
    what: "MLflow's queue of background jobs",
    why: 'it serves prompt optimisation and judges',
    paths: [
      ['/ajax-api/3.0/jobs/*', 'GET', 'POST', 'PATCH'],
      ['/ajax-api/3.0/mlflow/jobs/*', 'GET', 'PATCH'],
    ],
  },
]

/** Only who has a credential learns what is here. */
export const leftOutRoutes: readonly Route[] = leftOut.flatMap(({ what, paths }) =>
  paths.flatMap(([path, ...methods]) =>
    methods.map((method) =>
      platformRoute({
        method,
        path,
        family: 'mlflow',
        summary: `${what}: left out, answers 501.`,
        needs: 'authenticated',
        body: 'none',
        writes: false,
        handle: () => Promise.reject(notImplemented(what)),
      }),
    ),
  ),
)
