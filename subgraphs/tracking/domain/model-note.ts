/** MLflow 2 notes models that were logged as files in a tag of the run: a JSON list, the newest last. */
import { invalid } from '#shared/errors.ts'
import { limits } from '#tracking/domain/names.ts'
import { pythonSet } from '#tracking/domain/search-tokens.ts'

const mandatory = ['artifact_path', 'flavors', 'run_id', 'utc_time_created']
const kept = [...mandatory, 'model_uuid']

/** What the tag keeps of a model's description. */
export function modelNote(json: string): Record<string, unknown> {
  const model = parsed(json)
  if (model === undefined) throw invalid(`Malformed model info. \n ${json} \n is not a valid JSON.`)
  const absent = mandatory.filter((field) => !Object.hasOwn(model, field))
  if (absent.length > 0) throw invalid(`Model json is missing mandatory fields: ${pythonSet(absent)}`)
  return Object.fromEntries(Object.entries(model).filter(([field]) => kept.includes(field)))
}

/** The tag with one note more; the oldest go when it would not fit. */
export function withNote(before: string | undefined, note: Record<string, unknown>): string {
  const earlier: unknown = before === undefined ? [] : safely(before)
  let notes: unknown[] = [...(Array.isArray(earlier) ? earlier : []), note]
  while (notes.length > 1 && JSON.stringify(notes).length > limits.runTagValue) notes = notes.slice(1)
  return JSON.stringify(notes)
}

function safely(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function parsed(json: string): Record<string, unknown> | undefined {
  const value = safely(json)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}
