/** MLflow's endpoints of runs, but for what is logged to them (logging.routes.ts). */
import { int, list, message, oneOf, text, wrongType } from '#shared/rest/mlflow-message.ts'
import { projectRoute, type Route } from '#shared/rest/route.ts'
import { limits } from '#tracking/domain/names.ts'
import { runStatuses } from '#tracking/domain/run.ts'
import type { Runs } from '#tracking/domain/runs.ts'
import { lifecycleView, runId, time } from '#tracking/rest/parts.ts'
import { createdRunWire, listed, paged, runInfoWire, runWire } from '#tracking/rest/wire.ts'

const Create = message({ experiment_id: text, user_id: text, run_name: text, start_time: int, tags: list({ key: text, value: text }) })
const Update = message({ run_id: runId, status: oneOf(...runStatuses), end_time: int, run_name: text })
const One = message({ run_id: runId })
const Search = message({ experiment_ids: list(text), filter: text, run_view_type: oneOf('ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'), max_results: int, order_by: list(text), page_token: text })

const base = '/api/2.0/mlflow/runs'
const defaultPage = 1_000

export const runRoutes = ({ runs }: { readonly runs: Runs }): Route[] => [...changeRoutes(runs), ...readRoutes(runs), ...trashRoutes(runs)]

function changeRoutes(runs: Runs): Route[] {
  return [
    projectRoute({
      method: 'POST',
      path: `${base}/create`,
      family: 'mlflow',
      summary: 'Starts a run.',
      needs: 'tracking.run.create',
      input: Create.read,
      async handle({ scope, input }) {
        const tags = (input.tags ?? []).map(({ key = '', value = '' }) => ({ key, value }))
        const run = await runs.create(scope, { experimentId: input.experiment_id ?? '', name: input.run_name, userName: input.user_id, startTime: time(input.start_time, 'start_time'), tags })
        return { run: createdRunWire(run) }
      },
    }),
    projectRoute({
      method: 'POST',
      path: `${base}/update`,
      family: 'mlflow',
      summary: 'Changes the status, end time or name of a run.',
      needs: 'tracking.run.update',
      input: Update.read,
      async handle({ scope, input }) {
        const run = await runs.update(scope, input.run_id, { name: input.run_name, status: input.status, endTime: time(input.end_time, 'end_time') })
        return { run_info: runInfoWire(run) }
      },
    }),
  ]
}

function readRoutes(runs: Runs): Route[] {
  return [
    projectRoute({
      method: 'GET',
      path: `${base}/get`,
      family: 'mlflow',
      summary: 'One run with everything that was logged to it.',
      needs: 'tracking.run.read',
      input: One.read,
      handle: async ({ scope, input }) => ({ run: runWire(await runs.get(scope, input.run_id)) }),
    }),
    projectRoute({
      method: 'POST',
      path: `${base}/search`,
      family: 'mlflow',
      summary: 'Searches runs of some experiments.',
      needs: 'tracking.run.read',
      writes: false,
      input: Search.read,
      async handle({ scope, input }) {
        const limit = input.max_results ?? defaultPage
        if (limit > limits.searchRuns) throw wrongType(limit, 'max_results')
        const page = await runs.search(scope, input.experiment_ids ?? [], {
          filter: input.filter,
          orderBy: input.order_by,
          view: lifecycleView(input.run_view_type),
          limit: Number(limit),
          token: input.page_token,
        })
        return { ...listed('runs', page.items.map(runWire)), ...paged(page.nextToken) }
      },
    }),
  ]
}

function trashRoutes(runs: Runs): Route[] {
  return [
    projectRoute({
      method: 'POST',
      path: `${base}/delete`,
      family: 'mlflow',
      summary: 'Moves a run to the trash.',
      needs: 'tracking.run.delete',
      input: One.read,
      async handle({ scope, input }) {
        await runs.delete(scope, [input.run_id])
        return {}
      },
    }),
    projectRoute({
      method: 'POST',
      path: `${base}/restore`,
      family: 'mlflow',
      summary: 'Brings a run back from the trash.',
      needs: 'tracking.run.delete',
      input: One.read,
      async handle({ scope, input }) {
        await runs.restore(scope, [input.run_id])
        return {}
      },
    }),
  ]
}
