/**
 * MLflow's dialect of /graphql. Each of its fields is one of MLflow's REST calls in other words, so it is made as one:
 * through the door's own REST routes, with the sender's credential, in either topology. The routes decide who may; nothing
 * is decided here. Errors are a list of strings and the status is 200, as MLflow's.
 */
import { type DocumentNode, execute, type GraphQLFieldResolver, isListType, isNonNullType, Kind, parse, validate } from 'graphql'
import { mlflowSchema } from '#gateway/mlflow-graphql/schema.ts'

/** One REST call: the parsed answer of a 2xx, else an error with the answer's own message. */
export type Ask = (method: 'GET' | 'POST', path: string, input: Readonly<Record<string, unknown>>) => Promise<Readonly<Record<string, unknown>>>

export interface MlflowOperation {
  readonly document: DocumentNode
  readonly variables: Readonly<Record<string, unknown>> | undefined
  readonly operationName: string | undefined
}
export interface MlflowAnswer {
  readonly data: unknown
  readonly errors: readonly string[] | null
}

/** Below runs each experiment and each list of versions is a call of its own. */
const MAX_CALLS = 200

const calls: Readonly<Record<string, readonly ['GET' | 'POST', string]>> = {
  mlflowGetExperiment: ['GET', 'experiments/get'],
  mlflowGetRun: ['GET', 'runs/get'],
  mlflowListArtifacts: ['GET', 'artifacts/list'],
  mlflowGetMetricHistoryBulkInterval: ['GET', 'metrics/get-history-bulk-interval'],
  mlflowSearchModelVersions: ['GET', 'model-versions/search'],
  mlflowSearchRuns: ['POST', 'runs/search'],
  mlflowSearchDatasets: ['POST', 'experiments/search-datasets'],
}

/** The operation when every root field begins with `mlflow`, else undefined: then it is for the platform's own graph. */
export function mlflowOperation(body: unknown): MlflowOperation | undefined {
  if (typeof body !== 'object' || body === null || !('query' in body) || typeof body.query !== 'string' || !body.query.includes('mlflow')) return undefined
  let document: DocumentNode
  try {
    document = parse(body.query)
  } catch {
    return undefined
  }
  const roots = document.definitions.flatMap((definition) => (definition.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : []))
  if (roots.length === 0 || !roots.every((root) => root.kind === Kind.FIELD && root.name.value.startsWith('mlflow'))) return undefined
  return {
    document,
    variables: 'variables' in body && typeof body.variables === 'object' && body.variables !== null ? { ...body.variables } : undefined,
    operationName: 'operationName' in body && typeof body.operationName === 'string' ? body.operationName : undefined,
  }
}

export async function executeMlflow({ document, variables, operationName }: MlflowOperation, ask: Ask): Promise<MlflowAnswer> {
  const invalid = validate(mlflowSchema, document)
  if (invalid.length > 0) return { data: null, errors: invalid.map(({ message }) => message.replaceAll('"', "'")) }
  const { data = null, errors } = await execute({ schema: mlflowSchema, document, variableValues: variables, operationName, fieldResolver, contextValue: bounded(ask) })
  return { data, errors: errors ? errors.map(({ message }) => message) : null }
}

/** The same call is made once in an operation, and not too many are. */
function bounded(ask: Ask): Ask {
  const made = new Map<string, ReturnType<Ask>>()
  return async (method, path, input) => {
    const key = JSON.stringify([method, path, input])
    const known = made.get(key)
    if (known) return known
    if (made.size >= MAX_CALLS) throw new Error(`The operation needs more than ${MAX_CALLS} calls. Ask for fewer runs.`)
    const answer = ask(method, path, input)
    made.set(key, answer)
    return answer
  }
}

const snakeOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)
/** A value somewhere below an answer of REST. */
const at = (source: unknown, ...path: string[]): unknown => path.reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), source)

const fieldResolver: GraphQLFieldResolver<unknown, Ask> = async (source, { input }: { input?: unknown }, ask, { fieldName, parentType, returnType }) => {
  const call = calls[fieldName]
  if (call) return ask(...call, Object.fromEntries(Object.entries(isRecord(input) ? input : {}).map(([name, value]) => [snakeOf(name), value])))
  if (parentType.name === 'MlflowRunExtension' && fieldName === 'experiment') return at(await ask('GET', 'experiments/get', { experiment_id: at(source, 'info', 'experiment_id') }), 'experiment')
  if (parentType.name === 'MlflowRunExtension' && fieldName === 'modelVersions')
    return at(await ask('GET', 'model-versions/search', { filter: `run_id='${String(at(source, 'info', 'run_id'))}'` }), 'model_versions') ?? []
  const value = at(source, snakeOf(fieldName))
  // REST leaves empty lists out; NaN is a string there and has no place in a Float.
  if (value === undefined) return isListType(isNonNullType(returnType) ? returnType.ofType : returnType) ? [] : null
  return value === 'NaN' && String(returnType) === 'Float' ? null : value
}
