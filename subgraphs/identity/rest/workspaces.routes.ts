/**
 * MLflow's workspaces are projects. Shapes and messages: mlflow/server/handlers.py 3.17 (_list_workspaces_handler and
 * its neighbours), mlflow/store/workspace/abstract_store.py (WorkspaceNameValidator). Artifact roots and trace archives
 * are ours to choose (design section 4): accepted and left out of the answer.
 */
import { findProject, scopeIn } from '#shared/access.ts'
import type { Actor } from '#shared/actor.ts'
import { invalid, notFound } from '#shared/errors.ts'
import { isProjectName } from '#shared/names.ts'
import { message, text } from '#shared/rest/mlflow-message.ts'
import { platformRoute, RestAnswer, withAjaxTwins, type Route } from '#shared/rest/route.ts'
import { DEFAULT_PROJECT, MAX_PAGE, type Projects } from '#identity/domain/projects.ts'
import type { Project } from '#identity/domain/stores.ts'

const base = '/api/3.0/mlflow/workspaces'
const Create = message({ name: text.required(), description: text, default_artifact_root: text })
const Update = message({ workspace_name: text.required(), description: text, default_artifact_root: text })
const Named = message({ workspace_name: text.required() })
/** In the trash a project keeps everything, so RESTRICT and CASCADE differ in nothing here. */
const deletionModes = ['SET_DEFAULT', 'CASCADE', 'RESTRICT']

const workspaceOf = ({ name, description }: Project) => ({ name, ...(description === null ? {} : { description }) })

export const workspaceRoutes = (projects: Projects): Route[] => withAjaxTwins([...collectionRoutes(projects), ...singleRoutes(projects)])

const collectionRoutes = (projects: Projects): Route[] => [
  platformRoute({
    method: 'GET',
    path: base,
    family: 'mlflow',
    summary: 'List the projects that the caller can see, as MLflow workspaces.',
    needs: 'authenticated',
    async handle({ actor }) {
      const workspaces = (await allOf(projects, actor)).map(workspaceOf)
      return workspaces.length > 0 ? { workspaces } : {}
    },
  }),
  platformRoute({
    method: 'POST',
    path: base,
    family: 'mlflow',
    summary: 'Open a project under the name of an MLflow workspace.',
    needs: 'platform.project.create',
    input: Create.read,
    async handle({ actor, input }) {
      if (input.name === DEFAULT_PROJECT) throw invalid(`The '${DEFAULT_PROJECT}' workspace is reserved and cannot be created`)
      validateName(input.name)
      return new RestAnswer({ workspace: workspaceOf(await projects.create(actor, { name: input.name, description: input.description ?? null })) }, { status: 201 })
    },
  }),
]

const singleRoutes = (projects: Projects): Route[] => [
  platformRoute({
    method: 'GET',
    path: `${base}/:workspace_name`,
    family: 'mlflow',
    summary: 'One project, as an MLflow workspace.',
    needs: 'authenticated',
    input: Named.read,
    async handle({ actor, input }) {
      validateName(input.workspace_name)
      const project = await projects.find(actor, input.workspace_name)
      if (!project) throw missing(input.workspace_name)
      return { workspace: workspaceOf(project) }
    },
  }),
  platformRoute({
    method: 'PATCH',
    path: `${base}/:workspace_name`,
    family: 'mlflow',
    summary: 'Describe a project.',
    needs: 'authenticated',
    input: Update.read,
    async handle({ actor, input }) {
      validateName(input.workspace_name)
      if (input.description === undefined && input.default_artifact_root === undefined) throw invalid('Workspace update must have at least one key')
      if (!findProject(actor, input.workspace_name)) throw missing(input.workspace_name)
      return { workspace: workspaceOf(await projects.update(scopeIn(actor, input.workspace_name), { description: input.description })) }
    },
  }),
  platformRoute({
    method: 'DELETE',
    path: `${base}/:workspace_name`,
    family: 'mlflow',
    summary: 'Move a project to the trash.',
    needs: 'authenticated',
    input: Named.read,
    async handle({ actor, input, query }) {
      if (input.workspace_name === DEFAULT_PROJECT) throw invalid(`The '${DEFAULT_PROJECT}' workspace is reserved and cannot be deleted`)
      validateName(input.workspace_name)
      const mode = query.get('mode') ?? 'RESTRICT'
      if (!deletionModes.includes(mode)) throw invalid(`Invalid deletion mode '${mode}'. Must be one of: ${deletionModes.join(', ')}`)
      if (mode === 'SET_DEFAULT') throw invalid('Deletion mode SET_DEFAULT is not available: nothing moves from one project into another')
      if (!findProject(actor, input.workspace_name)) throw missing(input.workspace_name)
      await projects.remove(scopeIn(actor, input.workspace_name))
      return new RestAnswer(undefined, { status: 204 })
    },
  }),
]

const missing = (name: string) => notFound(`Workspace '${name}' not found`)

/** MLflow answers the whole list. */
async function allOf(projects: Projects, actor: Actor): Promise<Project[]> {
  const all: Project[] = []
  let after: string | undefined
  do {
    const page = await projects.list(actor, MAX_PAGE, after)
    all.push(...page.items)
    after = page.nextToken
  } while (after !== undefined)
  return all
}

function validateName(name: string): void {
  if (isProjectName(name)) return
  if (name.length < 2 || name.length > 63) throw invalid(`Workspace name '${name}' must be between 2 and 63 characters.`)
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name))
    throw invalid(`Workspace name '${name}' must match the pattern ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$ (lowercase alphanumeric with optional internal hyphens).`)
  throw invalid(`Workspace name '${name}' is reserved and cannot be used.`)
}
