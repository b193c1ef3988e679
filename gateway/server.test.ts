/** The door over real HTTP with the fixture graph: who gets in, what an error looks like, what a browser is told. */
import { connect } from 'node:net'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fixture, startFixtureDoor } from '#gateway/testing/fixture-door.ts'
import { as, type TestClient, testClient } from '#gateway/testing/http-client.ts'
import { p1 } from '#gateway/testing/people.ts'

let door: Fixture
let client: TestClient
let webRoot: string

beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'sluice-web-'))
  await mkdir(join(webRoot, 'assets'))
  await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>Sluice</title>')
  await writeFile(join(webRoot, 'explorer.html'), '<!doctype html><title>Explorer</title>')
  await writeFile(join(webRoot, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  await writeFile(join(webRoot, 'assets', 'main-abc123.js'), 'export {}')
  door = await startFixtureDoor(webRoot)
  client = testClient(door.url)
})
afterAll(async () => {
  await door.close()
  await rm(webRoot, { recursive: true })
})

describe('hosts and origins', () => {
  test.each(['evil.example', 'localhost.evil.example', '8.8.8.8', 'a b', 'localhost@evil.example'])('a request addressed to %s is refused in MLflow’s words', async (host) => {
    const answer = await client.raw('/api/2.0/mlflow/echo', { headers: { host } })
    expect([answer.status, answer.body]).toEqual([403, 'Invalid Host header - possible DNS rebinding attack detected'])
  })
  test.each(['localhost:1', '127.0.0.1', '[::1]:3000', '10.1.2.3:3000', '192.168.0.9', 'sluice.example.org'])('a request addressed to %s passes', async (host) => {
    expect((await client.raw('/api/2.0/mlflow/echo', { headers: { host, ...as('owner') } })).status).toBe(200)
  })
  test('health is exempt, because probes use any name', async () => {
    expect((await client.raw('/health', { headers: { host: 'pod-7.cluster' } })).body).toBe('OK')
  })
  test.each([
    ['origin', 'https://evil.example'],
    ['origin', 'null'],
    ['sec-fetch-site', 'cross-site'],
  ])('a write from another site is refused: %s %s', async (name, value) => {
    const answer = await client.raw('/api/2.0/mlflow/echo', { method: 'POST', headers: { 'content-type': 'application/json', ...as('owner'), [name]: value }, body: '{}' })
    expect([answer.status, answer.body]).toEqual([403, 'Cross-origin request blocked'])
  })
  test('a write from our own page passes', async () => {
    expect((await client.raw('/api/2.0/mlflow/echo', { method: 'POST', headers: { 'content-type': 'application/json', ...as('owner'), origin: door.url }, body: '{}' })).status).toBe(200)
  })
  test('a preflight of our own page is 204, of another 403, and neither opens anything', async () => {
    const own = await client.raw('/graphql', { method: 'OPTIONS', headers: { origin: door.url } })
    const foreign = await client.raw('/graphql', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })
    expect([own.status, foreign.status]).toEqual([204, 403])
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined()
  })
})

describe('a session cookie', () => {
  const cookie = { cookie: 'sluice_session=session-of-owner' }
  const write = (headers: Record<string, string>) => client.raw('/api/2.0/mlflow/echo', { method: 'POST', headers: { 'content-type': 'application/json', ...cookie, ...headers }, body: '{}' })
  test('reads', async () => {
    expect((await client.raw('/api/2.0/mlflow/echo', { headers: cookie })).status).toBe(200)
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
    expect((await client.raw('/api/2.0/mlflow/echo', { headers: { cookie: '__Host-sluice=session-of-owner' } })).status).toBe(401)
  })
  test('that is stale leaves one anonymous, so that one can log in again', async () => {
    expect((await client.ask('{ me { username } }', { cookie: 'sluice_session=old' })).status).toBe(200)
  })
})

describe('a user and a password', () => {
  const basic = (text: string): Record<string, string> => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
  test('let one in, and so does a token in place of the password', async () => {
    expect((await client.raw('/api/2.0/mlflow/echo', { headers: basic('owner:pass:word') })).status).toBe(200)
    expect((await client.raw('/api/2.0/mlflow/echo', { headers: basic('anything:slc_owner') })).status).toBe(200)
  })
  test('that are wrong are 401 and say how to do better', async () => {
    const answer = await client.raw('/api/2.0/mlflow/echo', { headers: basic('owner:wrong') })
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Basic realm="sluice"'])
  })
})

describe('headers that only we may set', () => {
  test.each(['x-sluice-inner', 'X-Sluice-Https', 'x_sluice_inner', 'X-Forwarded-For', 'x-forwarded-host', 'Forwarded', 'X-Real-IP', 'Cf-Access-Jwt-Assertion', 'Remote-User'])(
    '%s of a client is dropped',
    async (name) => {
      const answer = await client.raw('/api/2.0/mlflow/echo', { headers: { ...as('owner'), [name]: 'spoofed' } })
      expect(answer.status).toBe(200)
      expect(answer.body).not.toContain('spoofed')
    },
  )
})

describe('the project of a client that has none in its paths', () => {
  const echo = async (path: string, headers: Record<string, string>) => {
    const answer = await client.raw(path, { headers })
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
    const hidden = await client.raw('/p/p2/api/2.0/mlflow/echo', { headers: as('owner') })
    const missing = await client.raw('/p/px/api/2.0/mlflow/echo', { headers: as('owner') })
    expect([hidden.status, hidden.body.replaceAll('p2', '?')]).toEqual([404, missing.body.replaceAll('px', '?')])
    expect((await client.raw(`/p/${p1.name}%2F..%2Fp2/api/2.0/mlflow/echo`, { headers: as('mixed') })).status).toBe(404)
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
    const answer = await client.raw(path, { method })
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
      const answer = await client.raw(path, { headers: html })
      expect([answer.status, answer.body]).toEqual([200, '<!doctype html><title>Sluice</title>'])
      expect(answer.headers['cache-control']).toBe('no-cache')
    }
    const greeting = await client.raw('/')
    expect([greeting.status, greeting.headers['content-type'], greeting.body]).toEqual([
      200,
      'application/json; charset=utf-8',
      '{"message":"Welcome to ML Studio","service":"ml_studio","status":"Online"}',
    ])
  })
  test('get the app with 404 at an unknown address, but never in place of an API’s answer', async () => {
    const unknown = await client.raw('/nowhere', { headers: html })
    expect([unknown.status, unknown.body]).toEqual([404, '<!doctype html><title>Sluice</title>'])
    expect((await client.raw('/api/2.0/mlflow/nope', { headers: html })).body).toContain('ENDPOINT_NOT_FOUND')
  })
  test('are sent from a tracking address to the project', async () => {
    const answer = await client.raw('/p/p1/', { headers: html })
    expect([answer.status, answer.headers['location']]).toEqual([302, '/projects/p1'])
  })
  test('keep hashed assets for ever', async () => {
    expect((await client.raw('/assets/main-abc123.js')).headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect((await client.raw('/favicon.svg')).status).toBe(200)
    expect((await client.raw('/assets/..%2f..%2f..%2fetc%2fpasswd')).status).toBe(400)
    expect((await client.raw('/assets/missing.js')).status).toBe(404)
  })
  test('are told to run our scripts only; the explorer alone may write styles', async () => {
    const policyOf = async (path: string): Promise<string> => String((await client.raw(path, { headers: html })).headers['content-security-policy'])
    expect(await policyOf('/')).toContain("script-src 'self';")
    expect(await policyOf('/')).not.toContain('unsafe')
    expect(await policyOf('/explorer')).toContain("script-src 'self'; style-src 'self' 'unsafe-inline'")
    expect(await policyOf('/health')).toContain("default-src 'none'")
  })
  test.each(['/', '/health', '/nope', '/graphql', '/api/2.0/mlflow/nope', '/assets/main-abc123.js'])('find the protecting headers on %s', async (path) => {
    const { headers } = await client.raw(path)
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin' })
    expect(headers['x-powered-by']).toBeUndefined()
    expect(headers['x-request-id']).toMatch(/^[\w-]{8,64}$/)
  })
})

describe('operators', () => {
  test('see readiness per dependency, and 503 while one is down', async () => {
    const ready = await client.raw('/health/ready')
    expect([ready.status, JSON.parse(ready.body)]).toEqual([200, { status: 'ready', services: [{ service: 'identity', ok: true, dependencies: [{ name: 'people', ok: true, latencyMs: 0 }] }] }])
    door.breakIdentity(true)
    const broken = await client.raw('/health/ready')
    door.breakIdentity(false)
    expect(broken.status).toBe(503)
    expect((await client.raw('/health/live')).status).toBe(200)
  })
  test('count requests by route, never by its values', async () => {
    await client.raw('/p/p1/api/2.0/mlflow/echo', { headers: as('owner') })
    const { body, headers } = await client.raw('/metrics')
    expect(headers['content-type']).toContain('text/plain')
    expect(body).toMatch(/mlflow_requests_total\{method="GET",route="\/api\/2\.0\/mlflow\/echo",status="200"\} \d+/)
    expect(body).toContain('nodejs_eventloop_lag')
    expect(body).not.toContain('/p/p1')
  })
  test('read one event per request: who, where, what came of it', async () => {
    door.events.length = 0
    await client.raw('/p/p1/api/2.0/mlflow/echo', { headers: { ...as('owner'), 'x-request-id': 'my-request-1' } })
    await client.ask('{ project(name: "p1") { run(id: "r") { secret } } }', as('viewer'))
    const requests = door.events.filter((e) => e['msg'] === 'request')
    expect(requests).toHaveLength(2)
    expect(requests[0]).toMatchObject({ level: 'info', requestId: 'my-request-1', project: 'p1', method: 'GET', route: '/api/2.0/mlflow/echo', status: 200 })
    expect(requests[1]).toMatchObject({ route: '/graphql', status: 403, project: 'p1', errorCode: 'FORBIDDEN' })
    expect(requests[0]?.['user']).toMatch(/^[0-9a-f-]{36}$/)
    expect(JSON.stringify(door.events)).not.toContain('token-of-owner')
  })
})

describe('stopping', () => {
  test('lets a request in flight finish, and takes no new one', async () => {
    const other = await startFixtureDoor(webRoot)
    const { raw } = testClient(other.url)
    const inFlight = raw('/api/2.0/mlflow/wait', { headers: as('owner') })
    await other.waiting
    const closed = other.close()
    const refused = await raw('/health').then(
      (answer) => answer.status,
      () => 'no connection',
    )
    expect([503, 'no connection']).toContain(refused)
    other.release()
    const answer = await inFlight
    expect([answer.status, answer.headers['connection']]).toEqual([200, 'close'])
    await closed
  })
})

describe('without a credential', () => {
  /** Everything that answers strangers, and why it may. */
  const publicRoutes = {
    'GET /': 'the greeting, or the web app that shows the log-in',
    'GET /health': 'probes have no credential',
    'GET /health/live': 'probes have no credential',
    'GET /health/ready': 'probes have no credential; names and latencies only',
    'GET /metrics': 'no user data; --metrics-token closes it',
    'GET /p/:project': 'redirects to the web app, whether or not the project exists',
    'GET /p/:project/': 'redirects to the web app, whether or not the project exists',
    'GET /assets/*': 'files of the web app',
    'GET /favicon.svg': 'files of the web app',
    'GET /explorer': 'a page; what it asks needs a credential',
    'GET /graphql': 'the policy pass decides per field; refuses a missing query with 400',
    'POST /graphql': 'the policy pass decides per field; refuses a missing query with 400',
  }
  test('every route but the listed ones is 401', async () => {
    const open: string[] = []
    for (const { method, path } of door.routes.filter((route) => route.method !== 'HEAD')) {
      const { status } = await client.raw(path.replace(/:\w+/g, 'p1').replace('*', 'main-abc123.js'), { method })
      if (status !== 401) open.push(`${method} ${path}`)
    }
    expect(open.sort()).toEqual(Object.keys(publicRoutes).sort())
  })
})

describe('faces', () => {
  test('greet programs each in its way, and serve every path', async () => {
    const main = await client.raw('/')
    const auth = testClient(door.faceUrl)
    expect((await auth.raw('/')).body).toBe('Connected to database: auth')
    expect((await auth.raw('/', { headers: { accept: 'text/html' } })).body).toContain('<title>Sluice</title>')
    expect((await auth.raw('/api/2.0/mlflow/echo', { headers: as('owner') })).status).toBe(200)
    door.breakIdentity(true)
    const down = await auth.raw('/')
    door.breakIdentity(false)
    expect([down.status, down.body]).toEqual([503, 'Not connected to database: auth'])
    expect(main.body).toContain('Welcome to ML Studio')
  })
})

describe('behind a trusted proxy', () => {
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'ml.example.org', 'x-forwarded-for': '203.0.113.9' }
  let trusting: Fixture
  beforeAll(async () => {
    trusting = await startFixtureDoor(webRoot, { trustProxy: ['127.0.0.0/8'], publicUrl: 'https://ml.example.org', metricsToken: 'the metrics token' })
  })
  afterAll(() => trusting.close())

  test('https, host and client are what the proxy says', async () => {
    const answer = await testClient(trusting.url).raw('/api/2.0/mlflow/echo', { headers: { ...forwarded, cookie: '__Host-sluice=session-of-owner' } })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toMatchObject({ headers: { 'x-sluice-https': '1', 'x-sluice-client-address': '203.0.113.9' } })
    expect(answer.headers['strict-transport-security']).toContain('max-age=')
  })
  test('a write must come from the public address', async () => {
    const write = (origin: string) =>
      testClient(trusting.url).raw('/api/2.0/mlflow/echo', { method: 'POST', headers: { ...forwarded, ...as('owner'), 'content-type': 'application/json', origin }, body: '{}' })
    expect((await write('https://ml.example.org')).status).toBe(200)
    expect((await write('http://ml.example.org')).status).toBe(403)
    expect((await write('https://ml.example.org.evil.example')).status).toBe(403)
  })
  test('nobody else is believed', async () => {
    const answer = await client.raw('/api/2.0/mlflow/echo', { headers: { ...forwarded, ...as('owner') } })
    expect(JSON.parse(answer.body)).toMatchObject({ headers: { 'x-sluice-https': '0', 'x-sluice-client-address': '127.0.0.1' } })
    expect(answer.headers['strict-transport-security']).toBeUndefined()
  })
  test('a metrics token closes the metrics', async () => {
    const { raw } = testClient(trusting.url)
    expect((await raw('/metrics')).status).toBe(401)
    expect((await raw('/metrics', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401)
    expect((await raw('/metrics', { headers: { authorization: 'Bearer the metrics token' } })).status).toBe(200)
  })
})
