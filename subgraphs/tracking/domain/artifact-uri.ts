/**
 * Where artifacts are: our locations, both ways. A location names its project, so that scope and path can be compared;
 * the ids in it are looked up by whoever uses it, never trusted and never joined into anything (design section 4).
 *
 *   mlflow-artifacts:/<experiment>/<run>/artifacts[/path]                        in `default`
 *   mlflow-artifacts:/workspaces/<project>/<experiment>/<run>/artifacts[/path]   elsewhere
 *   …/<experiment>/models/<model>/artifacts[/path]                               of a logged model
 *
 * Any other path below the proxy's root is a file of the project itself, as MLflow's artifact proxy allows.
 */
import type { ProjectRef } from '#shared/actor.ts'
import { DomainError, invalid, notFound } from '#shared/errors.ts'
import { isHexId } from '#shared/ids.ts'
import { artifactPath } from '#shared/names.ts'
import { projectPrefix } from '#shared/objects/object-store.ts'

/** What artifacts belong to. */
export type ArtifactOwner =
  | { readonly kind: 'run'; readonly experimentId: string; readonly id: string }
  | { readonly kind: 'model'; readonly experimentId: string; readonly id: string }
  | { readonly kind: 'project'; readonly id: string }

export interface ArtifactPlace {
  readonly owner: ArtifactOwner
  /** Relative to the owner's artifact root; '' is the root. */
  readonly path: string
}

const scheme = 'mlflow-artifacts:/'
/** Experiments are integers (design section 4), so a first segment of digits never names a file of the project. */
const experimentPattern = /^\d{1,19}$/
export const isModelId = (text: string): boolean => text.startsWith('m-') && isHexId(text.slice(2))
export const noSuchArtifact = (path: string): DomainError => notFound(`No such artifact: '${path}'`)

const projectRoot = (project: ProjectRef): string => (project.name === 'default' ? scheme : `${scheme}workspaces/${project.name}/`)
const below = (root: string, path: string): string => (path === '' ? root : `${root}/${path}`)

/** The `artifact_location` of an experiment. */
export const experimentArtifactUri = (project: ProjectRef, experimentId: string): string => `${projectRoot(project)}${experimentId}`
export const runArtifactUri = (project: ProjectRef, experimentId: string, runId: string, path = ''): string => below(`${experimentArtifactUri(project, experimentId)}/${runId}/artifacts`, path)
export const modelArtifactUri = (project: ProjectRef, experimentId: string, modelId: string, path = ''): string =>
  below(`${experimentArtifactUri(project, experimentId)}/models/${modelId}/artifacts`, path)

/** A checked relative path. `#` is refused besides, as MLflow does (mlflow/utils/uri.py, validate_path_is_safe). */
export function checkedPath(text: string): string {
  if (text.includes('#')) throw invalid('Invalid path')
  return artifactPath(text)
}

/** The place behind a path of the artifact proxy. A path of another project does not exist. What is left below the root is checked once more: `C:/x` is harmless only in the middle. */
export function placeOf(project: ProjectRef, text: string): ArtifactPlace {
  const path = checkedPath(text)
  let parts = path === '' ? [] : path.split('/')
  if (parts[0] === 'workspaces') {
    if (parts[1] !== project.name) throw noSuchArtifact(text)
    parts = parts.slice(2)
  }
  const [experimentId, second = '', third = '', fourth] = parts
  if (experimentId === undefined || !experimentPattern.test(experimentId)) return { owner: { kind: 'project', id: project.id }, path: checkedPath(parts.join('/')) }
  if (second === 'models' && isModelId(third) && fourth === 'artifacts') return { owner: { kind: 'model', experimentId, id: third }, path: checkedPath(parts.slice(4).join('/')) }
  if (isHexId(second) && third === 'artifacts') return { owner: { kind: 'run', experimentId, id: second }, path: checkedPath(parts.slice(3).join('/')) }
  throw noSuchArtifact(text)
}

/** The place behind a location that a client sent, or null. Nothing in it is decoded, so nothing in it may need decoding. */
export function placeOfUri(project: ProjectRef, uri: string): ArtifactPlace | null {
  if (!uri.startsWith(scheme) || /[%?#;]/.test(uri)) return null
  try {
    return placeOf(project, uri.slice(scheme.length))
  } catch (error) {
    if (error instanceof DomainError) return null
    throw error
  }
}

/** The documented key of a file: the path of its location below the project's prefix. */
export function objectKeyOf(project: ProjectRef, { owner, path }: ArtifactPlace): string {
  const prefix = projectPrefix(project.name)
  switch (owner.kind) {
    case 'run':
      return `${prefix}${owner.experimentId}/${owner.id}/artifacts/${path}`
    case 'model':
      return `${prefix}${owner.experimentId}/models/${owner.id}/artifacts/${path}`
    case 'project':
      // The dot keeps them apart from the folders of projects, whose names cannot begin with one.
      return `${prefix}.files/${path}`
  }
}

/** The key of a file whose documented key is taken: by what it replaces, until that is gone. */
export const spareKeyOf = (project: ProjectRef, artifactId: string): string => `${projectPrefix(project.name)}.versions/${artifactId}`

/** S3 takes keys of 1,024 bytes, file systems names of 255. */
export const fitsEveryStore = (key: string): boolean => Buffer.byteLength(key) <= 1_024 && key.split('/').every((part) => Buffer.byteLength(part) <= 255)

/** `a/b/c` → `a`, `a/b`. */
export const ancestorsOf = (path: string): string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, i, parts) => parts.slice(0, i + 1).join('/'))
