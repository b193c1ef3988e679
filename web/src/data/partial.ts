/**
 * What a part that failed leaves in an answer. A field that must not be null and failed nulls its parents up to the
 * nearest nullable one, often an entity that other panels show. The normalised cache would believe that null and take
 * it from under them; so it is cut out of the answer before the cache sees it, and the error is moved to where it was.
 */
import { CombinedError, type OperationResult } from 'urql'

type Path = readonly (string | number)[]

interface Failure {
  readonly message: string
  readonly path?: (string | number)[]
  readonly extensions: Record<string, unknown>
}

/** More nulls than this need no names: the error itself is told anyway. */
const mostNulls = 500

export function cutFailures(result: OperationResult): OperationResult {
  const { data, error } = result
  if (!error || error.graphQLErrors.length === 0 || !isRecord(data)) return result
  const graphQLErrors = error.graphQLErrors.flatMap(({ message, path, extensions }): Failure[] => {
    const places = path ? [nullAbove(data, path)] : nullsIn(data)
    return places.length === 0 ? [{ message, extensions }] : places.map((place) => ({ message, extensions, path: [...place] }))
  })
  for (const { path } of graphQLErrors) if (path) cut(data, path)
  return { ...result, data, error: new CombinedError({ graphQLErrors, response: error.response }) }
}

/** The place on the way to a failed field where the answer holds null. */
function nullAbove(data: Record<string, unknown>, path: Path): Path {
  let value: unknown = data
  for (const [i, key] of path.entries()) {
    value = childOf(value, key)
    if (value === null) return path.slice(0, i + 1)
  }
  return path
}

/** Every place that holds null: an error that names no field can stand behind any of them. */
function nullsIn(data: unknown): Path[] {
  const found: Path[] = []
  const walk = (value: unknown, path: Path): void => {
    if (found.length >= mostNulls) return
    if (value === null) found.push(path)
    else if (typeof value === 'object' && value !== null) for (const [key, child] of Object.entries(value)) walk(child, [...path, Array.isArray(value) ? Number(key) : key])
  }
  walk(data, [])
  return found
}

function cut(data: Record<string, unknown>, path: Path): void {
  const last = path.at(-1)
  let parent: unknown = data
  for (const key of path.slice(0, -1)) parent = childOf(parent, key)
  if (typeof last === 'string' && isRecord(parent) && parent[last] === null) delete parent[last]
}

const childOf = (value: unknown, key: string | number): unknown => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined)
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
