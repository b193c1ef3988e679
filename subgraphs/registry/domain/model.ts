/** What the registry is about: names of models, numbered versions of them, and the marks that people move. */
import type { Stage } from '#registry/domain/stages.ts'

export interface Tag {
  readonly key: string
  readonly value: string
}

/** A name that points at one version of its model, e.g. `champion`. */
export interface ModelAlias {
  readonly alias: string
  readonly version: number
}

export interface RegisteredModel {
  readonly id: string
  readonly projectId: string
  readonly name: string
  readonly description: string | null
  /** Whose it is: an id of identity. */
  readonly ownerId: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly tags: readonly Tag[]
  readonly aliases: readonly ModelAlias[]
}

/**
 * PENDING_REGISTRATION until tracking has said what the source is, then READY; FAILED_REGISTRATION when a source that
 * could not be asked about in time turned out to be nothing. Only READY versions have an artifact URI.
 */
export const versionStatuses = ['PENDING_REGISTRATION', 'READY', 'FAILED_REGISTRATION'] as const
export type VersionStatus = (typeof versionStatuses)[number]

export interface ModelVersion {
  readonly id: string
  readonly projectId: string
  readonly modelId: string
  readonly modelName: string
  /** Counts from 1 in its model; never used twice. */
  readonly version: number
  readonly status: VersionStatus
  readonly stage: Stage
  /** As the client spelt it. Never followed: artifactUri is what we made of it. */
  readonly source: string
  readonly artifactUri: string | null
  readonly runId: string | null
  readonly runLink: string
  readonly loggedModelId: string | null
  readonly description: string | null
  /** Who registered it: an id of identity. */
  readonly createdBy: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly tags: readonly Tag[]
  readonly aliases: readonly string[]
}

/** MLflow keeps prompts in the registry: models with this tag (mlflow/prompt/constants.py, IS_PROMPT_TAG_KEY). */
export const promptTag = 'mlflow.prompt.is_prompt'
export const isPrompt = (tags: readonly Tag[]): boolean => tags.some((t) => t.key === promptTag && t.value.toLowerCase() === 'true')
