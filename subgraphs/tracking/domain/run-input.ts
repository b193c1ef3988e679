/** What a run read and made: datasets and logged models. */
import type { Tag } from '#tracking/domain/experiment.ts'

export interface NewRunDataset {
  readonly name: string
  readonly digest: string
  readonly sourceType: string
  readonly source: string
  readonly schema?: string
  readonly profile?: string
  readonly tags: readonly Tag[]
}

export interface RunDataset extends NewRunDataset {
  /** What the data was for (`training`, `eval`): the tag mlflow.data.context. */
  readonly context: string | null
  /** Id of the version in the datasets subsystem; only when its own source address was given and confirmed. */
  readonly versionId: string | null
}

export interface RunModel {
  readonly modelId: string
  readonly step: number | bigint
}

export interface DatasetSummary {
  readonly experimentId: string
  readonly name: string
  readonly digest: string
  readonly context: string | null
}
