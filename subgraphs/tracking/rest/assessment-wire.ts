/** Assessments in MLflow's JSON and back. Authority: mlflow/protos/assessments.proto, mlflow/entities/assessment.py. */
import { invalid } from '#shared/errors.ts'
import { anything, bool, nested, text, type Read } from '#shared/rest/mlflow-message.ts'
import { sourceTypes, type Assessment, type AssessmentError, type AssessmentKind, type NewAssessment, type SourceType } from '#tracking/domain/assessment.ts'
import { dump, isObject, parseTyped, typedOf, type TypedJson } from '#tracking/domain/trace-value.ts'
import { timestampOf, timestampWire, wordsOf } from '#tracking/rest/trace-times.ts'

const failure = nested({ error_code: text, error_message: text, stack_trace: text })
export const assessmentFields = {
  assessment_id: text,
  assessment_name: text,
  trace_id: text,
  span_id: text,
  source: nested({ source_type: anything, source_id: text }),
  create_time: text,
  last_update_time: text,
  feedback: nested({ value: anything, error: failure }),
  expectation: nested({ value: anything, serialized_value: nested({ value: text, serialization_format: text }) }),
  issue: nested({ issue_name: text }),
  rationale: text,
  error: failure,
  metadata: anything,
  overrides: text,
  valid: bool,
}
type Fields = Read<typeof assessmentFields>

const errorOf = (error: { error_code?: string; error_message?: string; stack_trace?: string } | undefined): AssessmentError | null =>
  error ? { code: error.error_code ?? '', message: error.error_message ?? null, stackTrace: error.stack_trace ?? null } : null

export const feedbackOf = ({ value, error }: NonNullable<Fields['feedback']>): { readonly value: TypedJson; readonly error: AssessmentError | null } => ({
  value: typedOf(value),
  error: errorOf(error),
})

export function expectationOf({ value, serialized_value }: NonNullable<Fields['expectation']>): { readonly value: TypedJson } {
  if (serialized_value === undefined) return { value: typedOf(value) }
  const parsed = serialized_value.value === undefined ? undefined : parseTyped(serialized_value.value)
  if (parsed === undefined || (serialized_value.serialization_format ?? 'JSON_FORMAT') !== 'JSON_FORMAT')
    throw invalid('A serialized expectation must be JSON in the format JSON_FORMAT.', 'serialized_value')
  return { value: parsed }
}

function meaningOf({ feedback, expectation, issue }: Fields): { readonly kind: AssessmentKind; readonly value: TypedJson; readonly error: AssessmentError | null } {
  if (expectation) return { kind: 'expectation', ...expectationOf(expectation), error: null }
  if (feedback) return { kind: 'feedback', ...feedbackOf(feedback) }
  if (issue) return { kind: 'issue', value: issue.issue_name ?? '', error: null }
  throw invalid('Unknown assessment type: None')
}

const sourceTypeOf = (type: unknown): SourceType => sourceTypes.find((known, i) => known === type || i + 1 === type) ?? (type === 'AI_JUDGE' ? 'LLM_JUDGE' : 'SOURCE_TYPE_UNSPECIFIED')

export const newAssessmentOf = (fields: Fields): NewAssessment => ({
  ...meaningOf(fields),
  id: fields.assessment_id || undefined,
  name: fields.assessment_name ?? '',
  sourceType: sourceTypeOf(fields.source?.source_type),
  sourceId: fields.source?.source_id ?? '',
  spanId: fields.span_id || null,
  rationale: fields.rationale || null,
  metadata: wordsOf(fields.metadata, 'metadata'),
  overrides: fields.overrides || null,
  valid: fields.valid ?? true,
  createTime: timestampOf(fields.create_time, 'create_time'),
  updateTime: timestampOf(fields.last_update_time, 'last_update_time'),
})

const errorWire = ({ code, message, stackTrace }: AssessmentError): object => ({
  error_code: code,
  ...(message === null ? {} : { error_message: message }),
  ...(stackTrace === null ? {} : { stack_trace: stackTrace }),
})

/** What google.protobuf.Value holds without loss of meaning; anything else travels as text of JSON. */
const isPlain = (value: TypedJson): boolean => value === null || typeof value !== 'object' || (Array.isArray(value) && value.every((item: TypedJson) => item === null || typeof item !== 'object'))
/** google.protobuf.Value knows doubles only. */
function protoValue(value: TypedJson): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map((item: TypedJson) => protoValue(item))
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, protoValue(inner)])) : value
}

function valueWire({ kind, value, error }: Assessment): object {
  switch (kind) {
    case 'feedback':
      return { feedback: { value: protoValue(value), ...(error === null ? {} : { error: errorWire(error) }) } }
    case 'expectation':
      return { expectation: isPlain(value) ? { value: protoValue(value) } : { serialized_value: { serialization_format: 'JSON_FORMAT', value: dump(value) } } }
    case 'issue':
      return { issue: { issue_name: value } }
  }
}

export const assessmentWire = (a: Assessment): object => ({
  assessment_id: a.id,
  assessment_name: a.name,
  trace_id: a.traceId,
  ...(a.spanId === null ? {} : { span_id: a.spanId }),
  source: { source_type: a.sourceType, ...(a.sourceId === '' ? {} : { source_id: a.sourceId }) },
  create_time: timestampWire(a.createTime),
  last_update_time: timestampWire(a.updateTime),
  ...valueWire(a),
  ...(a.rationale === null ? {} : { rationale: a.rationale }),
  ...(Object.keys(a.metadata).length === 0 ? {} : { metadata: a.metadata }),
  ...(a.overrides === null ? {} : { overrides: a.overrides }),
  valid: a.valid,
})
