/** MLflow's endpoints of assessments. */
import { anything, message, nested } from '#shared/rest/mlflow-message.ts'
import { projectRoute, type Route } from '#shared/rest/route.ts'
import type { AssessmentChange } from '#tracking/domain/assessment.ts'
import type { Assessments } from '#tracking/domain/assessments.ts'
import { assessmentFields, assessmentWire, expectationOf, feedbackOf, newAssessmentOf } from '#tracking/rest/assessment-wire.ts'
import { wordsOf } from '#tracking/rest/trace-times.ts'

const base = '/api/3.0/mlflow/traces/:trace_id/assessments'
const Create = message({ assessment: nested(assessmentFields).required() })
const Update = message({ assessment: nested(assessmentFields).required(), update_mask: anything.required() })

const traceIdOf = (params: Readonly<Record<string, string>>): string => params['trace_id'] ?? ''
const idOf = (params: Readonly<Record<string, string>>): string => params['assessment_id'] ?? ''

/** google.protobuf.FieldMask: names in camelCase with commas between, or a list of paths. */
function pathsOf(mask: unknown): Set<string> {
  const paths: unknown = typeof mask === 'object' && mask !== null && 'paths' in mask ? mask.paths : mask
  const names = typeof paths === 'string' ? paths.split(',') : Array.isArray(paths) ? paths.map(String) : []
  return new Set(names.map((name) => name.trim().replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)))
}

function changeOf({ assessment, update_mask }: ReturnType<typeof Update.read>): AssessmentChange {
  const paths = pathsOf(update_mask)
  return {
    ...(paths.has('assessment_name') ? { name: assessment.assessment_name ?? '' } : {}),
    ...(paths.has('feedback') ? { feedback: feedbackOf(assessment.feedback ?? {}) } : {}),
    ...(paths.has('expectation') ? { expectation: expectationOf(assessment.expectation ?? {}) } : {}),
    ...(paths.has('rationale') ? { rationale: assessment.rationale ?? '' } : {}),
    ...(paths.has('metadata') ? { metadata: wordsOf(assessment.metadata, 'metadata') } : {}),
  }
}

export const assessmentRoutes = (assessments: Assessments): Route[] => [
  projectRoute({
    method: 'POST',
    path: base,
    family: 'mlflow',
    summary: 'Says something of a trace: feedback, an expectation, or that it shows an issue.',
    needs: 'tracking.trace.update',
    input: Create.read,
    handle: async ({ scope, input, params }) => ({ assessment: assessmentWire(await assessments.create(scope, traceIdOf(params), newAssessmentOf(input.assessment))) }),
  }),
  projectRoute({
    method: 'GET',
    path: `${base}/:assessment_id`,
    family: 'mlflow',
    summary: 'One assessment of a trace.',
    needs: 'tracking.trace.read',
    handle: async ({ scope, params }) => ({ assessment: assessmentWire(await assessments.get(scope, traceIdOf(params), idOf(params))) }),
  }),
  projectRoute({
    method: 'PATCH',
    path: `${base}/:assessment_id`,
    family: 'mlflow',
    summary: 'Corrects an assessment: the fields that the mask names.',
    needs: 'tracking.trace.update',
    input: Update.read,
    handle: async ({ scope, input, params }) => ({ assessment: assessmentWire(await assessments.update(scope, traceIdOf(params), idOf(params), changeOf(input))) }),
  }),
  projectRoute({
    method: 'DELETE',
    path: `${base}/:assessment_id`,
    family: 'mlflow',
    summary: 'Takes an assessment back; what it replaced is valid again.',
    needs: 'tracking.trace.update',
    handle: async ({ scope, params }) => {
      await assessments.delete(scope, traceIdOf(params), idOf(params))
      return {}
    },
  }),
]
