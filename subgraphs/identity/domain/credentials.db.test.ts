import { expect, it } from 'vitest'
import type { Credential } from '#ports'
import { newToken } from '#identity/domain/secrets.ts'
import { ADMIN_PASSWORD, forEachDialect, HERE, PASSWORD, refusedWith, type Given } from '#identity/testing/given.ts'

const MINUTE = 60_000
const token = (secret: string): Credential => ({ kind: 'token', secret })
const session = (secret: string): Credential => ({ kind: 'session', secret })
const basic = (user: string, password: string): Credential => ({ kind: 'password', user, password })

/** Signs in through the route’s own service. */
async function signIn(given: Given, username: string, password = PASSWORD): Promise<string> {
  const route = given.identity.routes.find((r) => r.path === '/auth/login')
  const actor = await given.access.actorOf({ principalId: 'anonymous', subjectId: 'anonymous', kind: 'anonymous', ceiling: null, requestId: 'x' }, 'write')
  const headers = { 'content-type': 'application/json', 'x-sluice-client-address': HERE }
  const raw = { method: 'POST' as const, params: {}, query: new URLSearchParams(), headers, body: { username, password } }
  const answer = await route!.serve({ actor, headers, params: {}, query: raw.query, input: undefined, stream: undefined } as never, raw)
  const cookie = String((answer as { options: { headers: Record<string, string> } }).options.headers['set-cookie'])
  return /=([^;]+)/.exec(cookie)![1]!
}

forEachDialect('credentials', (given) => {
  const authenticate = (credential: Credential, address = HERE) => given.identity.ports.authenticate(credential, address)
  const makeToken = async (userId: string, input: object = {}) => given.as(await given.actor(userId)).tokens.create(await given.actor(userId), { name: 'laptop', ...input })

  it('knows a person by password, and nobody by a wrong one', async () => {
    const user = await given.user()
    expect(await authenticate(basic(user.username, PASSWORD))).toEqual({ principalId: user.id, subjectId: user.id, kind: 'user', ceiling: null })
    expect(await authenticate(basic(user.username.toUpperCase(), PASSWORD))).not.toBeNull()
    expect(await authenticate(basic(user.username, `${PASSWORD}x`), '192.0.2.2')).toBeNull()
    expect(await authenticate(basic('nobody', PASSWORD), '192.0.2.2')).toBeNull()
    expect(await authenticate(basic('admin', 'admin'), '192.0.2.2')).toBeNull()
  })

  it('takes a token as Bearer and as the password of Basic', async () => {
    const user = await given.user()
    const { secret } = await makeToken(user.id)
    const expected = { principalId: user.id, ceiling: { projects: null, permissions: null } }
    expect(await authenticate(token(secret))).toMatchObject(expected)
    expect(await authenticate(token(secret))).not.toHaveProperty('projectName')
    expect(await authenticate(basic('anything', secret))).toMatchObject(expected)
    expect(await authenticate(token(newToken('pat')), '192.0.2.3')).toBeNull()
  })

  it('gives a token its ceiling and its end', async () => {
    const project = await given.project()
    const { user } = await given.member(project, 'contributor')
    const { secret, token: made } = await makeToken(user.id, { project: project.name, permissions: ['tracking.run.read'], expiresInDays: 1 })
    expect(await authenticate(token(secret))).toMatchObject({ ceiling: { projects: [project.id], permissions: ['tracking.run.read'] }, projectName: project.name })
    given.now = made.expiresAt - 1
    expect(await authenticate(token(secret))).not.toBeNull()
    given.now = made.expiresAt
    expect(await authenticate(token(secret))).toBeNull()
    given.now = Date.now() - 24 * 60 * MINUTE
  })

  it('forgets a revoked token at the next epoch, in every process', async () => {
    const user = await given.user()
    const { secret, token: made } = await makeToken(user.id)
    const other = await given.process()
    expect(await other.identity.ports.authenticate(token(secret), HERE)).not.toBeNull()
    expect(await authenticate(token(secret))).not.toBeNull()
    await given.as(await given.actor(user.id)).tokens.revoke(await given.actor(user.id), made.id)
    given.now += 1_000 // an answer may be a second old
    expect(await authenticate(token(secret))).toBeNull()
    expect(await other.identity.ports.authenticate(token(secret), HERE)).toBeNull()
    await expect(given.as(given.admin).tokens.revoke(given.admin, made.id)).rejects.toSatisfy(refusedWith('NOT_FOUND'))
    await other.identity.stop()
  })

  it('remembers when a token was last used', async () => {
    const user = await given.user()
    const { secret } = await makeToken(user.id)
    await authenticate(token(secret))
    const [before] = await given.as(await given.actor(user.id)).tokens.mine(await given.actor(user.id))
    given.now += MINUTE
    await authenticate(token(secret))
    await expect.poll(async () => (await given.as(given.admin).tokens.mine(await given.actor(user.id)))[0]?.lastUsedAt, { timeout: 20_000 }).toBe(given.now)
    expect(before?.prefix).toBe(secret.slice(0, 12))
  })

  it('accepts a session of another process and ends it at 60 idle minutes and at 8 hours', async () => {
    const user = await given.user()
    const other = await given.process()
    const idle = await signIn(given, user.username)
    expect(await other.identity.ports.authenticate(session(idle), HERE)).toMatchObject({ principalId: user.id, ceiling: null })
    given.now += 60 * MINUTE
    expect(await authenticate(session(idle))).toBeNull()

    const busy = await signIn(given, user.username)
    for (let minutes = 0; minutes < 8 * 60 - 30; minutes += 30) {
      given.now += 30 * MINUTE
      expect(await authenticate(session(busy))).not.toBeNull()
    }
    given.now += 30 * MINUTE
    expect(await authenticate(session(busy))).toBeNull()
    await other.identity.stop()
  })

  it('ends sessions and cached passwords when the password changes', async () => {
    const user = await given.user()
    const secret = await signIn(given, user.username)
    expect(await authenticate(basic(user.username, PASSWORD))).not.toBeNull()
    const actor = await given.actor(user.id)
    await expect(given.as(actor).users.changeMyPassword(actor, 'something else entirely', 'another-good-secret')).rejects.toSatisfy(refusedWith('INVALID'))
    await given.as(actor).users.changeMyPassword(actor, PASSWORD, 'another-good-secret')
    expect(await authenticate(session(secret))).toBeNull()
    expect(await authenticate(basic(user.username, PASSWORD))).toBeNull()
    expect(await authenticate(basic(user.username, 'another-good-secret'))).not.toBeNull()
  })

  it('ends everything of a person who is deactivated', async () => {
    const user = await given.user()
    const { secret } = await makeToken(user.id)
    const cookie = await signIn(given, user.username)
    expect(await authenticate(token(secret))).not.toBeNull()
    await given.as(given.admin).users.update(await given.actor(given.admin.principalId), user.username, { active: false })
    given.now += 1_000
    expect(await authenticate(token(secret))).toBeNull()
    expect(await authenticate(session(cookie))).toBeNull()
    expect(await authenticate(basic(user.username, PASSWORD))).toBeNull()
    expect(await given.identity.ports.snapshot(user.id)).toMatchObject({ active: false })
  })

  it('lets who must change the password do nothing else', async () => {
    const project = await given.project()
    const { user } = await given.member(project, 'owner')
    await given.as(given.admin).users.setPassword(await given.actor(given.admin.principalId), user.username, 'given-by-the-admin')
    await expect(authenticate(basic(user.username, 'given-by-the-admin'))).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    const caller = await authenticate(session(await signIn(given, user.username, 'given-by-the-admin')))
    const actor = await given.actor(user.id, caller!.ceiling)
    expect(await given.as(actor).users.me(actor)).toMatchObject({ mustChangePassword: true })
    expect(await given.as(actor).projects.find(actor, project.name)).toBeNull()
    await expect(given.as(actor).tokens.create(actor, { name: 'way out' })).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    await given.as(actor).users.changeMyPassword(actor, 'given-by-the-admin', 'my-own-good-secret')
    expect(await authenticate(session(await signIn(given, user.username, 'my-own-good-secret')))).toMatchObject({ ceiling: null })
  })

  it('refuses an eleventh guess at an account from wherever it comes, and lets the next minute try again', async () => {
    const user = await given.user()
    for (let i = 0; i < 10; i++) expect(await authenticate(basic(user.username, `wrong-${i}`), `198.51.100.${i}`)).toBeNull()
    const other = await given.process()
    await expect(other.identity.ports.authenticate(basic(user.username, PASSWORD), '203.0.113.9')).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS', details: { retryAfter: 60 } })
    given.now += MINUTE
    expect(await authenticate(basic(user.username, PASSWORD), '203.0.113.9')).not.toBeNull()
    await other.identity.stop()
  })

  it('lets a person in where that person signed in before, however much strangers guess', async () => {
    const user = await given.user()
    await signIn(given, user.username)
    for (let i = 0; i < 10; i++) await authenticate(basic(user.username, `wrong-${i}`), `198.51.100.${i}`)
    await expect(authenticate(basic(user.username, PASSWORD), '203.0.113.10')).rejects.toSatisfy(refusedWith('TOO_MANY_REQUESTS'))
    await signIn(given, user.username)
    for (let i = 0; i < 10; i++) await authenticate(basic(user.username, `wrong-${i}`), HERE)
    await expect(signIn(given, user.username)).rejects.toSatisfy(refusedWith('TOO_MANY_REQUESTS'))
    given.now += MINUTE
  })

  it('refuses a thirty-first guess from one address, whether the accounts exist or not', async () => {
    const address = '203.0.113.77'
    for (let i = 0; i < 30; i++) expect(await authenticate(basic(`nobody-${i}`, 'one-password-for-all'), address)).toBeNull()
    await expect(authenticate(basic('admin', 'one-password-for-all'), address)).rejects.toSatisfy(refusedWith('TOO_MANY_REQUESTS'))
    expect(await authenticate(basic('admin', ADMIN_PASSWORD), '203.0.113.78')).not.toBeNull()
  })

  it('counts guesses that arrive together', async () => {
    const user = await given.user()
    const guesses = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => authenticate(basic(user.username, `wrong-${i}`), `198.51.100.${i + 100}`)))
    expect(guesses.filter((g) => g.status === 'fulfilled')).toHaveLength(10)
  })

  it('does not count right passwords', async () => {
    const user = await given.user()
    for (let i = 0; i < 12; i++) await signIn(given, user.username)
  })

  it('refuses random tokens after thirty from one address, and still knows a good one', async () => {
    const { secret } = await makeToken((await given.user()).id)
    const address = '203.0.113.99'
    for (let i = 0; i < 30; i++) expect(await authenticate(token(newToken('pat')), address)).toBeNull()
    await expect(authenticate(token(newToken('pat')), address)).rejects.toSatisfy(refusedWith('TOO_MANY_REQUESTS'))
    expect(await authenticate(token(secret), address)).not.toBeNull()
  })

  it('keeps no secret in any table', async () => {
    const user = await given.user()
    const { secret } = await makeToken(user.id)
    const cookie = await signIn(given, user.username)
    const tables = await given.sql("SELECT table_schema AS s, table_name AS t FROM information_schema.tables WHERE table_schema IN ('auth', 'identity')")
    const dump = JSON.stringify(await Promise.all(tables.map(({ s, t }) => given.sql(`SELECT * FROM ${s}.${t}`))))
    expect(dump).toContain(user.id)
    for (const hidden of [secret, secret.slice(12), cookie, PASSWORD, ADMIN_PASSWORD]) expect(dump).not.toContain(hidden)
    const [row] = await given.sql(`SELECT password_hash FROM auth.user WHERE id = '${user.id}'`)
    expect(row?.['password_hash']).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  it('does not let a token make a token', async () => {
    const user = await given.user()
    const { secret } = await makeToken(user.id)
    const actor = await given.actor(user.id, (await authenticate(token(secret)))!.ceiling)
    await expect(given.as(actor).tokens.create(actor, { name: 'child' })).rejects.toSatisfy(refusedWith('FORBIDDEN'))
  })
})
