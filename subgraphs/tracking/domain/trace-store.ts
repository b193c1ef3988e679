/** What traces and assessments need of persistence. Every method takes the project first and sees nothing of any other. */
import type { ProjectRef } from '#shared/actor.ts'
import type { Page } from '#shared/paging.ts'
import type { Assessment } from '#tracking/domain/assessment.ts'
import type { Span, TraceInfo, TraceState, Words } from '#tracking/domain/trace.ts'
import type { SpanAggregate } from '#tracking/domain/trace-spans.ts'
import type { TraceCondition, TraceOrder } from '#tracking/domain/trace-filter.ts'

export type NewTrace = Omit<TraceInfo, 'assessments'> & { readonly assessments: readonly Assessment[] }

export interface TraceSearch {
  readonly experimentIds: readonly string[]
  readonly filter: readonly TraceCondition[]
  readonly orderBy: readonly TraceOrder[]
  readonly limit: number
  readonly token: string | undefined
}

export interface TraceSelection {
  readonly experimentId: string
  /** Those that began no later than this. */
  readonly maxTimestamp?: number | undefined
  readonly ids?: readonly string[] | undefined
}

/** A batch of spans of one trace, and what it says of the trace. */
export interface SpanBatch {
  readonly traceId: string
  readonly spans: readonly Span[]
  readonly aggregate: SpanAggregate
  /** Where files of the trace would lie. */
  readonly artifactLocation: string
}

export interface TraceStore {
  /** Creates it or replaces what it says of itself; words are added to. undefined: there is no such active experiment. */
  start(project: ProjectRef, trace: NewTrace): Promise<TraceInfo | undefined>
  /** Says how it ended; words are added to. */
  end(project: ProjectRef, id: string, change: { readonly executionMs: number; readonly state: TraceState; readonly tags: Words; readonly metadata: Words }): Promise<void>
  /** In the order of `ids`; what is not there is undefined. */
  get(project: ProjectRef, ids: readonly string[]): Promise<(TraceInfo | undefined)[]>
  /** By trace, the root first, then by time. */
  spans(project: ProjectRef, ids: readonly string[]): Promise<ReadonlyMap<string, readonly Span[]>>
  search(project: ProjectRef, search: TraceSearch): Promise<Page<TraceInfo>>
  setTag(project: ProjectRef, id: string, key: string, value: string): Promise<boolean>
  /** False where there was no such tag. */
  deleteTag(project: ProjectRef, id: string, key: string): Promise<boolean>
  /** Who owns what, oldest first, behind `after`. */
  select(project: ProjectRef, selection: TraceSelection, after: string | undefined, limit: number): Promise<{ readonly id: string; readonly ownerId: string | null; readonly place: string }[]>
  delete(project: ProjectRef, ids: readonly string[]): Promise<number>
  /** Links those of `ids` that exist; again is well. */
  link(project: ProjectRef, ids: readonly string[], kind: 'run' | 'prompt', targets: readonly string[]): Promise<void>
  /** Stores spans, and creates the traces that are not there yet. False: there is no such active experiment. */
  logSpans(project: ProjectRef, experimentId: string, ownerId: string, batches: readonly SpanBatch[]): Promise<boolean>
}

export interface AssessmentStore {
  get(project: ProjectRef, traceId: string, id: string): Promise<Assessment | undefined>
  /** Marks what it overrides as not valid. 'taken': the id is; 'absent': what it overrides is not there; 'gone': the trace. */
  create(project: ProjectRef, assessment: Assessment): Promise<'created' | 'taken' | 'absent' | 'gone'>
  update(project: ProjectRef, assessment: Assessment): Promise<void>
  /** What it overrode is valid again. */
  delete(project: ProjectRef, traceId: string, id: string): Promise<void>
}
