/** MLflow's endpoints of traces, version 3, and those that both versions share. */
import { invalid } from '#shared/errors.ts'
import { anything, bool, int, list, message, missing, nested, oneOf, text } from '#shared/rest/mlflow-message.ts'
import { projectRoute, type Route } from '#shared/rest/route.ts'
import { traceLimits } from '#tracking/domain/trace-names.ts'
import type { NewTraceInput, Traces } from '#tracking/domain/traces.ts'
import { assessmentFields, newAssessmentOf } from '#tracking/rest/assessment-wire.ts'
import { time } from '#tracking/rest/parts.ts'
import { durationOf, timestampOf, wordsOf } from '#tracking/rest/trace-times.ts'
import { infoWire, traceWire } from '#tracking/rest/trace-wire.ts'
import { listed, paged } from '#tracking/rest/wire.ts'

const base = '/api/3.0/mlflow/traces'
const family = 'mlflow'

const location = { type: text, mlflow_experiment: nested({ experiment_id: text }) }
const info = {
  trace_id: text,
  client_request_id: text,
  trace_location: nested(location),
  request_preview: text,
  response_preview: text,
  request_time: text,
  execution_duration: text,
  state: oneOf('OK', 'ERROR', 'IN_PROGRESS'),
  trace_metadata: anything,
  assessments: list(assessmentFields),
  tags: anything,
}
const Start = message({ trace: nested({ trace_info: nested(info) }).required() })
const Get = message({ trace_id: text.required(), allow_partial: bool })
const Batch = message({ trace_ids: list(text), experiment_ids: list(text) })
const Search = message({ locations: list(location), filter: text, max_results: int, order_by: list(text), page_token: text })
const SetTag = message({ key: text.required(), value: text })
const DeleteTag = message({ key: text.required() })
const Delete = message({ experiment_id: text.required(), max_timestamp_millis: int, max_traces: int, request_ids: list(text) })
const LinkToRun = message({ trace_ids: list(text), run_id: text.required() })
const LinkPrompts = message({ trace_id: text.required(), prompt_versions: list({ name: text, version: text }) })

const idOf = (params: Readonly<Record<string, string>>): string => params['trace_id'] ?? params['request_id'] ?? ''

/** How many, by default 100 and at most 500, in MLflow's words. */
export function pageSize(asked: number | bigint | undefined): number {
  if (asked !== undefined && asked > traceLimits.search)
    throw invalid(`Invalid value ${asked} for parameter 'max_results' supplied:  Hint: Value was of type 'int'. See the API docs for more information about request parameters.`, 'max_results')
  return Number(asked ?? 100)
}

/** A list that must hold something: proto2 does not tell an empty list from none. */
const needed = <T>(items: readonly T[] | undefined, name: string): readonly T[] => {
  if (!items?.length) throw missing(name)
  return items
}

function newTraceOf({ trace }: ReturnType<typeof Start.read>): NewTraceInput {
  const sent = trace.trace_info ?? {}
  return {
    id: sent.trace_id ?? '',
    experimentId: sent.trace_location?.mlflow_experiment?.experiment_id ?? '',
    requestTime: timestampOf(sent.request_time, 'request_time') ?? 0,
    executionMs: durationOf(sent.execution_duration, 'execution_duration'),
    state: sent.state ?? 'STATE_UNSPECIFIED',
    clientRequestId: sent.client_request_id,
    requestPreview: sent.request_preview,
    responsePreview: sent.response_preview,
    tags: wordsOf(sent.tags, 'tags'),
    metadata: wordsOf(sent.trace_metadata, 'trace_metadata'),
    assessments: (sent.assessments ?? []).map(newAssessmentOf),
  }
}

const readRoutes = (traces: Traces): Route[] => [
  projectRoute({
    method: 'GET',
    path: `${base}/get`,
    family,
    summary: 'A trace with its spans.',
    needs: 'tracking.trace.read',
    input: Get.read,
    handle: async ({ scope, input }) => ({ trace: traceWire(await traces.getWhole(scope, input.trace_id, input.allow_partial ?? false)) }),
  }),
  projectRoute({
    method: 'GET',
    path: `${base}/batchGet`,
    family,
    summary: 'Several traces with their spans.',
    needs: 'tracking.trace.read',
    input: Batch.read,
    handle: async ({ scope, input }) => listed('traces', (await traces.getMany(scope, needed(input.trace_ids, 'trace_ids'), input.experiment_ids)).map(traceWire)),
  }),
  projectRoute({
    method: 'POST',
    path: `${base}/batchGetInfos`,
    family,
    summary: 'Several traces without their spans.',
    needs: 'tracking.trace.read',
    writes: false,
    input: Batch.read,
    handle: async ({ scope, input }) => listed('trace_infos', (await traces.infos(scope, needed(input.trace_ids, 'trace_ids'), input.experiment_ids)).map(infoWire)),
  }),
  projectRoute({
    method: 'POST',
    path: `${base}/search`,
    family,
    summary: 'Searches traces by what they, their spans and their assessments say.',
    needs: 'tracking.trace.read',
    writes: false,
    input: Search.read,
    async handle({ scope, input }) {
      const experimentIds = needed(input.locations, 'locations').flatMap(({ mlflow_experiment: experiment }) => (experiment === undefined ? [] : [experiment.experiment_id ?? '']))
      const page = await traces.search(scope, { experimentIds, filter: input.filter, orderBy: input.order_by, limit: pageSize(input.max_results), token: input.page_token })
      return { ...listed('traces', page.items.map(infoWire)), ...paged(page.nextToken) }
    },
  }),
  projectRoute({
    method: 'GET',
    path: `${base}/:trace_id`,
    family,
    summary: 'A trace without its spans.',
    needs: 'tracking.trace.read',
    handle: async ({ scope, params }) => ({ trace: { trace_info: infoWire(await traces.get(scope, idOf(params))) } }),
  }),
]

const startRoute = (traces: Traces): Route =>
  projectRoute({
    method: 'POST',
    path: base,
    family,
    summary: 'Stores a trace; its spans come by OTLP.',
    needs: 'tracking.trace.create',
    input: Start.read,
    handle: async ({ scope, input }) => ({ trace: { trace_info: infoWire(await traces.start(scope, newTraceOf(input))) } }),
  })

/** Served under both versions of the API. */
const sharedRoutes = (traces: Traces, version: '2.0' | '3.0'): Route[] => {
  const path = `/api/${version}/mlflow/traces`
  const one = `${path}/:${version === '2.0' ? 'request_id' : 'trace_id'}`
  return [
    projectRoute({
      method: 'PATCH',
      path: `${one}/tags`,
      family,
      summary: 'Sets a tag of a trace.',
      needs: 'tracking.trace.update',
      input: SetTag.read,
      async handle({ scope, input, params }) {
        await traces.setTag(scope, idOf(params), input.key, input.value ?? '')
        return {}
      },
    }),
    projectRoute({
      method: 'DELETE',
      path: `${one}/tags`,
      family,
      summary: 'Removes a tag of a trace.',
      needs: 'tracking.trace.update',
      input: DeleteTag.read,
      async handle({ scope, input, params }) {
        await traces.deleteTag(scope, idOf(params), input.key)
        return {}
      },
    }),
    projectRoute({
      method: 'POST',
      path: `${path}/delete-traces`,
      family,
      summary: 'Deletes traces by id, or the oldest of an experiment.',
      needs: 'tracking.trace.delete',
      input: Delete.read,
      handle: async ({ scope, input }) => ({
        traces_deleted: await traces.delete(scope, {
          experimentId: input.experiment_id,
          maxTimestamp: time(input.max_timestamp_millis, 'max_timestamp_millis'),
          maxTraces: time(input.max_traces, 'max_traces'),
          ids: input.request_ids,
        }),
      }),
    }),
  ]
}

const linkRoutes = (traces: Traces): Route[] => [
  projectRoute({
    method: 'POST',
    path: '/api/2.0/mlflow/traces/link-to-run',
    family,
    summary: 'Links traces to a run.',
    needs: 'tracking.trace.update',
    input: LinkToRun.read,
    async handle({ scope, input }) {
      await traces.linkToRun(scope, input.trace_ids ?? [], input.run_id)
      return {}
    },
  }),
  projectRoute({
    method: 'POST',
    path: '/api/2.0/mlflow/traces/link-prompts',
    family,
    summary: 'Links versions of prompts to a trace.',
    needs: 'tracking.trace.update',
    input: LinkPrompts.read,
    async handle({ scope, input }) {
      const prompts = needed(input.prompt_versions, 'prompt_versions').map(({ name = '', version = '' }) => ({ name, version }))
      await traces.linkPrompts(scope, input.trace_id, prompts)
      return {}
    },
  }),
]

export const traceRoutes = (traces: Traces): Route[] => [...readRoutes(traces), startRoute(traces), ...sharedRoutes(traces, '3.0'), ...sharedRoutes(traces, '2.0'), ...linkRoutes(traces)]
