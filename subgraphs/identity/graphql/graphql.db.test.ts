import { graphql } from 'graphql'
import { expect, it } from 'vitest'
import { anonymousCaller, type Actor } from '#shared/actor.ts'
import { domainErrorOf } from '#shared/graphql/error-format.ts'
import { forEachDialect, PASSWORD } from '#identity/testing/given.ts'

forEachDialect('the graph of identity', (given) => {
  const ask = async (actor: Actor, source: string, variableValues: Record<string, unknown> = {}) => {
    const { data, errors } = await graphql({ schema: given.identity.schema, source, variableValues, contextValue: given.as(actor) })
    // Plain JSON, as it leaves: graphql-js makes objects without a prototype.
    return { data: JSON.parse(JSON.stringify(data ?? null)) as Record<string, never> & object, codes: (errors ?? []).map((e) => domainErrorOf(e)?.code ?? e.message) }
  }
  const anonymous = () => given.access.actorOf(anonymousCaller('x'), 'read')

  it('answers nobody with nothing', async () => {
    expect(await ask(await anonymous(), '{ me { id } project(name: "default") { id } projects { nodes { id } } }')).toEqual({ data: { me: null, project: null, projects: { nodes: [] } }, codes: [] })
    expect((await ask(await anonymous(), '{ platform { version } }')).codes).toEqual(['FORBIDDEN'])
    for (const mutation of ['createToken(input: { name: "x" }) { secret }', 'revokeToken(input: { id: "x" }) { ok }', 'changeMyPassword(input: { current: "x", next: "y" }) { ok }'])
      expect((await ask(await anonymous(), `mutation { ${mutation} }`)).codes).toEqual(['UNAUTHENTICATED'])
  })

  it('opens a project, invites somebody and shows both to each as they may see it', async () => {
    const name = given.name('graph')
    const vera = await given.user()
    given.admin = await given.actor(given.admin.principalId)
    const created = await ask(given.admin, 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { project { id name title description createdAt } } }', {
      input: { project: name, title: 'Größe', description: 'what for' },
    })
    expect(created).toEqual({ data: { createProject: { project: { id: expect.any(String), name, title: 'Größe', description: 'what for', createdAt: given.now } } }, codes: [] })
    given.admin = await given.actor(given.admin.principalId)
    const invited = await ask(given.admin, 'mutation ($input: SetMemberInput!) { setMember(input: $input) { member { user { username } role since } } }', {
      input: { project: name, username: vera.username, role: 'VIEWER' },
    })
    expect(invited.data).toEqual({ setMember: { member: { user: { username: vera.username }, role: 'VIEWER', since: given.now } } })

    const seen = await ask(
      await given.actor(vera.id),
      'query ($name: String!) { me { username isAdmin mustChangePassword } project(name: $name) { viewerRole viewerCan members(first: 1) { nodes { user { username } role } pageInfo { hasNextPage endCursor } } } }',
      { name },
    )
    expect(seen.codes).toEqual([])
    expect(seen.data).toMatchObject({
      me: { username: vera.username, isAdmin: false, mustChangePassword: false },
      project: { viewerRole: 'VIEWER', members: { nodes: [{ user: { username: 'admin' }, role: 'OWNER' }], pageInfo: { hasNextPage: true } } },
    })
    expect(seen.data).toMatchObject({ project: { viewerCan: expect.arrayContaining(['tracking.run.read']) } })
    expect(seen.data).not.toMatchObject({ project: { viewerCan: expect.arrayContaining(['tracking.run.create']) } })

    expect(
      (await ask(await given.actor(vera.id), 'mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { project { title } } }', { input: { project: name, title: 'Mine' } })).codes,
    ).toEqual(['FORBIDDEN'])
    const updated = await ask(given.admin, 'mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { project { title description } } }', {
      input: { project: name, title: 'New', description: null },
    })
    expect(updated.data).toEqual({ updateProject: { project: { title: 'New', description: null } } })
    expect((await ask(given.admin, 'mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { ok } }', { input: { project: name, username: vera.username } })).data).toEqual({
      removeMember: { ok: true },
    })
    expect((await ask(await given.actor(vera.id), 'query ($name: String!) { project(name: $name) { id } }', { name })).data).toEqual({ project: null })
  })

  it('makes, lists and revokes tokens of the asker', async () => {
    const project = await given.project()
    const { actor } = await given.member(project, 'contributor')
    const made = await ask(actor, 'mutation ($input: CreateTokenInput!) { createToken(input: $input) { secret token { id name prefix projects permissions expiresAt } } }', {
      input: { name: 'ci', project: project.name, permissions: ['tracking.run.read'], expiresInDays: 7 },
    })
    expect(made.codes).toEqual([])
    const { secret, token } = (made.data as unknown as { createToken: { secret: string; token: { id: string } } }).createToken
    expect(token).toMatchObject({ name: 'ci', prefix: secret.slice(0, 12), projects: [project.name], permissions: ['tracking.run.read'], expiresAt: given.now + 7 * 86_400_000 })
    expect((await ask(actor, '{ me { tokens { id lastUsedAt } } }')).data).toEqual({ me: { tokens: [{ id: token.id, lastUsedAt: null }] } })
    const { actor: other } = await given.member(project, 'owner')
    expect((await ask(other, 'mutation ($id: ID!) { revokeToken(input: { id: $id }) { ok } }', { id: token.id })).codes).toEqual(['NOT_FOUND'])
    expect((await ask(actor, 'mutation ($id: ID!) { revokeToken(input: { id: $id }) { ok } }', { id: token.id })).data).toEqual({ revokeToken: { ok: true } })
    expect((await ask(actor, '{ me { tokens { id } } }')).data).toEqual({ me: { tokens: [] } })
    for (const input of [{ name: 'x', project: 'no-such' }, { name: 'x', permissions: ['no.such.thing'] }, { name: 'x', expiresInDays: 366 }, { name: '' }])
      expect((await ask(actor, 'mutation ($input: CreateTokenInput!) { createToken(input: $input) { secret } }', { input })).codes).toHaveLength(1)
  })

  it('shows the platform to administrators only', async () => {
    const query = '{ platform { version services { name status dependencies { name ok latencyMs detail } } users(first: 1) { nodes { username } pageInfo { hasNextPage } } } }'
    const user = await given.user()
    expect((await ask(given.admin, query)).data).toMatchObject({
      platform: { services: [{ name: 'identity', status: 'HEALTHY', dependencies: [{ ok: true, detail: null }] }], users: { nodes: [{ username: 'admin' }], pageInfo: { hasNextPage: true } } },
    })
    expect((await ask(await given.actor(user.id), query)).codes).toEqual(['FORBIDDEN'])
  })

  it('administers people', async () => {
    const username = given.name('graph-user')
    const input = { username, displayName: 'Vera V.', password: PASSWORD, isAdmin: false }
    expect((await ask(given.admin, 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { username displayName } } }', { input })).data).toEqual({
      createUser: { user: { username, displayName: 'Vera V.' } },
    })
    expect((await ask(given.admin, 'mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { displayName } } }', { input: { username, displayName: 'Vera' } })).data).toEqual({
      updateUser: { user: { displayName: 'Vera' } },
    })
    expect((await ask(given.admin, 'mutation ($input: SetPasswordInput!) { setPassword(input: $input) { ok } }', { input: { username, password: 'short' } })).codes).toEqual(['INVALID'])
    expect((await ask(given.admin, 'mutation ($input: SetPasswordInput!) { setPassword(input: $input) { ok } }', { input: { username, password: 'given-by-admin' } })).data).toEqual({
      setPassword: { ok: true },
    })
  })

  it('resolves references in one batch, and hidden and missing ones as nothing', async () => {
    const [project, hidden] = [await given.project(), await given.project()]
    const { actor, user } = await given.member(project, 'viewer')
    const stranger = await given.user()
    const entities = (actorOf: Actor, representations: object[]) =>
      ask(actorOf, 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { username } ... on Project { name viewerRole } } }', { r: representations })
    const answer = await entities(actor, [
      { __typename: 'User', id: user.id },
      { __typename: 'User', id: stranger.id },
      { __typename: 'User', id: 'nobody' },
      { __typename: 'Project', id: project.id },
      { __typename: 'Project', id: hidden.id },
      { __typename: 'Project', id: project.name },
    ])
    expect(answer).toEqual({ data: { _entities: [{ username: user.username }, null, null, { name: project.name, viewerRole: 'VIEWER' }, null, null] }, codes: [] })
    expect(
      (
        await entities(await anonymous(), [
          { __typename: 'User', id: user.id },
          { __typename: 'Project', id: project.id },
        ])
      ).data,
    ).toEqual({ _entities: [null, null] })
  })
})
