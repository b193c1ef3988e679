/** The project of an MLflow client, whose paths have none (design section 4): prefix, header or token; never two that differ. */
import { invalid } from '#shared/errors.ts'

export const workspaceHeader = 'x-mlflow-workspace'

export interface ProjectSources {
  /** `/p/<project>/` of the path. */
  readonly prefix: string | undefined
  readonly header: string | undefined
  /** The one project that the token is bound to. */
  readonly token: string | undefined
}

/** The named project, or undefined where nothing names one: then the only membership or `default` decides (rest/mount.ts). */
export function chooseProject({ prefix, header, token }: ProjectSources): string | undefined {
  const named = [...new Set([prefix, header === '' ? undefined : header, token].filter((name) => name !== undefined))]
  if (named.length > 1) throw invalid(`The request names different projects: ${named.map((name) => `'${name}'`).join(' and ')}.`)
  return named[0]
}
