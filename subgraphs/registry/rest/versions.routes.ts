/** MLflow's model-version and alias endpoints (mlflow-api.md 6.1; messages and shapes as recorded). */
import { bool, int, list, message, text } from '#shared/rest/mlflow-message.ts'
import { projectRoute, type Route, withAjaxTwins } from '#shared/rest/route.ts'
import type { ModelVersion } from '#registry/domain/model.ts'
import { versionNumber } from '#registry/domain/names.ts'
import type { RegistryServices } from '#registry/domain/services.ts'
import { pageAnswer, versionAnswer } from '#registry/rest/answers.ts'
import { limitOf, modelRoutes, tagsOf } from '#registry/rest/models.routes.ts'

const base = '/api/2.0/mlflow/model-versions'
const aliasPath = '/api/2.0/mlflow/registered-models/alias'
const maxVersions = 200_000

const Numbered = message({ name: text.required(), version: text.required() })
const Create = message({ name: text.required(), source: text.required(), run_id: text, tags: list({ key: text, value: text }), run_link: text, description: text, model_id: text })
const Update = message({ name: text.required(), version: text.required(), description: text })
const Transition = message({ name: text.required(), version: text.required(), stage: text.required(), archive_existing_versions: bool })
const Search = message({ filter: text, max_results: int, order_by: list(text), page_token: text })
const SetTag = message({ name: text.required(), version: text.required(), key: text.required(), value: text })
const DeleteTag = message({ name: text.required(), version: text.required(), key: text.required() })
const SetAlias = message({ name: text.required(), alias: text.required(), version: text.required() })
const Aliased = message({ name: text.required(), alias: text.required() })

const answer = (version: ModelVersion): object => ({ model_version: versionAnswer(version) })

function readRoutes({ versions }: RegistryServices): Route[] {
  return [
    projectRoute({
      method: 'GET',
      path: `${base}/get`,
      family: 'mlflow',
      summary: 'A version by model and number.',
      needs: 'registry.model.read',
      input: Numbered.read,
      handle: async ({ scope, input }) => answer(await versions.get(scope, input.name, versionNumber(input.version))),
    }),
    projectRoute({
      method: 'GET',
      path: `${base}/search`,
      family: 'mlflow',
      summary: 'Versions by a filter, in pages.',
      needs: 'registry.model.read',
      input: Search.read,
      async handle({ scope, input }) {
        const page = await versions.search(scope, { filter: input.filter, orderBy: input.order_by, limit: limitOf(input.max_results, maxVersions, maxVersions), token: input.page_token })
        return pageAnswer('model_versions', page.items.map(versionAnswer), page.nextToken)
      },
    }),
    projectRoute({
      method: 'GET',
      path: `${base}/get-download-uri`,
      family: 'mlflow',
      summary: 'Where the files of a version are.',
      needs: 'registry.model.read',
      input: Numbered.read,
      handle: async ({ scope, input }) => ({ artifact_uri: await versions.downloadUri(scope, input.name, versionNumber(input.version)) }),
    }),
  ]
}

function writeRoutes({ versions, registration }: RegistryServices): Route[] {
  return [
    projectRoute({
      method: 'POST',
      path: `${base}/create`,
      family: 'mlflow',
      summary: 'Register a version of a model from an artifact of the project.',
      needs: 'registry.version.create',
      input: Create.read,
      handle: async ({ scope, input }) =>
        answer(
          await registration.register(scope, {
            name: input.name,
            source: input.source,
            runId: input.run_id,
            runLink: input.run_link,
            loggedModelId: input.model_id,
            description: input.description ?? '',
            tags: tagsOf(input.tags),
          }),
        ),
    }),
    projectRoute({
      method: 'PATCH',
      path: `${base}/update`,
      family: 'mlflow',
      summary: 'Change the description of a version.',
      needs: 'registry.version.update',
      input: Update.read,
      handle: async ({ scope, input }) => answer(await versions.describe(scope, input.name, versionNumber(input.version), input.description ?? null)),
    }),
    projectRoute({
      method: 'POST',
      path: `${base}/transition-stage`,
      family: 'mlflow',
      summary: 'Move a version into a stage.',
      needs: 'registry.version.promote',
      input: Transition.read,
      handle: async ({ scope, input }) => answer(await versions.setStage(scope, input.name, versionNumber(input.version), input.stage, input.archive_existing_versions ?? false)),
    }),
    projectRoute({
      method: 'DELETE',
      path: `${base}/delete`,
      family: 'mlflow',
      summary: 'Remove a version; its number is never used again.',
      needs: 'registry.version.delete',
      input: Numbered.read,
      handle: async ({ scope, input }) => void (await versions.remove(scope, input.name, versionNumber(input.version))),
    }),
    projectRoute({
      method: 'POST',
      path: `${base}/set-tag`,
      family: 'mlflow',
      summary: 'Tag a version.',
      needs: 'registry.version.update',
      input: SetTag.read,
      handle: async ({ scope, input }) => void (await versions.setTag(scope, input.name, versionNumber(input.version), { key: input.key, value: input.value ?? '' })),
    }),
    projectRoute({
      method: 'DELETE',
      path: `${base}/delete-tag`,
      family: 'mlflow',
      summary: 'Remove a tag of a version.',
      needs: 'registry.version.update',
      input: DeleteTag.read,
      handle: async ({ scope, input }) => void (await versions.deleteTag(scope, input.name, versionNumber(input.version), input.key)),
    }),
  ]
}

function aliasRoutes({ versions }: RegistryServices): Route[] {
  return [
    projectRoute({
      method: 'POST',
      path: aliasPath,
      family: 'mlflow',
      summary: 'Point an alias at a version.',
      needs: 'registry.version.promote',
      input: SetAlias.read,
      handle: async ({ scope, input }) => void (await versions.setAlias(scope, input.name, input.alias, versionNumber(input.version))),
    }),
    projectRoute({
      method: 'DELETE',
      path: aliasPath,
      family: 'mlflow',
      summary: 'Remove an alias.',
      needs: 'registry.version.promote',
      input: Aliased.read,
      handle: async ({ scope, input }) => void (await versions.deleteAlias(scope, input.name, input.alias)),
    }),
    projectRoute({
      method: 'GET',
      path: aliasPath,
      family: 'mlflow',
      summary: 'The version that an alias points at.',
      needs: 'registry.model.read',
      input: Aliased.read,
      handle: async ({ scope, input }) => answer(await versions.byAlias(scope, input.name, input.alias)),
    }),
  ]
}

/** MLflow's ModelRegistryService: 22 endpoints and their /ajax-api twins. */
export const registryRoutes = (services: RegistryServices): Route[] => withAjaxTwins([...modelRoutes(services), ...readRoutes(services), ...writeRoutes(services), ...aliasRoutes(services)])
