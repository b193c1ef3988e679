/** Traces: what one request to an application did, as a tree of spans, and what people and judges say of it. */
import type { Assessment } from '#tracking/domain/assessment.ts'
import type { TypedJson, TypedObject } from '#tracking/domain/trace-value.ts'

export const traceStates = ['STATE_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS'] as const
export type TraceState = (typeof traceStates)[number]

export type Words = Readonly<Record<string, string>>

export interface TraceInfo {
  readonly id: string
  readonly experimentId: string
  /** Epoch ms. */
  readonly requestTime: number
  /** null while nobody knows. */
  readonly executionMs: number | null
  readonly state: TraceState
  readonly clientRequestId: string | null
  readonly requestPreview: string | null
  readonly responsePreview: string | null
  readonly tags: Words
  readonly metadata: Words
  readonly ownerId: string | null
  readonly assessments: readonly Assessment[]
}

export type SpanStatus = 'UNSET' | 'OK' | 'ERROR'

export interface SpanEvent {
  readonly name: string
  readonly timeNs: bigint
  readonly attributes: TypedObject
}
export interface SpanLink {
  /** 32 hex digits. */
  readonly traceId: string
  readonly spanId: string
  readonly attributes: TypedObject
}

export interface Span {
  /** The id of the trace in MLflow: `tr-` and 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits. */
  readonly spanId: string
  readonly parentId: string | null
  readonly name: string
  readonly type: string
  readonly status: SpanStatus
  readonly statusMessage: string
  readonly startNs: bigint
  /** 0 while it runs. */
  readonly endNs: bigint
  readonly attributes: TypedObject
  readonly events: readonly SpanEvent[]
  readonly links: readonly SpanLink[]
}

export interface Trace {
  readonly info: TraceInfo
  readonly spans: readonly Span[]
}

/** Tags and metadata that mean something here (mlflow/tracing/constant.py). */
export const traceKeys = {
  name: 'mlflow.traceName',
  artifactLocation: 'mlflow.artifactLocation',
  spansLocation: 'mlflow.trace.spansLocation',
  archiveLocation: 'mlflow.trace.archiveLocation',
  archivalFailure: 'mlflow.trace.archivalFailure',
  linkedPrompts: 'mlflow.linkedPrompts',
  sourceRun: 'mlflow.sourceRun',
  finalized: 'mlflow.trace.infoFinalized',
  sizeStats: 'mlflow.trace.sizeStats',
  tokenUsage: 'mlflow.trace.tokenUsage',
  cost: 'mlflow.trace.cost',
  session: 'mlflow.trace.session',
  user: 'mlflow.trace.user',
} as const

/** What the tag `spansLocation` says of spans that are rows here. */
export const inTrackingStore = 'TRACKING_STORE'

/** How many spans the client said there are; undefined where it did not say. */
export function expectedSpans({ metadata }: TraceInfo): number | undefined {
  const stats = metadata[traceKeys.sizeStats]
  if (stats === undefined) return undefined
  try {
    const { num_spans: count }: { num_spans?: unknown } = JSON.parse(stats)
    return typeof count === 'number' ? count : undefined
  } catch {
    return undefined
  }
}

export const textOf = (value: TypedJson | undefined): string | undefined => (typeof value === 'string' ? value : undefined)
