/** The REST operations of schema/openapi.json, and the example that each is asked with. */
import { readFileSync } from 'node:fs'
import { repositoryPath } from '#shared/paths.ts'
import type { Permission } from '#shared/policy.ts'
import type { Family } from '#shared/rest/error-format.ts'
import { restExamples, type RestExample } from './rest-examples.ts'

export interface Operation {
  /** Method and path, as the router knows it. */
  readonly name: string
  readonly method: string
  readonly route: string
  readonly needs: Permission | 'authenticated' | 'public'
  readonly family: Family
  readonly within: 'project' | 'platform'
}

interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly 'x-needs': Operation['needs']; readonly 'x-family': Family; readonly 'x-within': Operation['within']; readonly 'x-route': string }>>>
  >
}

export const openApi = JSON.parse(readFileSync(repositoryPath('schema', 'openapi.json'), 'utf8')) as OpenApi // written by scripts/schema/openapi.ts

export const operations: readonly Operation[] = Object.values(openApi.paths).flatMap((methods) =>
  Object.entries(methods).map(([method, facts]) => ({
    name: `${method.toUpperCase()} ${facts['x-route']}`,
    method: method.toUpperCase(),
    route: facts['x-route'],
    needs: facts['x-needs'],
    family: facts['x-family'],
    within: facts['x-within'],
  })),
)

const original = (name: string): string => name.replace(' /ajax-api/', ' /api/')
/** Its own example, or its original's where it is a twin. */
export const exampleOf = (name: string): RestExample | undefined => restExamples[name] ?? restExamples[original(name)]
/** Rows of the table that no route uses. */
export const unusedExamples = (): string[] => {
  const used = new Set(operations.map(({ name }) => (name in restExamples ? name : original(name))))
  return Object.keys(restExamples).filter((name) => !used.has(name))
}
