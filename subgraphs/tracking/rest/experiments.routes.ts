/** MLflow's endpoints of experiments. */
import { invalid } from '#shared/errors.ts'
import { int, list, message, oneOf, text } from '#shared/rest/mlflow-message.ts'
import { projectRoute, type Route } from '#shared/rest/route.ts'
import type { Experiments } from '#tracking/domain/experiments.ts'
import { lifecycleView } from '#tracking/rest/parts.ts'
import { experimentWire, listed, paged } from '#tracking/rest/wire.ts'

const tag = { key: text, value: text }
const Create = message({ name: text.required(), artifact_location: text, tags: list(tag) })
const Get = message({ experiment_id: text.required() })
const GetByName = message({ experiment_name: text.required() })
const Search = message({ max_results: int, page_token: text, filter: text, order_by: list(text), view_type: oneOf('ACTIVE_ONLY', 'DELETED_ONLY', 'ALL') })
const Update = message({ experiment_id: text.required(), new_name: text.required() })
const SetTag = message({ experiment_id: text.required(), key: text.required(), value: text })
const DeleteTag = message({ experiment_id: text.required(), key: text.required() })

const base = '/api/2.0/mlflow/experiments'

export const experimentRoutes = ({ experiments }: { readonly experiments: Experiments }): Route[] => [...readRoutes(experiments), ...changeRoutes(experiments), ...tagRoutes(experiments)]

function readRoutes(experiments: Experiments): Route[] {
  const search = (method: 'GET' | 'POST'): Route =>
    projectRoute({
      method,
      path: `${base}/search`,
      family: 'mlflow',
      summary: 'Searches experiments.',
      needs: 'tracking.experiment.read',
      writes: false,
      input: Search.read,
      async handle({ scope, input }) {
        const page = await experiments.search(scope, {
          filter: input.filter,
          orderBy: input.order_by,
          view: lifecycleView(input.view_type),
          limit: Number(input.max_results ?? 0),
          token: input.page_token,
        })
        return {
          ...listed(
            'experiments',
            page.items.map((e) => experimentWire(scope.project, e)),
          ),
          ...paged(page.nextToken),
        }
      },
    })
  return [
    projectRoute({
      method: 'GET',
      path: `${base}/get`,
      family: 'mlflow',
      summary: 'One experiment by id, deleted ones too.',
      needs: 'tracking.experiment.read',
      input: Get.read,
      handle: async ({ scope, input }) => ({ experiment: experimentWire(scope.project, await experiments.get(scope, input.experiment_id)) }),
    }),
    projectRoute({
      method: 'GET',
      path: `${base}/get-by-name`,
      family: 'mlflow',
      summary: 'One experiment by name, deleted ones too.',
      needs: 'tracking.experiment.read',
      input: GetByName.read,
      handle: async ({ scope, input }) => ({ experiment: experimentWire(scope.project, await experiments.getByName(scope, input.experiment_name)) }),
    }),
    search('GET'),
    search('POST'),
  ]
}

function changeRoutes(experiments: Experiments): Route[] {
  return [
    projectRoute({
      method: 'POST',
      path: `${base}/create`,
      family: 'mlflow',
      summary: 'Opens an experiment. Its artifact location is ours, whatever the client asks for.',
      needs: 'tracking.experiment.create',
      input: Create.read,
      async handle({ scope, input }) {
        if (input.artifact_location?.includes('#')) throw invalid("'artifact_location' URL can't include fragments or params.", 'artifact_location')
        const tags = (input.tags ?? []).map(({ key = '', value = '' }) => ({ key, value }))
        return { experiment_id: (await experiments.create(scope, { name: input.name, tags })).id }
      },
    }),
    projectRoute({
      method: 'POST',
      path: `${base}/update`,
      family: 'mlflow',
      summary: 'Renames an experiment.',
      needs: 'tracking.experiment.update',
      input: Update.read,
      async handle({ scope, input }) {
        await experiments.rename(scope, input.experiment_id, input.new_name)
        return {}
      },
    }),
    projectRoute({
      method: 'POST',
      path: `${base}/delete`,
      family: 'mlflow',
      summary: 'Moves an experiment with its runs to the trash.',
      needs: 'tracking.experiment.delete',
      input: Get.read,
      async handle({ scope, input }) {
        await experiments.delete(scope, input.experiment_id)
        return {}
      },
    }),
    projectRoute({
      method: 'POST',
      path: `${base}/restore`,
      family: 'mlflow',
      summary: 'Brings an experiment back.',
      needs: 'tracking.experiment.delete',
      input: Get.read,
      async handle({ scope, input }) {
        await experiments.restore(scope, input.experiment_id)
        return {}
      },
    }),
  ]
}

function tagRoutes(experiments: Experiments): Route[] {
  return [
    projectRoute({
      method: 'POST',
      path: `${base}/set-experiment-tag`,
      family: 'mlflow',
      summary: 'Sets one tag of an experiment.',
      needs: 'tracking.experiment.update',
      input: SetTag.read,
      async handle({ scope, input }) {
        await experiments.setTag(scope, input.experiment_id, { key: input.key, value: input.value ?? '' })
        return {}
      },
    }),
    projectRoute({
      method: 'POST',
      path: `${base}/delete-experiment-tag`,
      family: 'mlflow',
      summary: 'Removes one tag of an experiment.',
      needs: 'tracking.experiment.update',
      input: DeleteTag.read,
      async handle({ scope, input }) {
        await experiments.deleteTag(scope, input.experiment_id, input.key)
        return {}
      },
    }),
  ]
}
