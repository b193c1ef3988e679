import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Route } from '#shared/rest/route.ts'
import { openApi } from './schema/openapi.ts'
import { drift, generate, write } from './schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-schema-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('what npm run schema writes', () => {
  it('is the same for the same sources, and drift names every file that is not', async () => {
    const files = await generate()
    expect(await generate()).toEqual(files)
    expect(await drift(files, folder)).toEqual([...files.keys()].sort())
    await write(files, folder)
    expect(await drift(files, folder)).toEqual([])

    writeFileSync(join(folder, 'api.graphql'), `${files.get('api.graphql')}type Sneaked { id: ID! }\n`)
    writeFileSync(join(folder, 'jobs.graphql'), 'type Query { leftBehind: Int }')
    rmSync(join(folder, 'tracking.graphql'))
    expect(await drift(files, folder)).toEqual(['api.graphql', 'jobs.graphql', 'tracking.graphql'])
    await write(files, folder)
    expect(await drift(files, folder)).toEqual([])
  })

  it('names all four subgraphs in the supergraph and hides federation from the graph that clients see', async () => {
    const files = await generate()
    for (const name of ['datasets', 'identity', 'registry', 'tracking']) expect(files.get('supergraph.graphql')).toContain(`url: "http://${name}.internal/graphql"`)
    expect(files.get('api.graphql')).toContain('type Project ')
    expect(files.get('api.graphql')).not.toMatch(/_entities|_service|@key|join__/)
  })
})

describe('openapi.json', () => {
  const route = (method: Route['method'], path: string): Route => ({
    method,
    path,
    family: 'own',
    summary: 'x',
    needs: 'public',
    within: 'platform',
    body: 'none',
    writes: false,
    serve: () => Promise.resolve({}),
  })

  it('writes parameters and wildcards as OpenAPI does', () => {
    const { paths } = openApi([{ subgraph: 'tracking', route: route('GET', '/a/:id/files/*') }]) as { paths: object } // openApi's own shape
    expect(paths).toEqual({ '/a/{id}/files/{path}': { get: expect.objectContaining({ operationId: 'getAIdFilesPath', security: [] }) } })
  })

  it('refuses two routes in one place', () => {
    const twice = [
      { subgraph: 'tracking' as const, route: route('GET', '/a/:id') },
      { subgraph: 'registry' as const, route: route('GET', '/a/:id') },
    ]
    expect(() => openApi(twice)).toThrow('GET /a/:id is served twice')
  })
})
