/** MLflow's registered-model endpoints (mlflow-api.md 6.1; messages and shapes as recorded). */
import type { Scope } from '#shared/actor.ts'
import { int, list, message, text, wrongType } from '#shared/rest/mlflow-message.ts'
import { projectRoute, type Route } from '#shared/rest/route.ts'
import type { RegisteredModel } from '#registry/domain/model.ts'
import type { RegistryServices } from '#registry/domain/services.ts'
import type { Versions } from '#registry/domain/versions.ts'
import { modelAnswer, pageAnswer, versionAnswer } from '#registry/rest/answers.ts'

const base = '/api/2.0/mlflow/registered-models'
const maxModels = 1_000

const Named = message({ name: text.required() })
const Create = message({ name: text.required(), tags: list({ key: text, value: text }), description: text, deployment_job_id: text })
const Rename = message({ name: text.required(), new_name: text.required() })
const Update = message({ name: text.required(), description: text, deployment_job_id: text })
const Search = message({ filter: text, max_results: int, order_by: list(text), page_token: text })
const Latest = message({ name: text.required(), stages: list(text) })
const SetTag = message({ name: text.required(), key: text.required(), value: text })
const DeleteTag = message({ name: text.required(), key: text.required() })

/** What a client may ask for at once; above it MLflow complains about the value as it stood in the query. */
export function limitOf(given: number | bigint | undefined, otherwise: number, most: number): number {
  if (given === undefined) return otherwise
  if (given > most) throw wrongType(String(given), 'max_results')
  return Number(given)
}

export const tagsOf = (tags: readonly { readonly key?: string; readonly value?: string }[] = []): { key: string; value: string }[] => tags.map(({ key = '', value = '' }) => ({ key, value }))

/** An answer with one model carries the latest version of each of its stages. */
const answerer =
  (versions: Versions) =>
  async (scope: Scope, model: RegisteredModel): Promise<object> => ({ registered_model: modelAnswer(model, await versions.latestOf(scope, [model])) })

function readRoutes({ models, versions }: RegistryServices): Route[] {
  const answer = answerer(versions)
  const latest = (method: 'GET' | 'POST') =>
    projectRoute({
      method,
      path: `${base}/get-latest-versions`,
      family: 'mlflow',
      summary: 'The newest version in each stage of a model.',
      needs: 'registry.model.read',
      writes: false,
      input: Latest.read,
      handle: async ({ scope, input }) => pageAnswer('model_versions', (await versions.latest(scope, input.name, input.stages)).map(versionAnswer), undefined),
    })

  return [
    projectRoute({
      method: 'GET',
      path: `${base}/get`,
      family: 'mlflow',
      summary: 'A registered model by its name.',
      needs: 'registry.model.read',
      input: Named.read,
      handle: async ({ scope, input }) => answer(scope, await models.resolve(scope, input.name)),
    }),
    projectRoute({
      method: 'GET',
      path: `${base}/search`,
      family: 'mlflow',
      summary: 'Registered models by a filter, in pages.',
      needs: 'registry.model.read',
      input: Search.read,
      async handle({ scope, input }) {
        const page = await models.search(scope, { filter: input.filter, orderBy: input.order_by, limit: limitOf(input.max_results, 100, maxModels), token: input.page_token })
        const newest = await versions.latestOf(scope, page.items)
        return pageAnswer(
          'registered_models',
          page.items.map((model) => modelAnswer(model, newest)),
          page.nextToken,
        )
      },
    }),
    latest('POST'),
    latest('GET'),
  ]
}

function writeRoutes({ models, versions }: RegistryServices): Route[] {
  const answer = answerer(versions)
  return [
    projectRoute({
      method: 'POST',
      path: `${base}/create`,
      family: 'mlflow',
      summary: 'Register the name of a model.',
      needs: 'registry.model.create',
      input: Create.read,
      handle: async ({ scope, input }) => answer(scope, await models.create(scope, { name: input.name, description: input.description ?? null, tags: tagsOf(input.tags) })),
    }),
    projectRoute({
      method: 'POST',
      path: `${base}/rename`,
      family: 'mlflow',
      summary: 'Rename a registered model; versions, aliases and grants follow.',
      needs: 'registry.model.update',
      input: Rename.read,
      handle: async ({ scope, input }) => answer(scope, await models.rename(scope, input.name, input.new_name)),
    }),
    projectRoute({
      method: 'PATCH',
      path: `${base}/update`,
      family: 'mlflow',
      summary: 'Change the description of a registered model.',
      needs: 'registry.model.update',
      input: Update.read,
      handle: async ({ scope, input }) => answer(scope, await models.describe(scope, input.name, input.description ?? '')),
    }),
    projectRoute({
      method: 'DELETE',
      path: `${base}/delete`,
      family: 'mlflow',
      summary: 'Remove a registered model with its versions.',
      needs: 'registry.model.delete',
      input: Named.read,
      handle: async ({ scope, input }) => void (await models.remove(scope, input.name)),
    }),
    projectRoute({
      method: 'POST',
      path: `${base}/set-tag`,
      family: 'mlflow',
      summary: 'Tag a registered model.',
      needs: 'registry.model.update',
      input: SetTag.read,
      handle: async ({ scope, input }) => void (await models.setTag(scope, input.name, { key: input.key, value: input.value ?? '' })),
    }),
    projectRoute({
      method: 'DELETE',
      path: `${base}/delete-tag`,
      family: 'mlflow',
      summary: 'Remove a tag of a registered model.',
      needs: 'registry.model.update',
      input: DeleteTag.read,
      handle: async ({ scope, input }) => void (await models.deleteTag(scope, input.name, input.key)),
    }),
  ]
}

export const modelRoutes = (services: RegistryServices): Route[] => [...readRoutes(services), ...writeRoutes(services)]
