import { expect, it } from 'vitest'
import { scopeIn } from '#shared/access.ts'
import { testActor } from '#shared/testing/actors.ts'
import { forEachDialect, refusedWith } from '#identity/testing/given.ts'

forEachDialect('projects and members', (given) => {
  it('lets only administrators open a project, and its maker owns it', async () => {
    const user = await given.user()
    const actor = await given.actor(user.id)
    await expect(given.as(actor).projects.create(actor, { name: 'mine' })).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    const project = await given.project()
    expect(await given.as(given.admin).projects.find(given.admin, project.name)).toEqual(project)
    expect((await given.as(given.admin).members.list(scopeIn(given.admin, project.id), 10)).items).toMatchObject([{ user: { username: 'admin' }, role: 'owner' }])
  })

  it('shows a hidden project exactly as a missing one', async () => {
    const project = await given.project()
    const stranger = await given.actor((await given.user()).id)
    const services = given.as(stranger)
    expect(await services.projects.find(stranger, project.name)).toBeNull()
    expect(await services.projects.find(stranger, project.id)).toBeNull()
    expect(await services.projects.byIds(stranger, [project.id, 'no-such-id'])).toEqual([null, null])
    expect((await services.projects.list(stranger, 50)).items).toEqual([])
    const hidden = await attempt(() => services.projects.update(scopeIn(stranger, project.name), { title: 'x' }))
    const missing = await attempt(() => services.projects.update(scopeIn(stranger, 'no-such-name'), { title: 'x' }))
    expect(hidden).toEqual(missing.replace('no-such-name', project.name))
  })

  it('tells a token that does not carry identity.project.read nothing about a project', async () => {
    const project = await given.project()
    const actor = { ...given.admin, ceiling: { projects: null, permissions: ['tracking.run.read' as const] } }
    const { projects } = given.as(actor)
    await expect(projects.find(actor, project.name)).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    expect(await projects.byIds(actor, [project.id])).toEqual([null])
    expect((await projects.list(actor, 50)).items).toEqual([])
  })

  it('checks again in the service, whatever scope it is given', async () => {
    const project = await given.project()
    const forged = testActor('mallory')
    await expect(given.as(forged).projects.update({ actor: forged, project }, { title: 'mine now' })).rejects.toSatisfy(refusedWith('NOT_FOUND'))
    await expect(given.as(forged).members.set({ actor: forged, project }, 'admin', 'viewer')).rejects.toSatisfy(refusedWith('NOT_FOUND'))
    await expect(given.as(forged).members.list({ actor: forged, project }, 10)).rejects.toSatisfy(refusedWith('NOT_FOUND'))
  })

  it('keeps names for ever, and refuses names that MLflow could not use', async () => {
    const project = await given.project()
    await expect(given.as(given.admin).projects.create(given.admin, { name: project.name })).rejects.toSatisfy(refusedWith('ALREADY_EXISTS'))
    await given.as(given.admin).projects.remove(scopeIn(given.admin, project.name))
    await expect(given.as(given.admin).projects.create(given.admin, { name: project.name })).rejects.toSatisfy(refusedWith('ALREADY_EXISTS'))
    for (const name of ['', 'A', 'a', 'Upper', 'under_score', '-x', 'x-', 'api', 'a'.repeat(64)])
      await expect(given.as(given.admin).projects.create(given.admin, { name })).rejects.toSatisfy(refusedWith('INVALID'))
    const after = await given.actor(given.admin.principalId)
    expect(await given.as(after).projects.find(after, project.name)).toBeNull()
    expect(await given.identity.ports.projects()).not.toContainEqual({ id: project.id, name: project.name })
    await expect(given.as(after).projects.remove(scopeIn(after, 'default'))).rejects.toSatisfy(refusedWith('CONFLICT'))
  })

  it('pages through projects and members', async () => {
    const [a, b, c] = [await given.project(), await given.project(), await given.project()]
    for (const role of ['viewer', 'viewer', 'maintainer'] as const) await given.member(a, role)
    const ceiling = { projects: [a.id, b.id, c.id], permissions: null }
    const actor = { ...given.admin, ceiling }
    const first = await given.as(actor).projects.list(actor, 2)
    const second = await given.as(actor).projects.list(actor, 2, first.nextToken)
    expect([...first.items, ...second.items]).toEqual([a, b, c].sort((x, y) => (x.name < y.name ? -1 : 1)))
    expect(second.nextToken).toBeUndefined()
    const scope = scopeIn(given.admin, a.id)
    const members = await given.as(given.admin).members.list(scope, 3)
    const rest = await given.as(given.admin).members.list(scope, 3, members.nextToken)
    expect([...members.items, ...rest.items].map((m) => m.role)).toEqual(['owner', 'maintainer', 'viewer', 'viewer'])
  })

  it('lets owners invite, and no one below', async () => {
    const project = await given.project()
    const guest = await given.user()
    for (const role of ['viewer', 'contributor', 'maintainer'] as const) {
      const { actor, scope } = await given.member(project, role)
      await expect(given.as(actor).members.set(scope, guest.username, 'viewer')).rejects.toSatisfy(refusedWith('FORBIDDEN'))
      await expect(given.as(actor).members.set(scope, actor.snapshot.name, 'owner')).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    }
    const { actor, scope } = await given.member(project, 'owner')
    expect(await given.as(actor).members.set(scope, guest.username, 'maintainer')).toMatchObject({ role: 'maintainer', user: { id: guest.id } })
    expect(await given.identity.ports.snapshot(guest.id)).toMatchObject({ projects: [{ name: project.name }], memberships: [{ role: 'maintainer' }] })
    await expect(given.as(actor).members.set(scope, 'nobody-here', 'viewer')).rejects.toSatisfy(refusedWith('NOT_FOUND'))
  })

  it('lets nobody give a role above the own one, not even with the permission to invite', async () => {
    const project = await given.project()
    const { user } = await given.member(project, 'contributor')
    const guest = await given.user()
    await given.sql(`INSERT INTO auth.user_permission (user_id, permission_id, project_id) VALUES ('${user.id}', 'identity.member.update', '${project.id}')`)
    const actor = await given.actor(user.id)
    const scope = scopeIn(actor, project.name)
    await expect(given.as(actor).members.set(scope, guest.username, 'owner')).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    await expect(given.as(actor).members.set(scope, user.username, 'maintainer')).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    await expect(given.as(actor).members.remove(scope, 'admin')).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    expect(await given.as(actor).members.set(scope, guest.username, 'contributor')).toMatchObject({ role: 'contributor' })
  })

  it('keeps the last owner, also when two owners leave at once', async () => {
    const project = await given.project()
    const scope = scopeIn(given.admin, project.name)
    const { members } = given.as(given.admin)
    await expect(members.remove(scope, 'admin')).rejects.toSatisfy(refusedWith('CONFLICT'))
    await expect(members.set(scope, 'admin', 'viewer')).rejects.toSatisfy(refusedWith('CONFLICT'))
    const second = await given.member(project, 'owner')
    const leaving = await Promise.allSettled([members.remove(scope, 'admin'), members.remove(scope, second.user.username)])
    expect(leaving.map((l) => l.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await members.list(scope, 10)).items.filter((m) => m.role === 'owner')).toHaveLength(1)
  })

  it('closes memberships and never overwrites them', async () => {
    const project = await given.project()
    const { user } = await given.member(project, 'viewer')
    const scope = scopeIn(given.admin, project.name)
    given.now += 1_000
    await given.as(given.admin).members.set(scope, user.username, 'maintainer')
    given.now += 1_000
    await given.as(given.admin).members.remove(scope, user.username)
    const rows = await given.sql(`SELECT role, valid_from, valid_to, closed_by FROM identity.grants WHERE principal_id = '${user.id}' ORDER BY valid_from`)
    expect(rows.map((r) => [r['role'], Number(r['valid_to']) - Number(r['valid_from']), r['closed_by']])).toEqual([
      ['viewer', 1_000, given.admin.principalId],
      ['maintainer', 1_000, given.admin.principalId],
    ])
    expect(await given.identity.ports.snapshot(user.id)).toMatchObject({ projects: [], memberships: [] })
    await expect(given.as(given.admin).members.remove(scope, user.username)).rejects.toSatisfy(refusedWith('NOT_FOUND'))
  })

  it('ends a removed member’s rights in another process with the next epoch', async () => {
    const project = await given.project()
    const { user } = await given.member(project, 'contributor')
    const other = await given.process()
    const caller = { principalId: user.id, subjectId: user.id, kind: 'user' as const, ceiling: null, requestId: 'x' }
    expect((await other.access.actorOf(caller, 'write')).snapshot.projects).toHaveLength(1)
    await given.as(given.admin).members.remove(scopeIn(given.admin, project.name), user.username)
    expect((await other.access.actorOf(caller, 'write')).snapshot.projects).toEqual([])
    await other.identity.stop()
  })

  it('shows people to those who share or shared a project with them, and to administrators', async () => {
    const project = await given.project()
    const alice = await given.member(project, 'owner')
    const bob = await given.member(project, 'viewer')
    const stranger = await given.user()
    const names = async (actor: typeof alice.actor, ids: string[]) => (await given.as(actor).users.byIds(actor, ids)).map((u) => u?.username ?? null)
    expect(await names(alice.actor, [bob.user.id, stranger.id, 'nobody', alice.user.id])).toEqual([bob.user.username, null, null, alice.user.username])
    await given.as(given.admin).members.remove(scopeIn(given.admin, project.name), bob.user.username)
    expect(await names(await given.actor(alice.user.id), [bob.user.id])).toEqual([bob.user.username])
    expect(await names(await given.actor(bob.user.id), [alice.user.id])).toEqual([null])
    expect(await names(given.admin, [stranger.id])).toEqual([stranger.username])
    expect(await names({ ...alice.actor, ceiling: { projects: [], permissions: null } }, [bob.user.id])).toEqual([null])
  })

  it('keeps user administration with administrators, and the last of them in office', async () => {
    const user = await given.user()
    const actor = await given.actor(user.id)
    const { users } = given.as(actor)
    await expect(users.list(actor, 10)).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    await expect(users.create(actor, { username: 'friend', password: 'a-good-long-secret' })).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    await expect(users.setPassword(actor, 'admin', 'a-good-long-secret')).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    await expect(users.setPassword(actor, (await given.user()).username, 'a-good-long-secret')).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    await expect(users.update(actor, user.username, { isAdmin: true })).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    await expect(users.update(actor, user.username, { displayName: 'Boss' })).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    const admin = await given.actor(given.admin.principalId)
    await expect(users.update(admin, 'admin', { isAdmin: false })).rejects.toSatisfy(refusedWith('CONFLICT'))
    await expect(users.update(admin, 'admin', { active: false })).rejects.toSatisfy(refusedWith('CONFLICT'))
    await expect(users.create(admin, { username: user.username.toUpperCase(), password: 'a-good-long-secret' })).rejects.toSatisfy(refusedWith('ALREADY_EXISTS'))
  })

  it('makes no administrators for whoever may only create people', async () => {
    const user = await given.user()
    await given.sql(`INSERT INTO auth.user_permission (user_id, permission_id, project_id) VALUES ('${user.id}', 'platform.user.create', '*'), ('${user.id}', 'platform.user.update', '*')`)
    const actor = await given.actor(user.id)
    const { users } = given.as(actor)
    expect(await users.create(actor, { username: given.name('friend'), password: 'a-good-long-secret' })).toMatchObject({ isAdmin: false })
    await expect(users.create(actor, { username: given.name('boss'), password: 'a-good-long-secret', isAdmin: true })).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    await expect(users.update(actor, user.username, { isAdmin: true })).rejects.toSatisfy(refusedWith('FORBIDDEN'))
    await expect(users.setPassword(actor, 'admin', 'a-good-long-secret')).rejects.toSatisfy(refusedWith('FORBIDDEN'))
  })
})

const attempt = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work()
    return 'nothing was refused'
  } catch (error) {
    return String(error)
  }
}
