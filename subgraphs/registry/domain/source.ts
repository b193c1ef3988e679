/**
 * What a client calls the `source` of a version. It is never opened and never joined into a path: it is a prompt's
 * placeholder, another version of this registry, or a question to tracking, which maps it onto an artifact root of the
 * project or says no (design section 4; security.md 1.1, 1.2). Whatever no branch knows is refused; no tag opens a branch.
 */
import { type DomainError, invalid } from '#shared/errors.ts'

export type Source =
  | { readonly kind: 'prompt' }
  /** `models:/<name>/<version or stage>` or `models:/<name>@<alias>`. */
  | { readonly kind: 'version'; readonly model: string; readonly by: 'version' | 'alias'; readonly which: string }
  | { readonly kind: 'artifacts' }

/** What MLflow's own senders write where a prompt has no artifacts (mlflow/prompt/constants.py, _PROMPT_SOURCE_PLACEHOLDERS). */
const promptPlaceholders: readonly string[] = ['prompt-template', 'dummy-source']
const maxSource = 2_000

/** Classifies a source, or throws what MLflow would say. `ofPrompt`: the registered model is a prompt. */
export function readSource(source: string, ofPrompt: boolean): Source {
  if (ofPrompt) {
    if (promptPlaceholders.includes(source)) return { kind: 'prompt' }
    throw invalid(`Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`, 'source')
  }
  if (source.length > maxSource) throw invalid(`'source' exceeds the maximum length of ${maxSource} characters`, 'source')
  const decoded = decodedFully(source)
  if (isLocal(decoded)) throw localSource(source)
  if (/[\p{Cc}\p{Cf}\p{Cs}\\?#;]/u.test(decoded) || decoded.split('/').some((part) => part === '..' || part === '.')) throw relativeSource(source)
  if (/^models:\/\/(?!\/)/i.test(decoded)) throw wrongOwner(source, 'model_id')
  const reference = /^models:\/+([^/@]+)(?:\/([^/@]+)|@([^/@]+))$/i.exec(source)
  if (reference?.[1] !== undefined) {
    const [, model, version, alias] = reference
    return alias === undefined ? { kind: 'version', model, by: 'version', which: version ?? '' } : { kind: 'version', model, by: 'alias', which: alias }
  }
  return { kind: 'artifacts' }
}

/** MLflow's sentence for a source that tracking does not know in the project. */
export function unknownSource(source: string): DomainError {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(source)?.[1]?.toLowerCase()
  if (scheme === 'runs' || scheme === 'mlflow-artifacts') return wrongOwner(source, 'run_id')
  if (scheme === 'models') return wrongOwner(source, 'model_id')
  return invalid(`Invalid model version source: '${source}'. The source must be an artifact of this project: runs:/<run_id>/<path>, models:/<model_id> or mlflow-artifacts:/<path>.`, 'source')
}

export const wrongOwner = (source: string, parameter: 'run_id' | 'model_id'): DomainError =>
  invalid(`Invalid model version source: '${source}'. The ${parameter} request parameter must identify the resource that contains the source.`, 'source')

const localSource = (source: string): DomainError =>
  invalid(
    `Invalid model version source: '${source}'. To use a local path as a model version source, the run_id request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the run_id.`,
    'source',
  )

const relativeSource = (source: string): DomainError =>
  invalid(
    `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.`,
    'source',
  )

/** Anything without a scheme is a path of the server to MLflow, and so are file: URIs, drives and UNC names. */
const isLocal = (source: string): boolean => !/^[a-z][a-z0-9+.-]+:/i.test(source) || /^file:/i.test(source)

function decodedFully(text: string): string {
  for (let current = text, round = 0; ; round++) {
    let next: string
    try {
      next = decodeURIComponent(current)
    } catch {
      return current
    }
    if (next === current || round > 10) return next
    current = next
  }
}
