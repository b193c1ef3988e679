/** A REST call that the door makes to itself for a request it is serving: same sender, same credential, same project. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Ask } from '#gateway/mlflow-graphql/execute.ts'
import { parseJson } from '#shared/json.ts'

/** About the outer request's body and connection. */
const ofTheOuter = new Set(['content-length', 'content-type', 'content-encoding', 'transfer-encoding', 'connection', 'expect', 'accept', 'accept-encoding', 'x-request-id'])

export function askFor(app: FastifyInstance, request: FastifyRequest): Ask {
  const project = request.door.projectPrefix
  const prefix = `${project === undefined ? '' : `/p/${encodeURIComponent(project)}`}/api/2.0/mlflow/`
  const headers = { ...Object.fromEntries(Object.entries(request.headers).filter(([name]) => !ofTheOuter.has(name))), 'x-request-id': request.id }
  const remoteAddress = request.socket.remoteAddress
  return async (method, path, input) => {
    const answer = await app.inject({
      method,
      url: `${prefix}${path}${method === 'GET' ? queryOf(input) : ''}`,
      headers: { ...headers, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
      ...(method === 'POST' ? { payload: JSON.stringify(input) } : {}),
    })
    const said = objectOf(answer.body)
    if (answer.statusCode >= 300) throw new Error(typeof said['message'] === 'string' ? said['message'] : `MLflow's REST answered ${answer.statusCode}.`)
    return said
  }
}

function queryOf(input: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(input).flatMap(([name, value]) => [value].flat().flatMap((one): [string, string][] => (one === undefined || one === null ? [] : [[name, String(one)]])))
  return `?${new URLSearchParams(pairs).toString()}`
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed = parseJson(text)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {} // a refusal in plain text
  }
}
