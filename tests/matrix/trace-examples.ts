/** Requests about traces, for rest-examples.ts. */
import { randomBytes } from 'node:crypto'
import type { RestExample, Sent } from './rest-examples.ts'
import type { Kind, Things } from './things.ts'

const row = <K extends Kind>(takes: readonly K[], send: (things: Pick<Things, K>) => Sent): RestExample => ({ takes, send })
const at = (experiment: string) => ({ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experiment } })
const pair = { key: 'new', value: 'v' }
export const newTraceId = (): string => `tr-${randomBytes(16).toString('hex')}`

/** A trace that has ended, with the tag `k`. */
export const newTrace = (id: string, experiment: string) => ({
  trace: {
    trace_info: {
      trace_id: id,
      trace_location: at(experiment),
      request_time: '2025-01-01T00:00:00Z',
      execution_duration: '1.5s',
      state: 'OK',
      trace_metadata: { 'mlflow.trace_schema.version': '3' },
      tags: { 'mlflow.traceName': 'fixture', k: 'v' },
    },
  },
})
/** One span of a trace, as OTLP has it in JSON. */
export const newSpans = (traceId: string) => ({
  resourceSpans: [
    {
      scopeSpans: [
        { spans: [{ traceId: traceId.slice('tr-'.length), spanId: '00f067aa0ba902b7', name: 'root', kind: 1, startTimeUnixNano: '1735689600000000000', endTimeUnixNano: '1735689601000000000' }] },
      ],
    },
  ],
})
/** What somebody says of a trace. */
export const newAssessment = (traceId: string) => ({ assessment: { assessment_name: 'q', trace_id: traceId, source: { source_type: 'HUMAN', source_id: 'me' }, feedback: { value: 1 } } })

const v2 = '/api/2.0/mlflow/traces'
const v3 = '/api/3.0/mlflow/traces'
const ofTrace = (json?: object) => row(['trace'], ({ trace }) => ({ path: { trace_id: trace.id, request_id: trace.id }, ...(json ? { json } : {}) }))
const ofAssessment = (json?: (trace: Things['trace']) => object) =>
  row(['trace'], ({ trace }) => ({ path: { trace_id: trace.id, assessment_id: trace.assessment }, ...(json ? { json: json(trace) } : {}) }))
const deletion = row(['trace'], ({ trace }) => ({ json: { experiment_id: trace.experiment, request_ids: [trace.id] } }))

export const traceExamples: Readonly<Record<string, RestExample>> = {
  [`POST ${v3}`]: row(['experiment'], ({ experiment }) => ({ json: newTrace(newTraceId(), experiment.id) })),
  [`GET ${v3}/:trace_id`]: ofTrace(),
  [`GET ${v3}/get`]: row(['trace'], ({ trace }) => ({ query: [['trace_id', trace.id]] })),
  [`GET ${v3}/batchGet`]: row(['trace'], ({ trace }) => ({ query: [['trace_ids', trace.id]] })),
  [`POST ${v3}/batchGetInfos`]: row(['trace'], ({ trace }) => ({ json: { trace_ids: [trace.id] } })),
  [`POST ${v3}/search`]: row(['experiment'], ({ experiment }) => ({ json: { locations: [at(experiment.id)], max_results: 1 } })),
  [`PATCH ${v3}/:trace_id/tags`]: ofTrace(pair),
  [`DELETE ${v3}/:trace_id/tags`]: ofTrace({ key: 'k' }),
  [`POST ${v3}/delete-traces`]: deletion,
  [`POST ${v3}/:trace_id/assessments`]: row(['trace'], ({ trace }) => ({ path: { trace_id: trace.id }, json: newAssessment(trace.id) })),
  [`GET ${v3}/:trace_id/assessments/:assessment_id`]: ofAssessment(),
  [`PATCH ${v3}/:trace_id/assessments/:assessment_id`]: ofAssessment(() => ({ assessment: { feedback: { value: 0.5 } }, update_mask: 'feedback' })),
  [`DELETE ${v3}/:trace_id/assessments/:assessment_id`]: ofAssessment(),

  [`POST ${v2}`]: row(['experiment'], ({ experiment }) => ({ json: { experiment_id: experiment.id, timestamp_ms: 5, request_metadata: [], tags: [] } })),
  [`PATCH ${v2}/:request_id`]: ofTrace({ timestamp_ms: 9, status: 'OK', request_metadata: [], tags: [] }),
  [`GET ${v2}/:request_id/info`]: ofTrace(),
  [`GET ${v2}`]: row(['experiment'], ({ experiment }) => ({
    query: [
      ['experiment_ids', experiment.id],
      ['max_results', '1'],
    ],
  })),
  [`PATCH ${v2}/:request_id/tags`]: ofTrace(pair),
  [`DELETE ${v2}/:request_id/tags`]: ofTrace({ key: 'k' }),
  [`POST ${v2}/delete-traces`]: deletion,
  [`POST ${v2}/link-to-run`]: row(['trace', 'run'], ({ trace, run }) => ({ json: { trace_ids: [trace.id], run_id: run.id } })),
  [`POST ${v2}/link-prompts`]: row(['trace'], ({ trace }) => ({ json: { trace_id: trace.id, prompt_versions: [{ name: 'prompt', version: '1' }] } })),

  'POST /v1/traces': row(['experiment'], ({ experiment }) => ({ json: newSpans(newTraceId()), headers: { 'x-mlflow-experiment-id': experiment.id } })),
}
