/**
 * Every REST route and every field of the graph, asked as everybody (security.md F-2, Z-2, Z-4, Z-5). What must happen
 * follows from the tables that the server itself decides by: x-needs of schema/openapi.json, the policy tree and the
 * roles. So an operation that is added is tested, and fails by name until it has an example (tests/matrix/*-examples.ts).
 */
import { parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asked } from './matrix/cells.ts'
import { edgeCellCount, mutationCellCount, queryCellCount, restCellCount } from './matrix/count.ts'
import { edgeCells, lookupCells, mutationCells, queryCells } from './matrix/graph.ts'
import { fieldExamples, mutationExamples } from './matrix/graph-examples.ts'
import { api, apiText, edges, entities, nameOf, roots, waysBelow } from './matrix/graph-paths.ts'
import { exampleOf, openApi, operations, unusedExamples } from './matrix/operations.ts'
import { restCells } from './matrix/rest.ts'
import { ask } from './matrix/wire.ts'
import { createWorld, type World } from './matrix/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world?.stop())

describe('the table of examples', () => {
  it('has a request for each REST route and no other', () => {
    expect(operations.filter(({ name }) => !exampleOf(name)).map(({ name }) => name)).toEqual([])
    expect(unusedExamples()).toEqual([])
  })
  it('has an input for each mutation and no other', () => {
    expect(Object.keys(mutationExamples).sort()).toEqual(Object.keys(api.getMutationType()?.getFields() ?? {}).sort())
  })
  it('has arguments only for fields that there are', () => {
    const fields = new Set(roots.flatMap((root) => waysBelow(root).map((way) => `${way.at(-1)?.type.name}.${way.at(-1)?.field.name}`)))
    expect(Object.keys(fieldExamples).filter((name) => !fields.has(name))).toEqual([])
  })
})

/** All that strangers may ask by REST (security.md F-2). The door's own few addresses are not of the table: gateway/edge/own-routes.ts. */
const publicRoutes: Readonly<Record<string, string>> = {
  'GET /version': 'clients ask before they say who they are',
  'GET /api/3.0/mlflow/server-info': 'the same',
  'GET /ajax-api/3.0/mlflow/server-info': 'the same',
  'POST /auth/login': 'how somebody becomes known',
  'POST /auth/logout': 'ends a session that may have ended already',
  'GET /auth/session': 'whether somebody is signed in',
}

describe('REST', () => {
  it('is open to strangers only where this list says why', () => {
    expect(
      operations
        .filter(({ needs }) => needs === 'public')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(publicRoutes).sort())
  })
  it.each(operations)('$name', async (operation) => {
    const example = exampleOf(operation.name)
    expect(example, 'add a row to rest-examples.ts').toBeDefined()
    expect(example && (await restCells(world, operation, example))).toEqual([])
  })
})

describe.each(roots)('the graph below %s', (root) => {
  it.each(waysBelow(root).map((way) => ({ name: nameOf(way), way })))('$name', async ({ way }) => {
    expect([...(await queryCells(world, root, way)), ...(await lookupCells(world, root, way))]).toEqual([])
  })
})

describe('two steps in the graph', () => {
  it.each(edges().map((way) => ({ name: nameOf(way), way })))('$name', async ({ way }) => {
    expect(await edgeCells(world, way)).toEqual([])
  })
})

describe('mutations', () => {
  it.each(Object.keys(api.getMutationType()?.getFields() ?? {}))('%s', async (name) => {
    const example = mutationExamples[name]
    expect(example, 'add a row to mutationExamples').toBeDefined()
    expect(example && (await mutationCells(world, name, example))).toEqual([])
  })
})

describe('the gateway', () => {
  it.each(entities)('does not know _entities, whoever asks for %s', async (entity) => {
    for (const who of ['admin', 'owner', 'anonymous'] as const) {
      const { status, errors, data } = await ask(world.url, world.as(who), 'query($r: [_Any!]!) { _entities(representations: $r) { __typename } _service { sdl } }', {
        r: [{ __typename: entity, id: world.shared.p1.run.id }],
      })
      expect([who, status, data]).toEqual([who, 400, null])
      expect(errors.map((e) => e.message).join()).toContain('Cannot query field "_entities" on type "Query"')
    }
  })
})

it('asked every cell', () => {
  const document = parse(apiText)
  const lookups = new Map(Object.entries(fieldExamples).map(([name, { takes }]) => [name, takes]))
  const counted = {
    rest: restCellCount(openApi, exampleOf),
    query: queryCellCount(document, lookups),
    mutation: mutationCellCount(document, mutationExamples),
    edge: edgeCellCount(document, new Set(entities)),
  }
  console.log(
    `cells of the matrix: ${Object.entries(asked)
      .map(([part, n]) => `${part} ${n}`)
      .join(', ')}, together ${Object.values(asked).reduce((a, b) => a + b)}`,
  )
  expect(asked).toEqual(counted)
})
