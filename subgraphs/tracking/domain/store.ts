/**
 * What the domain needs of persistence. Every method takes the project first and sees nothing of any other. Stores decide
 * nothing: they say what they found (undefined, false) and the services word it.
 */
import type { ProjectRef } from '#shared/actor.ts'
import type { Page } from '#shared/paging.ts'
import type { Experiment, LifecycleView, Tag } from '#tracking/domain/experiment.ts'
import type { MetricPoint, NewMetric } from '#tracking/domain/metric.ts'
import type { Param, Run, RunFacts, RunStatus } from '#tracking/domain/run.ts'
import type { DatasetSummary, NewRunDataset, RunModel } from '#tracking/domain/run-input.ts'
import type { Filter, OrderTerm } from '#tracking/domain/search-filter.ts'

export interface NewExperiment {
  readonly name: string
  readonly tags: readonly Tag[]
  readonly ownerId: string
  readonly now: number
}

export interface Search {
  readonly filter: Filter | undefined
  readonly orderBy: readonly OrderTerm[]
  readonly view: LifecycleView
  readonly limit: number
  readonly token: string | undefined
}

export interface RunColumns {
  readonly metrics: readonly string[]
  readonly params: readonly string[]
  readonly tags: readonly string[]
}

export interface ExperimentStore {
  /** undefined: the name is taken. */
  create(project: ProjectRef, experiment: NewExperiment): Promise<Experiment | undefined>
  /** In the order of `ids`; what is not there is undefined. */
  get(project: ProjectRef, ids: readonly string[]): Promise<(Experiment | undefined)[]>
  getByName(project: ProjectRef, name: string): Promise<Experiment | undefined>
  search(project: ProjectRef, search: Search): Promise<Page<Experiment>>
  /** 'taken' when another experiment has the name; undefined when there is no active one with this id. */
  rename(project: ProjectRef, id: string, name: string, now: number): Promise<'renamed' | 'taken' | undefined>
  setTags(project: ProjectRef, id: string, tags: readonly Tag[], now: number): Promise<boolean>
  deleteTag(project: ProjectRef, id: string, key: string, now: number): Promise<boolean>
  /** With its active runs. False when there is no active one. */
  delete(project: ProjectRef, id: string, by: string, now: number): Promise<boolean>
  /** With the runs that went with it. False when there is no deleted one. */
  restore(project: ProjectRef, id: string, now: number): Promise<boolean>
  runCounts(project: ProjectRef, ids: readonly string[]): Promise<number[]>
  columns(project: ProjectRef, id: string): Promise<RunColumns>
}

export interface NewRun {
  readonly experimentId: string
  readonly name: string
  readonly userName: string
  readonly ownerId: string
  readonly startTime: number
  readonly tags: readonly Tag[]
}

export interface RunChange {
  readonly status?: RunStatus
  readonly endTime?: number
  readonly name?: string
}

export interface ParamConflict {
  readonly key: string
  readonly before: string
  readonly after: string
}

/** How a write to a run ended. `gone`: not active, or not there. */
export type WriteOutcome = { readonly kind: 'done' } | { readonly kind: 'gone' } | { readonly kind: 'conflict'; readonly conflicts: readonly ParamConflict[] }

export interface RunBatch {
  readonly metrics: readonly NewMetric[]
  readonly params: readonly Param[]
  readonly tags: readonly Tag[]
}

export interface RunStore {
  /** undefined: no active experiment with this id. */
  create(project: ProjectRef, run: NewRun): Promise<Run | undefined>
  /** What never changes; undefined when the run is not in the project. */
  facts(project: ProjectRef, ids: readonly string[]): Promise<(RunFacts | undefined)[]>
  get(project: ProjectRef, ids: readonly string[]): Promise<(Run | undefined)[]>
  isActive(project: ProjectRef, run: RunFacts): Promise<boolean>
  search(project: ProjectRef, experimentIds: readonly string[], search: Search): Promise<Page<Run>>
  /** False when the run is not active. */
  update(project: ProjectRef, run: RunFacts, change: RunChange): Promise<boolean>
  delete(project: ProjectRef, runs: readonly RunFacts[], by: string, now: number): Promise<void>
  restore(project: ProjectRef, runs: readonly RunFacts[]): Promise<void>
  /** All or nothing. */
  log(project: ProjectRef, run: RunFacts, batch: RunBatch): Promise<WriteOutcome>
  /** 'absent': the run has no such tag. */
  deleteTag(project: ProjectRef, run: RunFacts, key: string): Promise<'done' | 'gone' | 'absent'>
}

export interface MetricStore {
  /** One point; committed together with whatever else is waiting. */
  logOne(project: ProjectRef, run: RunFacts, metric: NewMetric): Promise<WriteOutcome>
  /** Each point once, in the order of a history. Per run; a run or key that has none yields an empty list. */
  histories(project: ProjectRef, runs: readonly RunFacts[], keys: readonly string[]): Promise<{ readonly runId: string; readonly key: string; readonly points: readonly MetricPoint[] }[]>
}

export interface LinkedDataset extends NewRunDataset {
  readonly versionId: string | null
}

export interface RunInputStore {
  log(
    project: ProjectRef,
    run: RunFacts,
    inputs: { readonly datasets: readonly LinkedDataset[]; readonly inputModels: readonly RunModel[]; readonly outputModels: readonly RunModel[] },
  ): Promise<boolean>
  summaries(project: ProjectRef, experimentIds: readonly string[]): Promise<DatasetSummary[]>
  /** Active runs that read a version of the datasets subsystem, latest first. */
  runsOfVersion(project: ProjectRef, versionId: string, limit: number, token: string | undefined): Promise<Page<Run>>
}
