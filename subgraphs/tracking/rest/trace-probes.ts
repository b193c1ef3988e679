/** Requests about traces, evaluation datasets and scorers whose answers MLflow 3.17.2 gave on record (trace-goldens.json), in the order in which they were sent. */
import type { Method } from '#shared/rest/route.ts'
import type { Probe } from '#tracking/rest/golden-probes.ts'

const v3 = '/api/3.0/mlflow'
const v2 = '/api/2.0/mlflow'
const id = 'tr-0123456789abcdef0123456789abcdef'
const location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '$exp' } }
const started = {
  trace: {
    trace_info: {
      trace_id: id,
      trace_location: location,
      request_time: '2025-01-01T00:00:00Z',
      execution_duration: '1.5s',
      state: 'OK',
      trace_metadata: { 'mlflow.trace_schema.version': '3', a: 'b' },
      tags: { 'mlflow.traceName': 'n', u: 'v' },
    },
  },
}
const said = {
  assessment: {
    assessment_name: 'q',
    trace_id: id,
    source: { source_type: 'HUMAN', source_id: 'me' },
    create_time: '2025-01-01T00:00:00Z',
    last_update_time: '2025-01-01T00:00:00Z',
    feedback: { value: 1.0 },
  },
}

export const traceProbes: readonly (readonly [name: string, method: Method, path: string, probe?: Probe])[] = [
  ['trace v3 start', 'POST', `${v3}/traces`, { body: started }],
  ['trace v3 start again', 'POST', `${v3}/traces`, { body: started }],
  ['trace v3 none', 'POST', `${v3}/traces`, { body: {} }],
  ['trace v3 get', 'GET', `${v3}/traces/${id}`],
  ['trace v3 get missing', 'GET', `${v3}/traces/tr-zz`],
  ['trace v2 info', 'GET', `${v2}/traces/${id}/info`],
  ['trace full get', 'GET', `${v3}/traces/get`, { query: { trace_id: id } }],
  ['trace v3 tag', 'PATCH', `${v3}/traces/${id}/tags`, { body: { key: 'x', value: 'y' } }],
  ['trace v3 tag long', 'PATCH', `${v3}/traces/${id}/tags`, { body: { key: 'x'.repeat(251), value: 'y' } }],
  ['trace v3 del tag', 'DELETE', `${v3}/traces/${id}/tags`, { body: { key: 'x' } }],
  ['trace v3 del tag missing', 'DELETE', `${v3}/traces/${id}/tags`, { body: { key: 'x' } }],
  ['trace v3 search', 'POST', `${v3}/traces/search`, { body: { locations: [location], max_results: 1 } }],
  ['trace v3 search none', 'POST', `${v3}/traces/search`, { body: {} }],
  ['trace v3 search bad', 'POST', `${v3}/traces/search`, { body: { locations: [location], filter: "foo = 'x'" } }],
  ['trace v3 search 501', 'POST', `${v3}/traces/search`, { body: { locations: [location], max_results: 501 } }],
  ['trace v2 start', 'POST', `${v2}/traces`, { body: { experiment_id: '$exp', timestamp_ms: 5, request_metadata: [{ key: 'a', value: 'b' }], tags: [] }, save: { t2: 'trace_info.request_id' } }],
  ['trace v2 end', 'PATCH', `${v2}/traces/$t2`, { body: { timestamp_ms: 9, status: 'OK', request_metadata: [], tags: [] } }],
  ['trace v2 search', 'GET', `${v2}/traces`, { query: { experiment_ids: '$exp', max_results: '1' } }],
  ['assessment create', 'POST', `${v3}/traces/${id}/assessments`, { body: said, save: { as: 'assessment.assessment_id' } }],
  ['assessment get', 'GET', `${v3}/traces/${id}/assessments/$as`],
  ['assessment update', 'PATCH', `${v3}/traces/${id}/assessments/$as`, { body: { assessment: { feedback: { value: 0.5 } }, update_mask: 'feedback' } }],
  ['assessment delete', 'DELETE', `${v3}/traces/${id}/assessments/$as`],
  ['assessment get missing', 'GET', `${v3}/traces/${id}/assessments/a-zz`],
  ['traces delete none', 'POST', `${v3}/traces/delete-traces`, { body: { experiment_id: '$exp' } }],
  ['traces delete ids', 'POST', `${v3}/traces/delete-traces`, { body: { experiment_id: '$exp', request_ids: [id] } }],
  ['otlp no header', 'POST', '/v1/traces', { raw: '', headers: { 'content-type': 'application/x-protobuf' } }],
  ['otlp wrong type', 'POST', '/v1/traces', { raw: '{}', headers: { 'content-type': 'text/plain', 'x-mlflow-experiment-id': '$exp' } }],
  ['otlp broken', 'POST', '/v1/traces', { raw: 'zzz', headers: { 'content-type': 'application/x-protobuf', 'x-mlflow-experiment-id': '$exp' } }],
  ['otlp empty', 'POST', '/v1/traces', { raw: '', headers: { 'content-type': 'application/x-protobuf', 'x-mlflow-experiment-id': '$exp' } }],
  ['ds create', 'POST', `${v3}/datasets/create`, { body: { name: 'ds', experiment_ids: ['$exp'] }, save: { ds: 'dataset.dataset_id' } }],
  ['ds create none', 'POST', `${v3}/datasets/create`, { body: {} }],
  ['ds get', 'GET', `${v3}/datasets/$ds`],
  ['ds get missing', 'GET', `${v3}/datasets/d-zz`],
  ['ds upsert', 'POST', `${v3}/datasets/$ds/records`, { body: { records: '[{"inputs": {"q": 1}, "expectations": {"a": 2}}]' } }],
  ['ds records', 'GET', `${v3}/datasets/$ds/records`],
  ['ds search', 'POST', `${v3}/datasets/search`, { body: { experiment_ids: ['$exp'] } }],
  ['ds search bad', 'POST', `${v3}/datasets/search`, { body: { experiment_ids: ['$exp'], filter_string: "foo = 'x'" } }],
  ['ds delete', 'DELETE', `${v3}/datasets/$ds`],
  ['scorer register', 'POST', `${v3}/scorers/register`, { body: { experiment_id: '$exp', name: 's', serialized_scorer: '{}' } }],
  ['scorer list', 'GET', `${v3}/scorers/list`, { query: { experiment_id: '$exp' } }],
  ['scorer get missing', 'GET', `${v3}/scorers/get`, { query: { experiment_id: '$exp', name: 'zz' } }],
]
