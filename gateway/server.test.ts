/** The door over real HTTP with the fixture graph: who gets in, what an error looks like, what a browser is told. */
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditServer } from 'graphql-http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Fixture, startFixtureDoor } from '#gateway/testing/fixture-door.ts'
import { p1 } from '#gateway/testing/people.ts'

let door: Fixture
let webRoot: string

beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'sluice-web-'))
  await mkdir(join(webRoot, 'assets'))
  await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>Sluice</title>')
  await writeFile(join(webRoot, 'explorer.html'), '<!doctype html><title>Explorer</title>')
  await writeFile(join(webRoot, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  await writeFile(join(webRoot, 'assets', 'main-abc123.js'), 'export {}')
  door = await startFixtureDoor(webRoot)
})
afterAll(async () => {
  await door.close()
  await rm(webRoot, { recursive: true })
})
beforeEach(() => {
  door.graph.ran.length = 0
})

const as = (name: string): Record<string, string> => ({ authorization: `Bearer token-of-${name}` })
const ask = (query: string, headers: Record<string, string> = {}, variables?: object) =>
  fetch(`${door.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query, ...(variables ? { variables } : {}) }) })
const askJson = async (...args: Parameters<typeof ask>) => {
  const answer = await ask(...args)
  const body = (await answer.json()) as { data?: unknown; errors?: { message: string; extensions: Record<string, unknown> }[] } // what GraphQL promises
  return { status: answer.status, ...body }
}

/** fetch() may not set Host; this can. */
function raw(path: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${door.url}${path}`, { method: options.method ?? 'GET', headers: options.headers ?? {} }, (answer) => {
      let body = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        body += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
    })
    request.on('error', reject)
    request.end(options.body)
  })
}

describe('an operation', () => {
  test('joins subgraphs, with one context for each of them', async () => {
    door.graph.contexts.clear()
    const { status, data, errors } = await askJson('{ project(name: "p1") { title experiments { nodes { name runs { nodes { id owner { username } } } } } } }', as('viewer'))
    expect(errors).toBeUndefined()
    expect(status).toBe(200)
    expect(data).toEqual({ project: { title: 'p1', experiments: { nodes: [{ name: 'e1', runs: { nodes: ['r1', 'r2'].map((id) => ({ id, owner: { username: 'name of u1' } })) } }] } } })
    expect([...door.graph.contexts]).toEqual([['identity', 1], ['tracking', 1]])
  })
  test('is refused whole, and nothing is fetched for it', async () => {
    const { status, data, errors } = await askJson('{ project(name: "p1") { title run(id: "r") { id secret } } }', as('viewer'))
    expect(status).toBe(403)
    expect(data).toBeUndefined()
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', paths: ['project.run.secret'] })
    expect(door.graph.ran).toEqual([])
  })
  test('in a hidden project looks like one in a missing project', async () => {
    const hidden = await askJson('query($n: String!) { project(name: $n) { id } }', as('viewer'), { n: 'p2' })
    const missing = await askJson('query($n: String!) { project(name: $n) { id } }', as('viewer'), { n: 'px' })
    expect(hidden.status).toBe(404)
    expect(JSON.stringify(hidden).replaceAll('p2', '?')).toBe(JSON.stringify(missing).replaceAll('px', '?'))
  })
  test('of nobody in particular is 401, except who they are', async () => {
    expect((await askJson('{ project(name: "p1") { id } }')).status).toBe(401)
    expect(await askJson('{ me { username } }')).toEqual({ status: 200, data: { me: null } })
  })
  test('with a wrong credential is 401, even where none is needed', async () => {
    expect((await askJson('{ me { username } }', { authorization: 'Bearer nobody' })).status).toBe(401)
    expect((await askJson('{ me { username } }', { authorization: 'Digest x' })).status).toBe(401)
  })
  test('when a subgraph is down brings the rest, and the error names it', async () => {
    door.breakTracking(() => {
      throw door.outage
    })
    const { status, data, errors } = await askJson('{ project(name: "p1") { title experiments { nodes { name } } } }', as('viewer'))
    door.breakTracking(undefined)
    expect(status).toBe(200)
    expect(data).toEqual({ project: { title: 'p1', experiments: null } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'SUBGRAPH_DOWN', service: 'tracking' })
  })
  test('that meets a defect of ours says nothing about the inside', async () => {
    door.breakTracking(() => {
      throw new Error('SELECT * FROM /work/node_modules/secret')
    })
    const answer = await (await ask('{ project(name: "p1") { title experiments { nodes { name } } } }', as('viewer'))).text()
    door.breakTracking(undefined)
    expect(answer).toContain('INTERNAL_SERVER_ERROR')
    expect(answer).not.toMatch(/SELECT|node_modules|stack|\.ts/)
  })
  test('while identity is down is 503 for reads that need it', async () => {
    door.breakIdentity(true)
    const { status, errors } = await askJson('mutation { updateProject(input: { project: "p1", title: "t" }) { project { id } } }', as('owner'))
    door.breakIdentity(false)
    expect(status).toBe(503)
    expect(errors?.[0]?.extensions['code']).toBe('UNAVAILABLE')
    expect(door.graph.ran).toEqual([])
  })
})

describe('bombs are refused with 400', () => {
  const bombs: Record<string, string> = {
    aliases: `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
    'two thousand aliases': `{ ${Array.from({ length: 2_000 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
    depth: `{ project(name: "p1") { experiments ${'{ nodes { runs '.repeat(7)} { nodes { id } } ${'} }'.repeat(7)} } }`,
    directives: `{ me { username ${'@include(if: true) '.repeat(6)} } }`,
    tokens: `{ ${'me { username } '.repeat(1_100)} }`,
    'one field over and over': `{ me { ${'username '.repeat(600)} } }`,
    'a long page': '{ project(name: "p1") { experiments(first: 1001) { nodes { id } } } }',
    'a long page of runs': '{ project(name: "p1") { experiments { nodes { runs(first: 201) { nodes { id } } } } } }',
    'a negative page': '{ project(name: "p1") { experiments(first: -1) { nodes { id } } } }',
    'pages of pages': '{ project(name: "p1") { experiments(first: 1000) { nodes { runs(first: 200) { nodes { id owner { id } } } } } } }',
    'a megabyte': `{ me { username } } # ${'x'.repeat(1_000_000)} \n ${'{ me { username } } '.repeat(1_000)}`,
    introspection: '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
  }
  test.each(Object.entries(bombs))('%s', async (_name, query) => {
    const { status, errors } = await askJson(query, as('owner'))
    expect(status).toBe(400)
    expect(errors?.length).toBeGreaterThan(0)
    expect(door.graph.ran).toEqual([])
  })
  test('fragments that double each other are answered, not expanded', async () => {
    const fragments = Array.from({ length: 22 }, (_, i) => `fragment f${i} on Me { ${i < 21 ? `...f${i + 1} ...f${i + 1}` : 'username'} }`).join(' ')
    expect((await askJson(`{ me { ...f0 } } ${fragments}`, as('owner'))).status).toBe(200)
  })
  test('a body beyond the limit is 413', async () => {
    expect((await ask(`{ me { username } } # ${'x'.repeat(2_200_000)}`, as('owner'))).status).toBe(413)
  })
  test('an array of operations', async () => {
    const answer = await fetch(`${door.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify([{ query: '{ me { username } }' }]) })
    expect(answer.status).toBe(400)
  })
})

describe('the graph over HTTP', () => {
  test('passes every required audit of GraphQL over HTTP', async () => {
    const results = await auditServer({ url: `${door.url}/graphql`, fetchFn: (url: string, init?: RequestInit) => fetch(url, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...as('owner') } }) })
    expect(results.filter((r) => r.status === 'error').map((r) => `${r.id} ${r.name}`)).toEqual([])
    expect(results.length).toBeGreaterThan(50)
  })
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])('does not read %s', async (type) => {
    const answer = await fetch(`${door.url}/graphql`, { method: 'POST', headers: { 'content-type': type, ...as('owner') }, body: '{"query":"mutation { updateProject(input: {project: \\"p1\\", title: \\"t\\"}) { project { id } } }"}' })
    expect(answer.status).toBe(415)
    expect(door.graph.ran).toEqual([])
  })
  test('does not mutate on GET, nor query without a header that a form cannot send', async () => {
    const mutation = encodeURIComponent('mutation { updateProject(input: {project: "p1", title: "t"}) { project { id } } }')
    expect((await fetch(`${door.url}/graphql?query=${mutation}`, { headers: { ...as('owner'), 'apollo-require-preflight': '1' } })).status).toBe(405)
    expect((await fetch(`${door.url}/graphql?query=%7Bme%7Busername%7D%7D`, { headers: as('owner') })).status).toBe(400)
  })
  test('shows its schema to whoever is logged in, and to nobody else, and suggests nothing', async () => {
    expect((await askJson('{ __schema { types { name } } }', as('viewer'))).status).toBe(200)
    expect((await askJson('{ __schema { types { name } } }')).status).toBe(401)
    const typo = await askJson('{ mee { username } }')
    expect(typo.status).toBe(400)
    expect(JSON.stringify(typo)).not.toContain('Did you mean')
  })
  test('has no door to a single subgraph', async () => {
    expect((await askJson('{ _service { sdl } }', as('admin'))).status).toBe(400)
    expect((await askJson('query($r: [_Any!]!) { _entities(representations: $r) { __typename } }', as('admin'), { r: [] })).status).toBe(400)
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

describe('hosts and origins', () => {
  test.each(['evil.example', 'localhost.evil.example', '8.8.8.8', 'a b', 'localhost@evil.example'])('a request addressed to %s is refused in MLflow’s words', async (host) => {
    const answer = await raw('/api/2.0/mlflow/echo', { headers: { host } })
    expect([answer.status, answer.body]).toEqual([403, 'Invalid Host header - possible DNS rebinding attack detected'])
  })
  test.each(['localhost:1', '127.0.0.1', '[::1]:3000', '10.1.2.3:3000', '192.168.0.9', 'sluice.example.org'])('a request addressed to %s passes', async (host) => {
    expect((await raw('/api/2.0/mlflow/echo', { headers: { host, ...as('owner') } })).status).toBe(200)
  })
  test('health is exempt, because probes use any name', async () => {
    expect((await raw('/health', { headers: { host: 'pod-7.cluster' } })).body).toBe('OK')
  })
  test.each([['origin', 'https://evil.example'], ['origin', 'null'], ['sec-fetch-site', 'cross-site']])('a write from another site is refused: %s %s', async (name, value) => {
    const answer = await raw('/api/2.0/mlflow/echo', { method: 'POST', headers: { 'content-type': 'application/json', ...as('owner'), [name]: value }, body: '{}' })
    expect([answer.status, answer.body]).toEqual([403, 'Cross-origin request blocked'])
  })
  test('a write from our own page passes', async () => {
    expect((await raw('/api/2.0/mlflow/echo', { method: 'POST', headers: { 'content-type': 'application/json', ...as('owner'), origin: door.url }, body: '{}' })).status).toBe(200)
  })
  test('a preflight of our own page is 204, of another 403, and neither opens anything', async () => {
    const own = await raw('/graphql', { method: 'OPTIONS', headers: { origin: door.url } })
    const foreign = await raw('/graphql', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })
    expect([own.status, foreign.status]).toEqual([204, 403])
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined()
  })
})

describe('a session cookie', () => {
  const cookie = { cookie: 'sluice_session=session-of-owner' }
  const write = (headers: Record<string, string>) => raw('/api/2.0/mlflow/echo', { method: 'POST', headers: { 'content-type': 'application/json', ...cookie, ...headers }, body: '{}' })
  test('reads', async () => {
    expect((await raw('/api/2.0/mlflow/echo', { headers: cookie })).status).toBe(200)
  })
  test('writes from our own page or with the header that proves it', async () => {
    expect((await write({ origin: door.url })).status).toBe(200)
    expect((await write({ 'sec-fetch-site': 'same-origin' })).status).toBe(200)
    expect((await write({ 'x-sluice-csrf': '1' })).status).toBe(200)
  })
  test('does not write without proof, nor from a neighbour of the same site', async () => {
    expect((await write({})).status).toBe(403)
    expect((await write({ 'sec-fetch-site': 'same-site' })).status).toBe(403)
    expect((await write({ 'sec-fetch-site': 'same-site', 'x-sluice-csrf': '1' })).status).toBe(403)
  })
  test('of plain http is not taken for one of https', async () => {
    expect((await raw('/api/2.0/mlflow/echo', { headers: { cookie: '__Host-sluice=session-of-owner' } })).status).toBe(401)
  })
  test('that is stale leaves one anonymous, so that one can log in again', async () => {
    expect((await askJson('{ me { username } }', { cookie: 'sluice_session=old' })).status).toBe(200)
  })
})

describe('a user and a password', () => {
  const basic = (text: string): Record<string, string> => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
  test('let one in, and so does a token in place of the password', async () => {
    expect((await raw('/api/2.0/mlflow/echo', { headers: basic('owner:pass:word') })).status).toBe(200)
    expect((await raw('/api/2.0/mlflow/echo', { headers: basic('anything:slc_owner') })).status).toBe(200)
  })
  test('that are wrong are 401 and say how to do better', async () => {
    const answer = await raw('/api/2.0/mlflow/echo', { headers: basic('owner:wrong') })
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Basic realm="sluice"'])
  })
})

describe('headers that only we may set', () => {
  test.each(['x-sluice-inner', 'X-Sluice-Https', 'x_sluice_inner', 'X-Forwarded-For', 'x-forwarded-host', 'Forwarded', 'X-Real-IP', 'Cf-Access-Jwt-Assertion', 'Remote-User'])('%s of a client is dropped', async (name) => {
    const answer = await raw('/api/2.0/mlflow/echo', { headers: { ...as('owner'), [name]: 'spoofed' } })
    expect(answer.status).toBe(200)
    expect(answer.body).not.toContain('spoofed')
  })
})

describe('the project of a client that has none in its paths', () => {
  const echo = async (path: string, headers: Record<string, string>) => {
    const answer = await raw(path, { headers })
    return { status: answer.status, project: /"project":"([^"]*)"/.exec(answer.body)?.[1] }
  }
  test('comes from the path', async () => {
    expect(await echo('/p/p2/api/2.0/mlflow/echo', as('mixed'))).toEqual({ status: 200, project: 'p2' })
  })
  test('comes from the header', async () => {
    expect(await echo('/api/2.0/mlflow/echo', { ...as('mixed'), 'X-MLFLOW-WORKSPACE': 'p1' })).toEqual({ status: 200, project: 'p1' })
  })
  test('comes from the token', async () => {
    expect(await echo('/api/2.0/mlflow/echo', as('bound'))).toEqual({ status: 200, project: 'p1' })
  })
  test('is the only membership where nothing names one', async () => {
    expect(await echo('/api/2.0/mlflow/echo', as('owner'))).toEqual({ status: 200, project: 'p1' })
  })
  test('may be named twice if the names agree; names that differ are 400', async () => {
    expect((await echo('/p/p1/api/2.0/mlflow/echo', { ...as('mixed'), 'x-mlflow-workspace': 'p1' })).status).toBe(200)
    expect((await echo('/p/p1/api/2.0/mlflow/echo', { ...as('mixed'), 'x-mlflow-workspace': 'p2' })).status).toBe(400)
    expect((await echo('/p/p2/api/2.0/mlflow/echo', as('bound'))).status).toBe(400)
  })
  test('is 404 when hidden, exactly as when missing', async () => {
    const hidden = await raw('/p/p2/api/2.0/mlflow/echo', { headers: as('owner') })
    const missing = await raw('/p/px/api/2.0/mlflow/echo', { headers: as('owner') })
    expect([hidden.status, hidden.body.replaceAll('p2', '?')]).toEqual([404, missing.body.replaceAll('px', '?')])
    expect((await raw(`/p/${p1.name}%2F..%2Fp2/api/2.0/mlflow/echo`, { headers: as('mixed') })).status).toBe(404)
  })
})

describe('what is not there', () => {
  test.each([
    ['/api/2.0/mlflow/nope', 'GET', 404, '"error_code":"ENDPOINT_NOT_FOUND"'],
    ['/ajax-api/3.0/mlflow/nope', 'GET', 404, '"error_code":"ENDPOINT_NOT_FOUND"'],
    ['/api/2.0/mlflow/echo', 'DELETE', 405, '"error_code":"BAD_REQUEST"'],
    ['/api/nope', 'GET', 404, '{"error":"'],
    ['/datasets/nope', 'GET', 404, '{"detail":"'],
    ['/nope', 'GET', 404, '"code":"NOT_FOUND"'],
    ['/graphql', 'PUT', 405, '"code":"INVALID"'],
    ['/internal/ports/epoch', 'POST', 404, '"code":"NOT_FOUND"'],
    ['/%', 'GET', 400, 'The request cannot be read'],
  ])('%s (%s) is %i in the words of its family', async (path, method, status, words) => {
    const answer = await raw(path, { method })
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toContain('application/json')
    expect(answer.body).toContain(words)
  })
  test('bytes that are no HTTP get a short JSON answer', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(door.port, '127.0.0.1', () => socket.write('GARBAGE\r\n\r\n'))
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk.toString()
      })
      socket.on('close', () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('"code":"INVALID"')
  })
})

describe('browsers', () => {
  const html = { accept: 'text/html,application/xhtml+xml' }
  test('get the app at every address of the app, programs get the greeting', async () => {
    for (const path of ['/', '/login', '/projects/p1/experiments/7']) {
      const answer = await raw(path, { headers: html })
      expect([answer.status, answer.body]).toEqual([200, '<!doctype html><title>Sluice</title>'])
      expect(answer.headers['cache-control']).toBe('no-cache')
    }
    const greeting = await raw('/')
    expect([greeting.status, greeting.headers['content-type'], greeting.body]).toEqual([200, 'application/json; charset=utf-8', '{"message":"Welcome to ML Studio","service":"ml_studio","status":"Online"}'])
  })
  test('get the app with 404 at an unknown address, but never in place of an API’s answer', async () => {
    const unknown = await raw('/nowhere', { headers: html })
    expect([unknown.status, unknown.body]).toEqual([404, '<!doctype html><title>Sluice</title>'])
    expect((await raw('/api/2.0/mlflow/nope', { headers: html })).body).toContain('ENDPOINT_NOT_FOUND')
  })
  test('are sent from a tracking address to the project', async () => {
    const answer = await raw('/p/p1/', { headers: html })
    expect([answer.status, answer.headers['location']]).toEqual([302, '/projects/p1'])
  })
  test('keep hashed assets for ever', async () => {
    expect((await raw('/assets/main-abc123.js')).headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect((await raw('/favicon.svg')).status).toBe(200)
    expect((await raw('/assets/..%2f..%2f..%2fetc%2fpasswd')).status).toBe(400)
    expect((await raw('/assets/missing.js')).status).toBe(404)
  })
  test('are told to run our scripts only; the explorer alone may write styles', async () => {
    const policyOf = async (path: string): Promise<string> => String((await raw(path, { headers: html })).headers['content-security-policy'])
    expect(await policyOf('/')).toContain("script-src 'self';")
    expect(await policyOf('/')).not.toContain('unsafe')
    expect(await policyOf('/explorer')).toContain("script-src 'self'; style-src 'self' 'unsafe-inline'")
    expect(await policyOf('/health')).toContain("default-src 'none'")
  })
  test.each(['/', '/health', '/nope', '/graphql', '/api/2.0/mlflow/nope', '/assets/main-abc123.js'])('find the protecting headers on %s', async (path) => {
    const { headers } = await raw(path)
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin' })
    expect(headers['x-powered-by']).toBeUndefined()
    expect(headers['x-request-id']).toMatch(/^[\w-]{8,64}$/)
  })
})

describe('operators', () => {
  test('see readiness per dependency, and 503 while one is down', async () => {
    const ready = await raw('/health/ready')
    expect([ready.status, JSON.parse(ready.body)]).toEqual([200, { status: 'ready', services: [{ service: 'identity', ok: true, dependencies: [{ name: 'people', ok: true, latencyMs: 0 }] }] }])
    door.breakIdentity(true)
    const broken = await raw('/health/ready')
    door.breakIdentity(false)
    expect(broken.status).toBe(503)
    expect((await raw('/health/live')).status).toBe(200)
  })
  test('count requests by route, never by its values', async () => {
    await raw('/p/p1/api/2.0/mlflow/echo', { headers: as('owner') })
    const { body, headers } = await raw('/metrics')
    expect(headers['content-type']).toContain('text/plain')
    expect(body).toMatch(/mlflow_requests_total\{method="GET",route="\/api\/2\.0\/mlflow\/echo",status="200"\} \d+/)
    expect(body).toContain('nodejs_eventloop_lag')
    expect(body).not.toContain('/p/p1')
  })
  test('read one event per request: who, where, what came of it', async () => {
    door.events.length = 0
    await raw('/p/p1/api/2.0/mlflow/echo', { headers: { ...as('owner'), 'x-request-id': 'my-request-1' } })
    await ask('{ project(name: "p1") { run(id: "r") { secret } } }', as('viewer'))
    const requests = door.events.filter((e) => e['msg'] === 'request')
    expect(requests).toHaveLength(2)
    expect(requests[0]).toMatchObject({ level: 'info', requestId: 'my-request-1', project: 'p1', method: 'GET', route: '/api/2.0/mlflow/echo', status: 200 })
    expect(requests[1]).toMatchObject({ route: '/graphql', status: 403, project: 'p1', errorCode: 'FORBIDDEN' })
    expect(requests[0]?.['user']).toMatch(/^[0-9a-f-]{36}$/)
    expect(JSON.stringify(door.events)).not.toContain('token-of-owner')
  })
})
