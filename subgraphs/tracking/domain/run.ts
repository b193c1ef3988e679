/** A run: one execution, with what it was given (params), what it measured (metrics) and what people say of it (tags). */
import type { Tag } from '#tracking/domain/experiment.ts'
import type { Metric } from '#tracking/domain/metric.ts'
import type { RunDataset, RunModel } from '#tracking/domain/run-input.ts'

/** MLflow's, in the order of its protobuf enum: the place counts from 1 on the wire and in the store. */
export const runStatuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const
export type RunStatus = (typeof runStatuses)[number]

export interface Param {
  readonly key: string
  readonly value: string
}

export interface Run {
  /** 32 hex digits. */
  readonly id: string
  readonly experimentId: string
  readonly active: boolean
  readonly status: RunStatus
  /** What the client says of itself; our own fact is ownerId. */
  readonly userName: string
  readonly ownerId: string | null
  readonly name: string
  /** Epoch ms. */
  readonly startTime: number
  readonly endTime: number | null
  readonly artifactUri: string
  /** Sorted by key. */
  readonly params: readonly Param[]
  readonly metrics: readonly Metric[]
  readonly tags: readonly Tag[]
  readonly datasets: readonly RunDataset[]
  readonly inputModels: readonly RunModel[]
  readonly outputModels: readonly RunModel[]
}

/** What never changes in the life of a run: safe to keep in memory. */
export interface RunFacts {
  readonly id: string
  readonly ownerId: string | null
  /** The store's own handles: the run's place in every order, and the row of its experiment. */
  readonly position: bigint
  readonly experimentKey: number
}

/** Tags that MLflow gives a meaning. */
export const runNameTag = 'mlflow.runName'
export const datasetContextTag = 'mlflow.data.context'
export const loggedModelsTag = 'mlflow.log-model.history'
