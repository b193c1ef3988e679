/** MLflow's endpoints of traces before version 3: the server makes the id, and a second request ends the trace. */
import { int, list, message, missing, oneOf, text } from '#shared/rest/mlflow-message.ts'
import { projectRoute, type Route } from '#shared/rest/route.ts'
import type { Traces } from '#tracking/domain/traces.ts'
import type { Words } from '#tracking/domain/trace.ts'
import { time } from '#tracking/rest/parts.ts'
import { infoWireV2 } from '#tracking/rest/trace-wire.ts'
import { pageSize } from '#tracking/rest/traces.routes.ts'
import { listed, paged } from '#tracking/rest/wire.ts'

const base = '/api/2.0/mlflow/traces'
const pair = list({ key: text.required(), value: text })
const Start = message({ experiment_id: text, timestamp_ms: int, request_metadata: pair, tags: pair })
const End = message({ timestamp_ms: int, status: oneOf('OK', 'ERROR', 'IN_PROGRESS'), request_metadata: pair, tags: pair })
const Search = message({ experiment_ids: list(text), filter: text, max_results: int, order_by: list(text), page_token: text })

const wordsIn = (pairs: readonly { key: string; value?: string }[] | undefined): Words => Object.fromEntries((pairs ?? []).map(({ key, value = '' }) => [key, value]))
const idOf = (params: Readonly<Record<string, string>>): string => params['request_id'] ?? ''

export const traceV2Routes = (traces: Traces): Route[] => [
  projectRoute({
    method: 'POST',
    path: base,
    family: 'mlflow',
    summary: 'Begins a trace (MLflow 2).',
    needs: 'tracking.trace.create',
    input: Start.read,
    handle: async ({ scope, input }) => ({
      trace_info: infoWireV2(
        await traces.startV2(scope, {
          experimentId: input.experiment_id ?? '',
          timestamp: time(input.timestamp_ms, 'timestamp_ms') ?? 0,
          tags: wordsIn(input.tags),
          metadata: wordsIn(input.request_metadata),
        }),
      ),
    }),
  }),
  projectRoute({
    method: 'PATCH',
    path: `${base}/:request_id`,
    family: 'mlflow',
    summary: 'Ends a trace (MLflow 2).',
    needs: 'tracking.trace.update',
    input: End.read,
    handle: async ({ scope, input, params }) => ({
      trace_info: infoWireV2(
        await traces.endV2(scope, idOf(params), {
          timestamp: time(input.timestamp_ms, 'timestamp_ms') ?? 0,
          state: input.status ?? 'STATE_UNSPECIFIED',
          tags: wordsIn(input.tags),
          metadata: wordsIn(input.request_metadata),
        }),
      ),
    }),
  }),
  projectRoute({
    method: 'GET',
    path: `${base}/:request_id/info`,
    family: 'mlflow',
    summary: 'A trace without its spans (MLflow 2).',
    needs: 'tracking.trace.read',
    handle: async ({ scope, params }) => ({ trace_info: infoWireV2(await traces.get(scope, idOf(params))) }),
  }),
  projectRoute({
    method: 'GET',
    path: base,
    family: 'mlflow',
    summary: 'Searches traces (MLflow 2).',
    needs: 'tracking.trace.read',
    input: Search.read,
    async handle({ scope, input }) {
      if (!input.experiment_ids?.length) throw missing('experiment_ids')
      const page = await traces.search(scope, { experimentIds: input.experiment_ids, filter: input.filter, orderBy: input.order_by, limit: pageSize(input.max_results), token: input.page_token })
      return { ...listed('traces', page.items.map(infoWireV2)), ...paged(page.nextToken) }
    },
  }),
]
