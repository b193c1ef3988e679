/** The graph behind the real HTTP server: joins, refusals, outages, bombs, and GraphQL over HTTP. */
import { auditServer } from 'graphql-http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Fixture, startFixtureDoor } from '#gateway/testing/fixture-door.ts'
import { as, type TestClient, testClient } from '#gateway/testing/http-client.ts'

let door: Fixture
let client: TestClient

beforeAll(async () => {
  door = await startFixtureDoor('/nowhere')
  client = testClient(door.url)
})
afterAll(() => door.close())
beforeEach(() => {
  door.graph.ran.length = 0
})

describe('an operation', () => {
  test('joins subgraphs, with one context for each of them', async () => {
    door.graph.contexts.clear()
    const { status, data, errors } = await client.ask('{ project(name: "p1") { title experiments { nodes { name runs { nodes { id owner { username } } } } } } }', as('viewer'))
    expect(errors).toBeUndefined()
    expect(status).toBe(200)
    expect(data).toEqual({ project: { title: 'p1', experiments: { nodes: [{ name: 'e1', runs: { nodes: ['r1', 'r2'].map((id) => ({ id, owner: { username: 'name of u1' } })) } }] } } })
    expect([...door.graph.contexts]).toEqual([
      ['identity', 1],
      ['tracking', 1],
    ])
  })
  test('is refused whole, and nothing is fetched for it', async () => {
    const { status, data, errors } = await client.ask('{ project(name: "p1") { title run(id: "r") { id secret } } }', as('viewer'))
    expect(status).toBe(403)
    expect(data).toBeUndefined()
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', paths: ['project.run.secret'] })
    expect(door.graph.ran).toEqual([])
  })
  test('in a hidden project looks like one in a missing project', async () => {
    const hidden = await client.ask('query($n: String!) { project(name: $n) { id } }', as('viewer'), { n: 'p2' })
    const missing = await client.ask('query($n: String!) { project(name: $n) { id } }', as('viewer'), { n: 'px' })
    expect(hidden.status).toBe(404)
    expect(JSON.stringify(hidden).replaceAll('p2', '?')).toBe(JSON.stringify(missing).replaceAll('px', '?'))
  })
  test('of nobody in particular is 401, except who they are', async () => {
    expect((await client.ask('{ project(name: "p1") { id } }')).status).toBe(401)
    expect(await client.ask('{ me { username } }')).toEqual({ status: 200, data: { me: null } })
  })
  test('with a wrong credential is 401, even where none is needed', async () => {
    expect((await client.ask('{ me { username } }', { authorization: 'Bearer nobody' })).status).toBe(401)
    expect((await client.ask('{ me { username } }', { authorization: 'Digest x' })).status).toBe(401)
  })
  test('when a subgraph is down brings the rest, and the error names it', async () => {
    door.breakTracking(() => {
      throw door.outage
    })
    const { status, data, errors } = await client.ask('{ project(name: "p1") { title experiments { nodes { name } } } }', as('viewer'))
    door.breakTracking(undefined)
    expect(status).toBe(200)
    expect(data).toEqual({ project: { title: 'p1', experiments: null } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'SUBGRAPH_DOWN', service: 'tracking' })
  })
  test('that meets a defect of ours says nothing about the inside', async () => {
    door.breakTracking(() => {
      throw new Error('SELECT * FROM /work/node_modules/secret')
    })
    const answer = JSON.stringify(await client.ask('{ project(name: "p1") { title experiments { nodes { name } } } }', as('viewer')))
    door.breakTracking(undefined)
    expect(answer).toContain('INTERNAL_SERVER_ERROR')
    expect(answer).not.toMatch(/SELECT|node_modules|stack|\.ts/)
  })
  test('while identity is down is 503 for reads that need it', async () => {
    door.breakIdentity(true)
    const { status, errors } = await client.ask('mutation { updateProject(input: { project: "p1", title: "t" }) { project { id } } }', as('owner'))
    door.breakIdentity(false)
    expect(status).toBe(503)
    expect(errors?.[0]?.extensions['code']).toBe('UNAVAILABLE')
    expect(door.graph.ran).toEqual([])
  })
})

describe('bombs are refused with 400', () => {
  const many = (n: number, text: (i: number) => string): string => Array.from({ length: n }, (_, i) => text(i)).join(' ')
  const bombs: readonly (readonly [name: string, query: string, words: string])[] = [
    ['aliases', `{ ${many(31, (i) => `a${i}: __typename`)} }`, '31 aliases'],
    ['two thousand aliases', `{ ${many(2_000, (i) => `a${i}: __typename`)} }`, 'more than 4000 tokens'],
    ['depth', `{ project(name: "p1") { experiments { nodes { runs { nodes { ${'experiment { runs { nodes { '.repeat(4)} id ${'} } }'.repeat(4)} } } } } } }`, 'it is 18 fields deep'],
    [
      'depth through fragments',
      `{ project(name: "p1") { run(id: "r") { ...f0 } } } ${many(7, (i) => `fragment f${i} on Run { experiment { runs { nodes { ${i < 6 ? `...f${i + 1}` : 'id'} } } } }`)}`,
      'it is 24 fields deep',
    ],
    ['directives', `{ me { ${many(6, (i) => `a${i}: username @include(if: true)`)} } }`, '6 directives'],
    ['tokens', `{ ${'me { username } '.repeat(1_100)} }`, 'more than 4000 tokens'],
    ['one field over and over', `{ me { ${'username '.repeat(600)} } }`, 'repeated 600 times'],
    ['a long page', '{ project(name: "p1") { experiments(first: 1001) { nodes { id } } } }', 'between 0 and 1000'],
    ['a long page of runs', '{ project(name: "p1") { experiments(first: 1) { nodes { runs(first: 201) { nodes { id } } } } } }', 'between 0 and 200'],
    ['a long page by variable', 'query($n: Int = 1001) { project(name: "p1") { experiments(first: $n) { nodes { id } } } }', 'between 0 and 1000'],
    ['a negative page', '{ project(name: "p1") { experiments(first: -1) { nodes { id } } } }', 'between 0 and 1000'],
    ['pages of pages', '{ project(name: "p1") { experiments(first: 1000) { nodes { runs(first: 200) { nodes { id owner { id } } } } } } }', 'it could return'],
    ['a megabyte', `{ me { username } } # ${'x'.repeat(1_000_000)} \n ${'{ me { username } } '.repeat(1_000)}`, 'more than 4000 tokens'],
    ['introspection', '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }', 'Maximum introspection depth exceeded'],
  ]
  test.each(bombs)('%s', async (_name, query, words) => {
    const { status, errors } = await client.ask(query, as('owner'))
    expect([status, errors?.[0]?.message]).toEqual([400, expect.stringContaining(words)])
    expect(door.graph.ran).toEqual([])
  })
  test('fragments that double each other are answered, not expanded', async () => {
    const fragments = Array.from({ length: 22 }, (_, i) => `fragment f${i} on Me { ${i < 21 ? `...f${i + 1} ...f${i + 1}` : 'username'} }`).join(' ')
    expect((await client.ask(`{ me { ...f0 } } ${fragments}`, as('owner'))).status).toBe(200)
  })
  test('a body beyond the limit is 413', async () => {
    expect((await client.ask(`{ me { username } } # ${'x'.repeat(2_200_000)}`, as('owner'))).status).toBe(413)
  })
  test('an array of operations', async () => {
    const answer = await fetch(`${door.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify([{ query: '{ me { username } }' }]) })
    expect(answer.status).toBe(400)
  })
})

describe('the graph over HTTP', () => {
  test('passes every required audit of GraphQL over HTTP', async () => {
    const results = await auditServer({
      url: `${door.url}/graphql`,
      fetchFn: (url: string, init?: RequestInit) => fetch(url, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...as('owner') } }),
    })
    expect(results.filter((r) => r.status === 'error').map((r) => `${r.id} ${r.name}`)).toEqual([])
    expect(results.length).toBeGreaterThan(50)
  })
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])('does not read %s', async (type) => {
    const answer = await fetch(`${door.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': type, ...as('owner') },
      body: '{"query":"mutation { updateProject(input: {project: \\"p1\\", title: \\"t\\"}) { project { id } } }"}',
    })
    expect(answer.status).toBe(415)
    expect(door.graph.ran).toEqual([])
  })
  test('does not mutate on GET, nor query without a header that a form cannot send', async () => {
    const mutation = encodeURIComponent('mutation { updateProject(input: {project: "p1", title: "t"}) { project { id } } }')
    expect((await fetch(`${door.url}/graphql?query=${mutation}`, { headers: { ...as('owner'), 'apollo-require-preflight': '1' } })).status).toBe(405)
    expect((await fetch(`${door.url}/graphql?query=%7Bme%7Busername%7D%7D`, { headers: as('owner') })).status).toBe(400)
  })
  test('shows its schema to whoever is logged in, and to nobody else, and suggests nothing', async () => {
    expect((await client.ask('{ __schema { types { name } } }', as('viewer'))).status).toBe(200)
    expect((await client.ask('{ __schema { types { name } } }')).status).toBe(401)
    const typo = await client.ask('{ mee { username } }')
    expect(typo.status).toBe(400)
    expect(JSON.stringify(typo)).not.toContain('Did you mean')
    const badInput = await client.ask('mutation($i: UpdateProjectInput!) { updateProject(input: $i) { project { id } } }', as('owner'), { i: { project: 'p1', titel: 't' } })
    expect(badInput.status).toBe(400)
    expect(JSON.stringify(badInput)).not.toContain('Did you mean')
  })
  test('has no door to a single subgraph', async () => {
    expect((await client.ask('{ _service { sdl } }', as('admin'))).status).toBe(400)
    expect((await client.ask('query($r: [_Any!]!) { _entities(representations: $r) { __typename } }', as('admin'), { r: [] })).status).toBe(400)
  })
  test.each([
    ['broken JSON', '{"query":'],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['nesting', '['.repeat(100_000)],
    ['nothing', ''],
  ])('answers %s with 400 as JSON, without paths or stacks', async (_name, body) => {
    const answer = await fetch(`${door.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toContain('json')
    expect(await answer.text()).not.toMatch(/node_modules|\/work\/|at .*\.ts/)
  })
})
