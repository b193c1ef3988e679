/** Assessments: what a person, a judge or code says of a trace. Feedback, an expectation, or that it shows an issue. */
import type { TypedJson } from '#tracking/domain/trace-value.ts'

export const assessmentKinds = ['feedback', 'expectation', 'issue'] as const
export type AssessmentKind = (typeof assessmentKinds)[number]

export const sourceTypes = ['HUMAN', 'LLM_JUDGE', 'CODE'] as const
export type SourceType = (typeof sourceTypes)[number] | 'SOURCE_TYPE_UNSPECIFIED'

export interface AssessmentError {
  readonly code: string
  readonly message: string | null
  readonly stackTrace: string | null
}

export interface Assessment {
  readonly id: string
  readonly traceId: string
  readonly kind: AssessmentKind
  /** Of an issue: the id. */
  readonly name: string
  /** Of an issue: the name. */
  readonly value: TypedJson
  /** Why there is no feedback. */
  readonly error: AssessmentError | null
  readonly sourceType: SourceType
  readonly sourceId: string
  readonly spanId: string | null
  readonly rationale: string | null
  readonly metadata: Readonly<Record<string, string>>
  /** The assessment that this one replaces, which is not valid any more. */
  readonly overrides: string | null
  readonly valid: boolean
  /** Epoch ms. */
  readonly createTime: number
  readonly updateTime: number
  readonly ownerId: string | null
}

/** As it comes: without what the server gives. */
export type NewAssessment = Omit<Assessment, 'id' | 'traceId' | 'createTime' | 'updateTime' | 'ownerId'> & {
  readonly id?: string | undefined
  readonly createTime?: number | undefined
  readonly updateTime?: number | undefined
}

/** What may change; what is absent stays. Metadata is added to. */
export interface AssessmentChange {
  readonly name?: string | undefined
  readonly feedback?: { readonly value: TypedJson; readonly error: AssessmentError | null } | undefined
  readonly expectation?: { readonly value: TypedJson } | undefined
  readonly rationale?: string | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
}
