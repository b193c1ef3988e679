/** Every address, typed. `paths` are the client's own; `served` are the gateway's. Nothing else spells an address. */

const e = encodeURIComponent
/** Keeps the slashes: an artifact's path is a path. */
const ePath = (path: string): string => path.split('/').map(e).join('/')

export const paths = {
  projects: () => '/',
  signIn: (next?: string) => (next && next !== '/' ? `/login?next=${e(next)}` : '/login'),
  changePassword: (next?: string) => (next && next !== '/' ? `/account/password?next=${e(next)}` : '/account/password'),
  tokens: () => '/account/tokens',
  people: () => '/admin/people',
  project: (project: string) => `/projects/${e(project)}`,
  experiments: (project: string) => `/projects/${e(project)}/experiments`,
  experiment: (project: string, id: string) => `/projects/${e(project)}/experiments/${e(id)}`,
  run: (project: string, id: string) => `/projects/${e(project)}/runs/${e(id)}`,
  models: (project: string) => `/projects/${e(project)}/models`,
  model: (project: string, name: string) => `/projects/${e(project)}/models/${e(name)}`,
  datasets: (project: string) => `/projects/${e(project)}/datasets`,
  dataset: (project: string, name: string, version?: number) => `/projects/${e(project)}/datasets/${e(name)}${version === undefined ? '' : `?version=${version}`}`,
  members: (project: string) => `/projects/${e(project)}/members`,
  explorer: () => '/explorer',
}

/** The same addresses as patterns, for the route table. */
export const patterns = {
  projects: '/',
  signIn: '/login',
  changePassword: '/account/password',
  tokens: '/account/tokens',
  people: '/admin/people',
  project: '/projects/:project',
  experiments: '/projects/:project/experiments',
  experiment: '/projects/:project/experiments/:id',
  run: '/projects/:project/runs/:id',
  models: '/projects/:project/models',
  model: '/projects/:project/models/:name',
  datasets: '/projects/:project/datasets',
  dataset: '/projects/:project/datasets/:name',
  members: '/projects/:project/members',
} satisfies Partial<Record<keyof typeof paths, string>>

export const served = {
  graphql: '/graphql',
  login: '/auth/login',
  logout: '/auth/logout',
  session: '/auth/session',
  /** What a client of MLflow takes as its tracking URI. */
  trackingUri: (origin: string, project: string) => `${origin}/p/${e(project)}`,
  artifact: (project: string, file: string) => `/p/${e(project)}/api/2.0/mlflow-artifacts/artifacts/${ePath(file)}`,
  datasetUpload: (project: string) => `/p/${e(project)}/datasets/upload`,
  datasetContent: (project: string, name: string, version: number) => `/p/${e(project)}/datasets/${e(name)}/versions/${version}/content`,
}

/** `mlflow-artifacts:/1/<run>/artifacts` and a file in it, as the file's path below the artifact root; undefined for a foreign store. */
export function artifactFile(artifactUri: string, path: string): string | undefined {
  const match = /^mlflow-artifacts:\/(?:\/[^/]*\/)?(.*)$/.exec(artifactUri)
  const root = match?.[1]?.replace(/\/+$/, '')
  return root ? `${root}/${path}` : undefined
}

/** Where to go after signing in: an address of this client only, never another site. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith(patterns.signIn) ? next : paths.projects()
}
