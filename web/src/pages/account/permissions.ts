/**
 * What each permission lets one do, in the words of docs/permissions.md (a test holds the two together). The graph says
 * which of them somebody holds; it does not say why they exist.
 */
const whys: Readonly<Record<string, string>> = {
  'platform.service.read': 'see the health and versions of the subsystems',
  'platform.user.read': 'list the people of the installation',
  'platform.user.create': 'invite people',
  'platform.user.update': 'reset passwords, deactivate, make an administrator',
  'platform.project.create': 'open a new project',
  'identity.project.read': 'see that the project exists, its title and its counts',
  'identity.project.update': 'change title and description',
  'identity.project.delete': 'move the project to the trash',
  'identity.member.read': 'see who works in the project',
  'identity.member.update': 'invite, change role, remove',
  'tracking.experiment.read': 'see experiments',
  'tracking.experiment.create': 'open an experiment',
  'tracking.experiment.update': 'rename and tag an experiment',
  'tracking.experiment.delete': 'move an experiment with its runs to the trash',
  'tracking.run.read': 'see runs, metrics, params and tags',
  'tracking.run.create': 'start runs in an experiment',
  'tracking.run.update': 'log to runs',
  'tracking.run.delete': "move other people's runs to the trash",
  'tracking.artifact.read': 'list and download files of runs and models',
  'tracking.artifact.create': 'upload files to runs and models',
  'tracking.artifact.delete': 'remove files of runs and models',
  'tracking.logged-model.read': 'see logged models',
  'tracking.logged-model.create': 'log a model to a run',
  'tracking.logged-model.update': 'finalise and tag a logged model',
  'tracking.logged-model.delete': "move other people's logged models to the trash",
  'tracking.trace.read': 'see traces, their spans and what is said of them',
  'tracking.trace.create': 'send traces and spans',
  'tracking.trace.update': 'tag, link and assess traces',
  'tracking.trace.delete': "delete other people's traces",
  'tracking.evaluation-dataset.read': 'see evaluation datasets and their records',
  'tracking.evaluation-dataset.create': 'collect records for evaluations',
  'tracking.evaluation-dataset.update': 'add, change and remove records, tags and experiments of an evaluation dataset',
  'tracking.evaluation-dataset.delete': "delete other people's evaluation datasets",
  'tracking.scorer.read': 'see scorers and their versions',
  'tracking.scorer.create': 'register a scorer or a new version of one',
  'tracking.scorer.update': 'change what is registered of a scorer',
  'tracking.scorer.delete': "delete other people's scorers or their versions",
  'registry.model.read': 'see registered models and their versions',
  'registry.model.create': 'register a model name',
  'registry.model.update': 'describe, tag and rename a registered model',
  'registry.model.delete': 'remove a registered model with its versions',
  'registry.version.create': 'register a version',
  'registry.version.update': 'describe and tag a version',
  'registry.version.delete': 'remove a version',
  'registry.version.promote': 'move a stage or an alias such as @champion',
  'registry.webhook.read': 'see which addresses are told of changes',
  'registry.webhook.create': 'have changes told to an address outside',
  'registry.webhook.update': 'change, pause and test a webhook',
  'registry.webhook.delete': 'remove a webhook',
  'datasets.dataset.read': 'see, preview and download datasets',
  'datasets.dataset.create': 'upload a dataset or a new version of one',
  'datasets.dataset.update': 'describe and tag a dataset',
  'datasets.dataset.delete': 'move a dataset to the trash',
}

export const allPermissions: readonly string[] = Object.keys(whys)

/** The sentence, or nothing for a permission that is younger than this page. */
export const whyOf = (permission: string): string => whys[permission] ?? ''

export const isRead = (permission: string): boolean => permission.endsWith('.read')
const isPlatform = (permission: string): boolean => permission.startsWith('platform.')

/** What a token for all of one's projects may be narrowed to: what holds in projects, and the platform for who runs it. */
export const inAllProjects = (isAdmin: boolean): readonly string[] => allPermissions.filter((permission) => isAdmin || !isPlatform(permission))

const components: Readonly<Record<string, string>> = { platform: 'Platform', identity: 'Project and members', tracking: 'Experiments and runs', registry: 'Models', datasets: 'Datasets' }

export interface PermissionGroup {
  readonly title: string
  readonly permissions: readonly string[]
}

/** By component, in the order of the table. */
export function groupsOfPermissions(permissions: readonly string[]): readonly PermissionGroup[] {
  const groups = new Map<string, string[]>()
  for (const permission of permissions) {
    const [component = ''] = permission.split('.', 1)
    groups.set(component, [...(groups.get(component) ?? []), permission])
  }
  return [...groups].map(([component, held]) => ({ title: components[component] ?? component, permissions: held }))
}

/** One cell of the list: what a token may do at most. */
export function carried(permissions: readonly string[] | null | undefined): string {
  if (!permissions) return 'all I may'
  if (permissions.length === 1) return permissions[0] ?? ''
  return permissions.length > 0 && permissions.every(isRead) ? 'read only' : `${permissions.length} chosen`
}
