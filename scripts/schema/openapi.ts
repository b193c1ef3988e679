/** The REST routes as an OpenAPI 3.1 document: where each is, who may, whose it is. Bodies are described by mlflow-api's own authority, not here. */
import type { OwnedRoute } from './routes.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly parameters?: readonly object[]
  readonly security: readonly object[]
  /** The permission that is asked first, or 'authenticated', or 'public'. */
  readonly 'x-needs': string
  readonly 'x-family': string
  readonly 'x-within': string
  readonly 'x-body': string
  /** The pattern as the router knows it: the gateway of the distributed topology forwards by it. */
  readonly 'x-route': string
}

/** Fastify's `:name` and trailing `*` as OpenAPI's `{name}`. */
export const openApiPath = (path: string): string => path.replaceAll(/:([A-Za-z0-9_]+)/g, '{$1}').replace(/\*$/, '{path}')

export function openApi(owned: readonly OwnedRoute[]): object {
  const paths: Record<string, Record<string, Operation>> = {}
  const sorted = [...owned].sort((a, b) => compare(a.route.path, b.route.path) || compare(a.route.method, b.route.method))
  for (const { subgraph, route } of sorted) {
    const path = openApiPath(route.path)
    paths[path] ??= {}
    const operations = paths[path]
    const method = route.method.toLowerCase()
    if (operations[method]) throw new Error(`${route.method} ${route.path} is served twice`)
    operations[method] = operationOf(subgraph, path, route)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Sluice', version: '1', description: 'Every path may stand behind /p/{project}; without it the project is found as docs say.' },
    paths,
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, basic: { type: 'http', scheme: 'basic' } } },
  }
}

function operationOf(subgraph: string, path: string, route: OwnedRoute['route']): Operation {
  const names = [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => (name === undefined ? [] : [name]))
  return {
    operationId: `${route.method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '')}`,
    summary: route.summary,
    tags: [subgraph],
    ...(names.length > 0 ? { parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })) } : {}),
    security: route.needs === 'public' ? [] : [{ bearer: [] }, { basic: [] }],
    'x-needs': route.needs,
    'x-family': route.family,
    'x-within': route.within,
    'x-body': route.body,
    'x-route': route.path,
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
