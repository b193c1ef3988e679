/** The door before the real subgraphs: sessions, roles, the same refusals on both faces, and nothing open by accident. */
import { auditServer } from 'graphql-http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminPassword, basic, dataOf, startTestPlatform, type TestPlatform } from '#gateway/testing/test-platform.ts'

let sluice: TestPlatform
let experimentId = ''
let runId = ''

const rest = async (path: string, headers: Record<string, string>, body?: object) => {
  const answer = await sluice.client.raw(path, {
    method: body ? 'POST' : 'GET',
    headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: answer.status, json: JSON.parse(answer.body || 'null') as Record<string, unknown> } // every answer of these paths is an object
}
/** A body without what may differ between two answers: the name that was asked for. */
const without = (answer: object, name: string): string => JSON.stringify(answer).replaceAll(name, '?')

beforeAll(async () => {
  sluice = await startTestPlatform()
  const experiment = await rest('/p/p1/api/2.0/mlflow/experiments/create', sluice.as.olga, { name: 'e' })
  experimentId = String(experiment.json['experiment_id'])
  const run = await rest('/p/p1/api/2.0/mlflow/runs/create', sluice.as.olga, { experiment_id: experimentId, start_time: 1, run_name: 'first' })
  runId = JSON.stringify(run.json).match(/"run_id":"([0-9a-f]{32})"/)?.[1] ?? ''
  await rest('/p/p1/api/2.0/mlflow/runs/log-batch', sluice.as.olga, { run_id: runId, metrics: [{ key: 'acc', value: 0.9, timestamp: 1, step: 0 }], params: [{ key: 'lr', value: '0.1' }], tags: [] })
})
afterAll(() => sluice.close())

describe('a session', () => {
  test('begins with a password, reads and writes from our own page, and ends', async () => {
    const origin = sluice.platform.url
    const login = await sluice.client.raw('/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ username: 'admin', password: adminPassword }),
    })
    expect(login.status).toBe(200)
    const [setCookie = ''] = [login.headers['set-cookie']].flat()
    expect(setCookie).toMatch(/^sluice_session=[^;]+;.*HttpOnly; SameSite=Lax/)
    const cookie = setCookie?.split(';', 1)[0] ?? ''
    expect(dataOf(await sluice.client.ask('{ me { username } }', { cookie, origin }))).toEqual({ me: { username: 'admin' } })
    expect((await sluice.client.ask('mutation { updateProject(input: { project: "p1", title: "P" }) { project { title } } }', { cookie })).status).toBe(403)
    expect(dataOf(await sluice.client.ask('mutation { updateProject(input: { project: "p1", title: "P" }) { project { title } } }', { cookie, origin }))).toEqual({
      updateProject: { project: { title: 'P' } },
    })
    expect((await sluice.client.raw('/auth/logout', { method: 'POST', headers: { cookie, origin } })).status).toBe(200)
    expect(dataOf(await sluice.client.ask('{ me { username } }', { cookie, origin }))).toEqual({ me: null })
  })
  test('does not begin with a wrong password, nor with a default one', async () => {
    for (const password of ['admin', 'password', 'admin1234', 'password1234'])
      expect((await sluice.client.raw('/api/2.0/mlflow/experiments/search', { headers: basic('admin', password) })).status).toBe(401)
  })
})

describe('what one client writes, another reads', () => {
  test('a run of an MLflow client is in the graph, across subgraphs', async () => {
    const answer = await sluice.client.ask(
      '{ project(name: "p1") { name viewerRole experiment(name: "e") { id name runs { nodes { id name owner { username } params { key value } metrics { key value step } modelVersions { nodes { version } } } } } } }',
      sluice.as.vera,
    )
    expect(dataOf(answer)).toMatchObject({
      project: {
        viewerRole: 'VIEWER',
        experiment: {
          id: experimentId,
          name: 'e',
          runs: {
            nodes: [{ id: runId, name: 'first', owner: { username: 'olga' }, params: [{ key: 'lr', value: '0.1' }], metrics: [{ key: 'acc', value: 0.9, step: 0 }], modelVersions: { nodes: [] } }],
          },
        },
      },
    })
  })
  test('a person without membership elsewhere needs no project in the address', async () => {
    expect((await rest(`/api/2.0/mlflow/runs/get?run_id=${runId}`, sluice.as.vera)).status).toBe(200)
  })
})

describe('a viewer', () => {
  test('is refused to write over REST with MLflow’s words', async () => {
    const { status, json } = await rest('/p/p1/api/2.0/mlflow/experiments/create', sluice.as.vera, { name: 'mine' })
    expect([status, json['error_code']]).toEqual([403, 'PERMISSION_DENIED'])
    expect(json['message']).toContain('tracking.experiment.create')
  })
  test('is refused to write in the graph, and the refusal names the path and itself', async () => {
    const { status, errors } = await sluice.client.ask('mutation { gone: deleteRuns(input: { project: "p1", ids: [] }) { __typename } }', sluice.as.vera)
    expect([status, errors?.[0]?.extensions]).toEqual([403, { code: 'FORBIDDEN', paths: ['gone'], permissions: ['tracking.run.delete'], denialId: expect.stringMatching(/^[0-9a-f-]{36}$/) }])
  })
  test('is refused the platform, together with everything else that is refused', async () => {
    const { errors } = await sluice.client.ask('{ platform { version } users: platform { users { nodes { id } } } project(name: "p1") { name } }', sluice.as.vera)
    expect(errors?.[0]?.extensions['paths']).toEqual(['platform', 'users'])
  })
})

describe('an outsider', () => {
  test('sees a hidden project exactly as a missing one, in the graph', async () => {
    const hidden = await sluice.client.ask('query($n: String!) { project(name: $n) { experiments { nodes { id } } } }', sluice.as.otto, { n: 'p1' })
    const missing = await sluice.client.ask('query($n: String!) { project(name: $n) { experiments { nodes { id } } } }', sluice.as.otto, { n: 'px' })
    expect(hidden.status).toBe(404)
    expect(without(hidden, 'p1')).toBe(without(missing, 'px'))
  })
  test.each(['/api/2.0/mlflow/experiments/get-by-name?experiment_name=e', '/api/2.0/mlflow/experiments/search?max_results=5', '/datasets'])(
    'sees a hidden project exactly as a missing one, at %s',
    async (path) => {
      const hidden = await rest(`/p/p1${path}`, sluice.as.otto)
      const missing = await rest(`/p/px${path}`, sluice.as.otto)
      expect(hidden.status).toBe(404)
      expect(without(hidden, 'p1')).toBe(without(missing, 'px'))
    },
  )
  test('finds no run by its id, whatever project the request names', async () => {
    for (const prefix of ['', '/p/p2']) expect((await rest(`${prefix}/api/2.0/mlflow/runs/get?run_id=${runId}`, sluice.as.otto)).status).toBe(404)
    expect(dataOf(await sluice.client.ask(`{ project(name: "p2") { run(id: "${runId}") { id } experiment(id: "${experimentId}") { id } } }`, sluice.as.otto))).toEqual({
      project: { run: null, experiment: null },
    })
  })
  test('lists only what is theirs', async () => {
    expect(dataOf(await sluice.client.ask('{ projects { nodes { name } } }', sluice.as.otto))).toEqual({ projects: { nodes: [{ name: 'p2' }] } })
  })
})

describe('nobody in particular', () => {
  /** Every route that answers strangers, and why it may. A new one that is missing here is red. */
  const publicRoutes: Readonly<Record<string, string>> = {
    'GET /': 'the greeting, or the web app that shows the log-in',
    'GET /health': 'probes have no credential',
    'GET /health/live': 'probes have no credential',
    'GET /health/ready': 'probes have no credential; names and latencies only',
    'GET /version': 'MLflow’s clients ask before they log in',
    'GET /api/3.0/mlflow/server-info': 'MLflow’s clients ask what the server can do before anything else',
    'GET /ajax-api/3.0/mlflow/server-info': 'the same for its UI',
    'GET /metrics': 'no user data; --metrics-token closes it',
    'GET /p/:project': 'redirects to the web app, whether or not the project exists',
    'GET /p/:project/': 'redirects to the web app, whether or not the project exists',
    'GET /graphql': 'the policy pass decides per field',
    'POST /graphql': 'the policy pass decides per field',
    'POST /auth/login': 'is how one logs in',
    'POST /auth/logout': 'ends the session of the cookie, if there is one',
    'GET /auth/session': 'says that nobody is logged in',
  }
  const isFile = (path: string): boolean => path === '/assets/*' || path === '/explorer' || /^\/[\w.-]+\.(js|svg|png|ico|txt|webmanifest|json|woff2)$/.test(path)

  test('is refused by every route but the listed ones', async () => {
    const open: string[] = []
    for (const { method, path } of sluice.platform.routes.filter((route) => route.method !== 'HEAD' && !isFile(route.path))) {
      const { status } = await sluice.client.raw(path.replace(/:\w+/g, 'x').replace('*', 'x'), { method })
      if (status !== 401) open.push(`${method} ${path}`)
    }
    expect(open.filter((route) => !publicRoutes[route])).toEqual([])
    expect(sluice.platform.routes.length).toBeGreaterThan(100)
  })
  test('is refused every root but `me`', async () => {
    expect((await sluice.client.ask('{ project(name: "p1") { id } }')).status).toBe(401)
    expect((await sluice.client.ask('{ projects { nodes { id } } }')).status).toBe(401)
    expect((await sluice.client.ask('{ platform { version } }')).status).toBe(401)
    expect(dataOf(await sluice.client.ask('{ me { username } }'))).toEqual({ me: null })
  })
})

describe('rights that end', () => {
  test('are dead for the next write at once', async () => {
    const write = () => rest('/p/p1/api/2.0/mlflow/experiments/create', sluice.as.otto, { name: `by otto ${Math.random()}` })
    const set = 'mutation($input: SetMemberInput!) { setMember(input: $input) { member { role } } }'
    const remove = 'mutation($input: RemoveMemberInput!) { removeMember(input: $input) { ok } }'
    for (let round = 0; round < 3; round++) {
      dataOf(await sluice.client.ask(set, sluice.as.olga, { input: { project: 'p1', username: 'otto', role: 'CONTRIBUTOR' } }))
      expect((await write()).status).toBe(200)
      dataOf(await sluice.client.ask(remove, sluice.as.olga, { input: { project: 'p1', username: 'otto' } }))
      expect((await write()).status).toBe(404)
    }
  })
})

describe('the real graph', () => {
  test('passes every required audit of GraphQL over HTTP', async () => {
    const results = await auditServer({
      url: `${sluice.platform.url}/graphql`,
      fetchFn: (url: string, init?: RequestInit) => fetch(url, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...sluice.admin } }),
    })
    expect(results.filter((r) => r.status === 'error').map((r) => `${r.id} ${r.name}`)).toEqual([])
  })
  test('answers the introspection of a client whole, and only to whoever is logged in', async () => {
    const { getIntrospectionQuery } = await import('graphql')
    expect((await sluice.client.ask(getIntrospectionQuery(), sluice.as.vera)).errors).toBeUndefined()
    expect((await sluice.client.ask(getIntrospectionQuery())).status).toBe(401)
  })
  test('is healthy in all its parts', async () => {
    const { platform } = dataOf<{ platform: { services: { name: string; status: string }[] } }>(await sluice.client.ask('{ platform { services { name status } } }', sluice.admin))
    expect(platform.services.map((s) => s.name).sort()).toEqual(['datasets', 'gateway', 'identity', 'registry', 'tracking', 'web'])
    expect(platform.services.filter((s) => s.name !== 'web').every((s) => s.status === 'HEALTHY')).toBe(true)
  })
})

describe('--auth off', () => {
  test('makes everybody on this machine the administrator, without a credential', async () => {
    const open = await startTestPlatform(['--auth', 'off'])
    try {
      expect(dataOf(await open.client.ask('{ me { username isAdmin } }'))).toEqual({ me: { username: 'admin', isAdmin: true } })
      expect(dataOf(await open.client.ask('mutation { createProject(input: { project: "p9", title: "P" }) { project { name } } }'))).toEqual({ createProject: { project: { name: 'p9' } } })
      const created = await open.client.raw('/p/p9/api/2.0/mlflow/experiments/create', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"e"}' })
      expect(created.status).toBe(200)
      expect((await open.client.raw('/api/2.0/mlflow/experiments/search', { headers: { host: 'evil.example' } })).status).toBe(403)
    } finally {
      await open.close()
    }
  })
})

describe('stopping', () => {
  test('may be asked twice, and the address is free again', async () => {
    const other = await startTestPlatform()
    await Promise.all([other.platform.stop(), other.platform.stop()])
    await expect(other.client.raw('/health')).rejects.toThrow()
    await other.close()
  })
})
