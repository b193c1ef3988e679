/** Evaluation datasets: inputs with what is expected of an application that is given them. */
import type { ProjectRef } from '#shared/actor.ts'
import type { Page } from '#shared/paging.ts'
import type { DatasetCondition, DatasetOrder } from '#tracking/domain/evaluation-dataset-filter.ts'
import type { TypedJson, TypedObject } from '#tracking/domain/trace-value.ts'

export interface EvaluationDataset {
  /** `d-` and 32 hex digits. */
  readonly id: string
  readonly name: string
  /** Eight hex digits that change with every change of the records. */
  readonly digest: string
  /** Fields of inputs, outputs and expectations with their types; null before the first record. */
  readonly schema: TypedObject | null
  readonly recordCount: number
  readonly tags: TypedObject
  /** Epoch ms. */
  readonly createdTime: number
  readonly updateTime: number
  readonly createdBy: string | null
  readonly lastUpdatedBy: string | null
  readonly ownerId: string | null
}

export interface EvaluationRecord {
  /** `dr-` and 32 hex digits, in the order in which they came. */
  readonly id: string
  readonly inputs: TypedObject
  /** Undefined where there are none. */
  readonly outputs: TypedJson | undefined
  readonly expectations: TypedObject | undefined
  readonly tags: TypedObject
  readonly source: TypedObject | undefined
  readonly createdTime: number
  readonly updateTime: number
  readonly createdBy: string | null
  readonly lastUpdatedBy: string | null
}

/** A record with what makes it one: the hash of its inputs. */
export interface HashedRecord extends EvaluationRecord {
  readonly hash: Buffer
}

export interface DatasetSearch {
  /** Undefined: of every experiment and none. */
  readonly experimentIds: readonly string[] | undefined
  readonly filter: readonly DatasetCondition[]
  readonly orderBy: readonly DatasetOrder[]
  readonly limit: number
  readonly token: string | undefined
}

/** What a merge found, and what it wants written. */
export interface MergeResult {
  readonly records: readonly HashedRecord[]
  readonly inserted: number
  readonly schema: TypedObject | null
  readonly digest: string
  readonly updateTime: number
  readonly lastUpdatedBy: string | null
}

export interface EvaluationDatasetStore {
  create(project: ProjectRef, dataset: EvaluationDataset, experimentIds: readonly string[]): Promise<void>
  get(project: ProjectRef, id: string): Promise<EvaluationDataset | undefined>
  search(project: ProjectRef, search: DatasetSearch): Promise<Page<EvaluationDataset>>
  delete(project: ProjectRef, id: string): Promise<void>
  /** Changes the tags as they are at that moment. */
  changeTags(project: ProjectRef, id: string, change: (tags: TypedObject) => TypedObject): Promise<void>
  experimentIds(project: ProjectRef, id: string): Promise<string[]>
  addExperiments(project: ProjectRef, id: string, experimentIds: readonly string[], now: number): Promise<void>
  removeExperiments(project: ProjectRef, id: string, experimentIds: readonly string[], now: number): Promise<void>
  /** One merge after the other: `work` sees the dataset and those of its records that have one of the hashes. False: the dataset is gone. */
  merge(project: ProjectRef, id: string, hashes: readonly Buffer[], work: (dataset: EvaluationDataset, existing: readonly HashedRecord[]) => MergeResult): Promise<MergeResult | undefined>
  /** Behind (createdTime, id), oldest first. */
  records(project: ProjectRef, id: string, after: { readonly createdTime: number; readonly id: string } | undefined, limit: number): Promise<EvaluationRecord[]>
  /** How many went. */
  deleteRecords(project: ProjectRef, id: string, recordIds: readonly string[]): Promise<number>
}
