import { expect, it } from 'vitest'
import { scopeIn } from '#shared/access.ts'
import { couldHold, decide } from '#shared/policy.ts'
import { forEachDialect } from '#identity/testing/given.ts'

forEachDialect('the policy epoch', (given) => {
  it('grows with every change by hand of what decisions read', async () => {
    const project = await given.project()
    const user = await given.user()
    const grant = given.name('grant')
    const changes = [
      `INSERT INTO auth.user_permission (user_id, permission_id, project_id) VALUES ('${user.id}', 'tracking.run.read', '${project.id}')`,
      `UPDATE auth.user_permission SET permission_id = 'tracking.run.update' WHERE user_id = '${user.id}'`,
      `DELETE FROM auth.user_permission WHERE user_id = '${user.id}'`,
      `INSERT INTO identity.grants (id, principal_id, principal_kind, role, project_id, effect, valid_from, granted_by) VALUES ('${grant}', '${user.id}', 'user', 'viewer', '${project.id}', 'allow', 0, 'hand')`,
      `UPDATE identity.grants SET role = 'contributor' WHERE id = '${grant}'`,
      `DELETE FROM identity.grants WHERE id = '${grant}'`,
      `UPDATE auth.user SET active = false WHERE id = '${user.id}'`,
      `UPDATE identity.projects SET deleted_at = 1 WHERE id = '${project.id}'`,
      `DELETE FROM identity.projects WHERE id = '${project.id}'`,
      `DELETE FROM auth.user WHERE id = '${user.id}'`,
    ]
    for (const change of changes) {
      const before = await given.identity.ports.epoch()
      await given.sql(change)
      expect(await given.identity.ports.epoch(), change).toBeGreaterThan(before)
    }
  })

  it('stands still while people only work', async () => {
    const user = await given.user()
    const actor = await given.actor(user.id)
    const { secret } = await given.as(actor).tokens.create(actor, { name: 'laptop' })
    const before = await given.epoch()
    await given.identity.ports.authenticate({ kind: 'token', secret }, '192.0.2.1')
    await given.identity.ports.authenticate({ kind: 'password', user: user.username, password: 'wrong' }, '192.0.2.1')
    await given.identity.ports.snapshot(user.id)
    expect(await given.epoch()).toBe(before)
  })
})

forEachDialect('a snapshot', (given) => {
  it('includes a grant made by hand in the seed’s table, until it is deleted', async () => {
    const project = await given.project()
    const { user, actor: before } = await given.member(project, 'viewer')
    expect(decide(before, 'tracking.experiment.create', project.id).allowed).toBe(false)
    await given.sql(
      `INSERT INTO auth.user_permission (user_id, permission_id, project_id) SELECT '${user.id}', p.id, '${project.id}' FROM auth.permission p WHERE p.component_id = 'tracking' AND p.element_id = 'tracking.experiment' AND p.operation_id = 'create'`,
    )
    expect(decide(await given.actor(user.id), 'tracking.experiment.create', project.id).allowed).toBe(true)
    await given.sql(`DELETE FROM auth.user_permission WHERE user_id = '${user.id}'`)
    expect(decide(await given.actor(user.id), 'tracking.experiment.create', project.id).allowed).toBe(false)
  })

  it('shows a project to who holds one permission in it, and no more', async () => {
    const project = await given.project()
    const user = await given.user()
    await given.sql(`INSERT INTO auth.user_permission (user_id, permission_id, project_id) VALUES ('${user.id}', 'identity.project.read', '${project.id}')`)
    const actor = await given.actor(user.id)
    expect(await given.as(actor).projects.find(actor, project.name)).toMatchObject({ id: project.id })
    expect(given.as(actor).projects.permissionsOf(actor, project.id)).toEqual(['identity.project.read'])
    expect(given.as(actor).projects.roleOf(actor, project.id)).toBeNull()
  })

  it('carries denials, resources and intervals of grants', async () => {
    const project = await given.project()
    const { user } = await given.member(project, 'contributor')
    const insert = (id: string, permission: string, rest: string) =>
      given.sql(
        `INSERT INTO identity.grants (id, principal_id, principal_kind, permission, project_id, granted_by, effect, valid_from, valid_to, resource_type, resource_id) VALUES ('${given.name(id)}', '${user.id}', 'user', '${permission}', '${project.id}', 'hand', ${rest})`,
      )
    await insert('deny', 'tracking.run.create', "'deny', 0, NULL, NULL, NULL")
    await insert('over', 'tracking.run.delete', "'allow', 0, 1, NULL, NULL")
    await insert('later', 'tracking.experiment.delete', `'allow', ${Date.now() + 3_600_000}, NULL, NULL, NULL`)
    await insert('until', 'registry.version.promote', `'allow', 0, ${Date.now() + 3_600_000}, NULL, NULL`)
    await insert('one', 'registry.model.delete', "'allow', 0, NULL, 'registry.model', 'm1'")
    const actor = await given.actor(user.id)
    expect(decide(actor, 'tracking.run.create', project.id)).toMatchObject({ allowed: false })
    expect(decide(actor, 'tracking.run.delete', project.id).allowed).toBe(false)
    expect(decide(actor, 'registry.version.promote', project.id).allowed).toBe(true)
    expect(decide(actor, 'registry.version.promote', project.id, {}, Date.now() + 3_600_001).allowed).toBe(false)
    expect(decide(actor, 'tracking.experiment.delete', project.id).allowed).toBe(false)
    expect(decide(actor, 'tracking.experiment.delete', project.id, {}, Date.now() + 3_600_001).allowed).toBe(true)
    expect(decide(actor, 'registry.model.delete', project.id, { type: 'registry.model', id: 'm1' }).allowed).toBe(true)
    expect(decide(actor, 'registry.model.delete', project.id, { type: 'registry.model', id: 'm2' }).allowed).toBe(false)
    expect(couldHold(actor, 'registry.model.delete', project.id)).toBe(true)
  })

  it('shows an administrator every live project, and forgets deleted ones with all that hung on them', async () => {
    const project = await given.project()
    const { user } = await given.member(project, 'owner')
    await given.sql(`INSERT INTO auth.user_permission (user_id, permission_id, project_id) VALUES ('${user.id}', 'tracking.run.read', '${project.id}')`)
    expect((await given.identity.ports.snapshot(user.id)).grants).toHaveLength(1)
    const all = await given.identity.ports.projects()
    expect((await given.identity.ports.snapshot(given.admin.principalId)).projects).toEqual(all)
    await given.as(given.admin).projects.remove(scopeIn(given.admin, project.name))
    expect(await given.identity.ports.snapshot(user.id)).toMatchObject({ projects: [], memberships: [], grants: [] })
    expect(await given.identity.ports.projects()).toHaveLength(all.length - 1)
  })

  it('of nobody is inactive', async () => {
    expect(await given.identity.ports.snapshot('nobody')).toMatchObject({ principalId: 'nobody', active: false, isAdmin: false, projects: [] })
  })

  it('is never older than its label', async () => {
    const { epoch } = await given.identity.ports.snapshot(given.admin.principalId)
    expect(epoch).toBe(await given.epoch())
  })
})
