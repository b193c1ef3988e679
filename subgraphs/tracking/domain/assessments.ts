/** Assessments of traces: say, read, correct, take back. Reference: mlflow/store/tracking/sqlalchemy_store.py. */
import { demand } from '#shared/access.ts'
import type { Scope } from '#shared/actor.ts'
import { conflict, invalid, notFound, type DomainError } from '#shared/errors.ts'
import { newHexId } from '#shared/ids.ts'
import { storableText } from '#shared/names.ts'
import type { Permission } from '#shared/policy.ts'
import type { Assessment, AssessmentChange, NewAssessment } from '#tracking/domain/assessment.ts'
import { demandCould } from '#tracking/domain/decisions.ts'
import { missingTrace, traceLimits } from '#tracking/domain/trace-names.ts'
import type { AssessmentStore } from '#tracking/domain/trace-store.ts'
import type { TraceInfo } from '#tracking/domain/trace.ts'

export interface Assessments {
  create(scope: Scope, traceId: string, assessment: NewAssessment): Promise<Assessment>
  get(scope: Scope, traceId: string, id: string): Promise<Assessment>
  update(scope: Scope, traceId: string, id: string, change: AssessmentChange): Promise<Assessment>
  /** Taking back what is not there is well. */
  delete(scope: Scope, traceId: string, id: string): Promise<void>
}

type FindTrace = (scope: Scope, id: string, permission: Permission, missing?: (id: string) => DomainError) => Promise<TraceInfo>

const idPattern = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/
const optional = (text: string | null, what: string): string | null => (text === null ? null : storableText(text, what, traceLimits.text))

/** The words of it checked; the server's own facts added. */
export function newAssessment(scope: Scope, traceId: string, input: NewAssessment, now: number): Assessment {
  if (input.id && !idPattern.test(input.id)) throw invalid(`Invalid assessment id '${input.id.slice(0, 200)}'.`, 'assessment_id')
  return {
    ...input,
    id: input.id || `a-${newHexId()}`,
    traceId,
    name: storableText(input.name, 'assessment_name', traceLimits.tagKey),
    sourceId: storableText(input.sourceId, 'source_id', traceLimits.tagKey),
    spanId: optional(input.spanId, 'span_id'),
    rationale: optional(input.rationale, 'rationale'),
    overrides: optional(input.overrides, 'overrides'),
    metadata: checkedMetadata(input.metadata),
    createTime: input.createTime ?? now,
    updateTime: input.updateTime ?? now,
    ownerId: scope.actor.principalId,
  }
}
const checkedMetadata = (metadata: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).map(([key, value]) => [storableText(key, 'metadata', traceLimits.tagKey), storableText(value, 'metadata', traceLimits.text)]))

export function createAssessments({ store, findTrace, now = Date.now }: { readonly store: AssessmentStore; readonly findTrace: FindTrace; readonly now?: () => number }): Assessments {
  const missing = (traceId: string, id: string): DomainError => notFound(`Assessment with ID '${id}' not found for trace '${traceId}'`)
  const find = async (scope: Scope, traceId: string, id: string, permission: Permission): Promise<Assessment> => {
    demandCould(scope, permission)
    const trace = await findTrace(scope, traceId, permission, (missingId) => notFound(`Trace with request_id '${missingId}' not found`))
    const found = idPattern.test(id) ? await store.get(scope.project, trace.id, id) : undefined
    if (!found) throw missing(traceId, id)
    demand(scope, permission, { type: 'tracking.assessment', id: found.id, ownerId: found.ownerId })
    return found
  }
  return {
    async create(scope, traceId, input) {
      const trace = await findTrace(scope, traceId, 'tracking.trace.update', missingTrace)
      const assessment = newAssessment(scope, trace.id, input, now())
      const outcome = await store.create(scope.project, assessment)
      if (outcome === 'absent') throw missing(traceId, assessment.overrides ?? '')
      if (outcome === 'gone') throw missingTrace(traceId)
      if (outcome === 'taken') throw conflict(`There is an assessment with ID '${assessment.id}' of trace '${traceId}' already.`)
      return assessment
    },
    get: (scope, traceId, id) => find(scope, traceId, id, 'tracking.trace.read'),
    async update(scope, traceId, id, change) {
      const before = await find(scope, traceId, id, 'tracking.trace.update')
      const after = { ...changed(before, change), updateTime: now() }
      await store.update(scope.project, after)
      return after
    },
    async delete(scope, traceId, id) {
      demandCould(scope, 'tracking.trace.update')
      try {
        const found = await find(scope, traceId, id, 'tracking.trace.update')
        await store.delete(scope.project, found.traceId, found.id)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'NOT_FOUND')) throw error
      }
    },
  }
}

function changed(before: Assessment, { name, feedback, expectation, rationale, metadata }: AssessmentChange): Assessment {
  if (feedback && expectation) throw invalid('Cannot specify both `expectation` and `feedback` parameters.')
  if (expectation && before.kind !== 'expectation') throw invalid('Cannot update expectation value on a Feedback assessment.')
  if (feedback && before.kind !== 'feedback') throw invalid('Cannot update feedback value on an Expectation assessment.')
  return {
    ...before,
    ...(name === undefined ? {} : { name: storableText(name, 'assessment_name', traceLimits.tagKey) }),
    ...feedback,
    ...expectation,
    ...(rationale === undefined || before.kind === 'expectation' ? {} : { rationale: optional(rationale, 'rationale') }),
    metadata: { ...before.metadata, ...checkedMetadata(metadata ?? {}) },
  }
}
