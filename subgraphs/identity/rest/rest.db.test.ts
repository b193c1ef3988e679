import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { anonymousCaller, type Caller } from '#shared/actor.ts'
import { mountRoutes, takeBodiesRaw } from '#shared/rest/mount.ts'
import { sessionSecretIn } from '#identity/rest/cookies.ts'
import { ADMIN_PASSWORD, forEachDialect, HERE, log, PASSWORD } from '#identity/testing/given.ts'

forEachDialect('the REST faces of identity', (given) => {
  let app: FastifyInstance
  beforeAll(() => {
    app = Fastify()
    takeBodiesRaw(app)
    mountRoutes(app, given.identity.routes, { access: given.access, log, callerOf: async (request) => callerOf(request.headers['authorization'], request.headers['cookie'], request.id) })
  })
  afterAll(() => app?.close())

  /** As the door: a cookie, or Basic. */
  const callerOf = async (authorization: string | undefined, cookie: string | undefined, requestId: string): Promise<Caller> => {
    const secret = sessionSecretIn(cookie, false)
    const [user = '', password = ''] = Buffer.from(authorization?.slice('Basic '.length) ?? '', 'base64')
      .toString()
      .split(':')
    const caller = secret
      ? await given.identity.ports.authenticate({ kind: 'session', secret }, HERE)
      : authorization
        ? await given.identity.ports.authenticate({ kind: 'password', user, password }, HERE)
        : null
    return caller ? { ...caller, requestId } : anonymousCaller(requestId)
  }
  const asAdmin = { authorization: `Basic ${Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64')}` }
  const as = (username: string) => ({ authorization: `Basic ${Buffer.from(`${username}:${PASSWORD}`).toString('base64')}` })
  const send = async (options: InjectOptions) => {
    const answer = await app.inject(options)
    return { status: answer.statusCode, body: answer.body === '' ? undefined : (answer.json() as unknown), headers: answer.headers }
  }
  const login = (username: string, password: string, headers: Record<string, string> = {}) => send({ method: 'POST', url: '/auth/login', payload: { username, password }, headers })
  const workspaces = '/api/3.0/mlflow/workspaces'

  it('signs in, knows who is there and signs out', async () => {
    const user = await given.user()
    const { status, body, headers } = await login(user.username, PASSWORD)
    expect(status).toBe(200)
    expect(body).toEqual({ user: { id: user.id, username: user.username, displayName: user.username, isAdmin: false, mustChangePassword: false }, expiresAt: given.now + 8 * 3_600_000 })
    const [set] = [headers['set-cookie']].flat()
    expect(set).toMatch(/^sluice_session=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(headers['cache-control']).toBe('no-store')
    const cookie = set!.split(';')[0]!
    expect((await send({ method: 'GET', url: '/auth/session', headers: { cookie } })).body).toMatchObject({ user: { username: user.username } })
    const out = await send({ method: 'POST', url: '/auth/logout', headers: { cookie } })
    expect([out.headers['set-cookie']].flat()[0]).toMatch(/^sluice_session=; Max-Age=0/)
    expect((await send({ method: 'GET', url: '/auth/session', headers: { cookie } })).body).toEqual({ user: null })
  })

  it('gives a new session at each log-in and ends the one before', async () => {
    const user = await given.user()
    const cookieOf = (answer: Awaited<ReturnType<typeof login>>) => [answer.headers['set-cookie']].flat()[0]!.split(';')[0]!
    const first = cookieOf(await login(user.username, PASSWORD))
    const second = cookieOf(await login(user.username, PASSWORD, { cookie: first }))
    expect(second).not.toBe(first)
    expect((await send({ method: 'GET', url: '/auth/session', headers: { cookie: first } })).body).toEqual({ user: null })
    expect((await send({ method: 'GET', url: '/auth/session', headers: { cookie: second } })).body).toMatchObject({ user: { id: user.id } })
  })

  it('binds the cookie to https and this host where the door says https', async () => {
    const { headers } = await login('admin', ADMIN_PASSWORD, { 'x-sluice-https': '1' })
    expect([headers['set-cookie']].flat()[0]).toMatch(/^__Host-sluice=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
  })

  it('refuses wrong passwords alike, and bodies that a form could send', async () => {
    const wrong = await login('admin', 'not-the-password')
    const unknown = await login('nobody', 'not-the-password')
    expect(wrong.status).toBe(401)
    expect({ ...Object(wrong.body).error, requestId: '' }).toEqual({ ...Object(unknown.body).error, requestId: '' })
    expect((await send({ method: 'POST', url: '/auth/login', payload: 'username=admin&password=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status).toBe(415)
    expect((await send({ method: 'POST', url: '/auth/login', payload: JSON.stringify({ username: 'admin', password: ADMIN_PASSWORD }), headers: { 'content-type': 'text/plain' } })).status).toBe(415)
    expect((await send({ method: 'POST', url: '/auth/login', payload: { username: 1 } })).status).toBe(400)
  })

  it('answers 429 with Retry-After to who guesses on', async () => {
    const user = await given.user()
    for (let i = 0; i < 10; i++) expect((await login(user.username, `guess-${i}`, { 'x-sluice-client-address': `198.51.100.${i}` })).status).toBe(401)
    const { status, headers } = await login(user.username, PASSWORD, { 'x-sluice-client-address': '198.51.100.99' })
    expect([status, headers['retry-after']]).toEqual([429, '60'])
  })

  it('serves projects as MLflow workspaces', async () => {
    const name = given.name('ws')
    expect(await send({ method: 'POST', url: workspaces, payload: { name, description: 'what for', default_artifact_root: 's3://elsewhere' }, headers: asAdmin })).toMatchObject({
      status: 201,
      body: { workspace: { name, description: 'what for' } },
    })
    expect((await send({ method: 'POST', url: workspaces, payload: { name }, headers: asAdmin })).body).toMatchObject({ error_code: 'RESOURCE_ALREADY_EXISTS' })
    expect((await send({ method: 'GET', url: `${workspaces}/${name}`, headers: asAdmin })).body).toEqual({ workspace: { name, description: 'what for' } })
    expect((await send({ method: 'GET', url: workspaces, headers: asAdmin })).body).toMatchObject({ workspaces: expect.arrayContaining([{ name: 'default' }, { name, description: 'what for' }]) })
    expect((await send({ method: 'PATCH', url: `${workspaces}/${name}`, payload: { description: 'else' }, headers: asAdmin })).body).toEqual({ workspace: { name, description: 'else' } })
    expect((await send({ method: 'PATCH', url: `${workspaces}/${name}`, payload: {}, headers: asAdmin })).body).toMatchObject({
      error_code: 'INVALID_PARAMETER_VALUE',
      message: 'Workspace update must have at least one key',
    })
    expect(await send({ method: 'DELETE', url: `/ajax-api/3.0/mlflow/workspaces/${name}?mode=CASCADE`, headers: asAdmin })).toMatchObject({ status: 204, body: undefined })
    expect(await send({ method: 'GET', url: `${workspaces}/${name}`, headers: asAdmin })).toMatchObject({
      status: 404,
      body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: `Workspace '${name}' not found` },
    })
  })

  it('words mistakes in workspaces as MLflow does', async () => {
    const message = async (options: InjectOptions) => Object((await send({ ...options, headers: asAdmin })).body).message
    expect(await message({ method: 'POST', url: workspaces, payload: {} })).toBe("Missing value for required parameter 'name'. See the API docs for more information about request parameters.")
    expect(await message({ method: 'POST', url: workspaces, payload: { name: 'default' } })).toBe("The 'default' workspace is reserved and cannot be created")
    expect(await message({ method: 'POST', url: workspaces, payload: { name: 'x' } })).toBe("Workspace name 'x' must be between 2 and 63 characters.")
    expect(await message({ method: 'POST', url: workspaces, payload: { name: 'Team_A' } })).toBe(
      "Workspace name 'Team_A' must match the pattern ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$ (lowercase alphanumeric with optional internal hyphens).",
    )
    expect(await message({ method: 'POST', url: workspaces, payload: { name: 'api' } })).toBe("Workspace name 'api' is reserved and cannot be used.")
    expect(await message({ method: 'DELETE', url: `${workspaces}/default` })).toBe("The 'default' workspace is reserved and cannot be deleted")
    expect(await message({ method: 'DELETE', url: `${workspaces}/some-name?mode=NOW` })).toBe("Invalid deletion mode 'NOW'. Must be one of: SET_DEFAULT, CASCADE, RESTRICT")
  })

  it('hides workspaces from strangers and keeps members from what owners do', async () => {
    const project = await given.project()
    const { user } = await given.member(project, 'contributor')
    const stranger = await given.user()
    expect((await send({ method: 'GET', url: workspaces })).status).toBe(401)
    expect((await send({ method: 'GET', url: workspaces, headers: as(user.username) })).body).toEqual({ workspaces: [{ name: project.name }] })
    expect((await send({ method: 'GET', url: workspaces, headers: as(stranger.username) })).body).toEqual({})
    expect((await send({ method: 'POST', url: workspaces, payload: { name: 'mine' }, headers: as(user.username) })).status).toBe(403)
    expect((await send({ method: 'PATCH', url: `${workspaces}/${project.name}`, payload: { description: 'x' }, headers: as(user.username) })).status).toBe(403)
    expect((await send({ method: 'DELETE', url: `${workspaces}/${project.name}`, headers: as(user.username) })).status).toBe(403)
    for (const options of [{ method: 'GET' }, { method: 'PATCH', payload: { description: 'x' } }, { method: 'DELETE' }] as const) {
      const hidden = await send({ ...options, url: `${workspaces}/${project.name}`, headers: as(stranger.username) })
      const missing = await send({ ...options, url: `${workspaces}/no-such-thing`, headers: as(stranger.username) })
      expect(hidden.status).toBe(404)
      expect(hidden.body).toMatchObject({ error_code: 'RESOURCE_DOES_NOT_EXIST', message: `Workspace '${project.name}' not found` })
      expect(hidden.body).toEqual(JSON.parse(JSON.stringify(missing.body).replaceAll('no-such-thing', project.name)))
    }
  })

  it('says who the current user is, as MLflow’s UI asks', async () => {
    const user = await given.user()
    for (const prefix of ['/api', '/ajax-api'])
      expect((await send({ method: 'GET', url: `${prefix}/2.0/mlflow/users/current`, headers: as(user.username) })).body).toEqual({
        user: { id: user.id, username: user.username, is_admin: false },
        is_basic_auth: false,
      })
    expect((await send({ method: 'GET', url: '/api/2.0/mlflow/users/current' })).status).toBe(401)
  })
})
