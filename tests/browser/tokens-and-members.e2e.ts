/** What people decide about access in the browser: their tokens, who works in a project, and who has an account. */
import { expect, it } from 'vitest'
import { adminPassword } from '../harness/platform.ts'
import { browserSuite, screen, signIn, type Visitor } from './harness.ts'

const me = '{"query": "query WhoAmI { me { username } }"}'

browserSuite('tokens and members', (stage) => {
  const ask = (secret: string, query = me) =>
    fetch(`${stage.platform.url}/graphql`, { method: 'POST', headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }, body: query })

  async function newToken({ page }: Visitor, name: string, narrow?: () => Promise<void>): Promise<string> {
    await page.getByRole('button', { name: 'New token' }).click()
    await page.getByLabel('Name').fill(name)
    await narrow?.()
    await page.getByRole('button', { name: 'Create token' }).click()
    return page.getByRole('textbox', { name: 'Token' }).inputValue()
  }

  it('makes a token that works until it is revoked, and shows its secret once', async () => {
    const visitor = await stage.as('bob')
    const { page, open, quiet } = visitor
    await open('/')
    await page.getByRole('button', { name: 'Account of bob' }).click()
    await page.getByRole('menuitem', { name: 'Tokens' }).click()
    const secret = await newToken(visitor, 'training on gpu-3')
    const snippet = page.getByRole('region', { name: 'Use the token: MLflow' })
    expect(await snippet.textContent()).toBe(`export MLFLOW_TRACKING_URI="${stage.platform.url}/p/p1"\nexport MLFLOW_TRACKING_TOKEN="${secret}"`)
    expect([(await ask(secret)).status, await (await ask(secret)).json()]).toEqual([200, { data: { me: { username: 'bob' } } }])
    await page.keyboard.press('Escape') // what is not shown again does not close by accident
    await page.getByRole('button', { name: 'Done' }).click()
    await quiet()
    const row = page.getByRole('row', { name: /training on gpu-3/ })
    expect(await row.textContent()).toContain(secret.slice(0, 12))
    expect(await page.content()).not.toContain(secret)
    await screen(page, 'tokens')
    await page.getByRole('button', { name: 'Revoke training on gpu-3' }).click()
    await page.getByRole('button', { name: 'Revoke token' }).click()
    await row.waitFor({ state: 'detached' })
    await expect.poll(async () => (await ask(secret)).status, { timeout: 5_000 }).toBe(401)
  })

  it('narrows a token to one project and to chosen permissions', async () => {
    const visitor = await stage.as('alice')
    const { page, open } = visitor
    await open('/account/tokens')
    const secret = await newToken(visitor, 'reads runs', async () => {
      await page.getByLabel('Projects').selectOption('p1')
      await page.getByRole('radio', { name: 'Chosen' }).click()
      expect(await page.getByRole('button', { name: 'Create token' }).getAttribute('title')).toBe('A token needs at least one permission.')
      await page.getByRole('checkbox', { name: 'identity.project.read: see that the project exists, its title and its counts' }).click()
      await page.getByRole('checkbox', { name: /^tracking\.run\.read:/ }).click()
      await screen(page, 'new-token')
    })
    const can = async (project: string): Promise<unknown> => (await ask(secret, JSON.stringify({ query: `query Can { project(name: "${project}") { viewerCan } }` }))).json()
    expect(await can('p1')).toEqual({ data: { project: { viewerCan: ['identity.project.read', 'tracking.run.read'] } } })
    expect(await can('p2')).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] })
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'Permissions of reads runs: read only' }).click()
    expect(await page.getByRole('dialog').getByRole('listitem').allTextContents()).toEqual([expect.stringContaining('identity.project.read'), expect.stringContaining('tracking.run.read')])
  })

  it('offers in one project what the person holds there, and nothing else', async () => {
    const { page, open } = await stage.as('vera')
    await open('/account/tokens')
    await page.getByRole('button', { name: 'New token' }).click()
    await page.getByLabel('Projects').selectOption('p1')
    await page.getByRole('radio', { name: 'Chosen' }).click()
    const offered = page.getByRole('checkbox', { name: /^\w+\.[\w-]+\.\w+:/ })
    await offered.first().waitFor()
    const names = await Promise.all((await offered.all()).map((box) => box.getAttribute('aria-label')))
    expect(names).toContain('tracking.run.read: see runs, metrics, params and tags')
    expect(names.filter((name) => !name?.includes('.read: '))).toEqual([])
  })

  it('says why a session that looks through a token makes no tokens', async () => {
    const { page, open, context } = await stage.nobody()
    await context.setExtraHTTPHeaders({ authorization: `Bearer ${stage.people.tokens.alice}` })
    await open('/account/tokens')
    await page.getByRole('button', { name: 'New token' }).click()
    await page.getByLabel('Name').fill('a child')
    await page.getByRole('button', { name: 'Create token' }).click()
    expect(await page.getByRole('alert').textContent()).toBe('A token cannot do this: sign in yourself.')
  })

  it('lets an owner add, promote and remove, and never the last owner', async () => {
    const { page, open, quiet } = await stage.as('alice')
    await open('/projects/p2')
    await page.getByRole('link', { name: 'Members' }).click()
    const add = async (name: string, role: string): Promise<void> => {
      await page.getByRole('button', { name: 'Add member' }).first().click()
      await page.getByLabel('User name').fill(name)
      await page.getByRole('radio', { name: role }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Add member' }).click()
    }
    await add('nobody-here', 'Viewer')
    expect(await page.getByRole('alert').textContent()).toBe('No active account is named nobody-here. An administrator makes accounts.')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await add('bob', 'Viewer')
    await page.getByRole('button', { name: 'Role of bob: viewer' }).click()
    await page.getByRole('menuitemradio', { name: 'Maintainer' }).click()
    await page.getByRole('button', { name: 'Role of bob: maintainer' }).waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Role of bob: viewer' }).waitFor()
    await screen(page, 'members')
    for (const name of ['bob', 'admin']) {
      await page.getByRole('button', { name: `Remove ${name}` }).click()
      await page
        .getByRole('dialog')
        .getByRole('button', { name: `Remove ${name}` })
        .click()
      await page.getByRole('button', { name: `Remove ${name}` }).waitFor({ state: 'detached' })
    }
    await page.getByRole('button', { name: 'Remove alice' }).click()
    await page.getByRole('button', { name: 'Leave p2' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('The last owner of a project cannot be removed')
    await page.keyboard.press('Escape')
    await quiet()
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Remove alice')
  })

  it('takes an owner who leaves to a list without the project', async () => {
    await stage.people.alice.setMember('p2', 'bob', 'OWNER')
    const listed = async (): Promise<string[]> =>
      (await stage.people.bob.graph<{ projects: { nodes: { name: string }[] } }>('query Listed { projects { nodes { name } } }')).projects.nodes.map(({ name }) => name)
    await expect.poll(listed, { timeout: 5_000 }).toEqual(['p1', 'p2'])
    const { page, open, quiet, expectError } = await stage.as('bob')
    expectError(/status of 404 .*\/graphql/) // the page asks until the project is gone for bob
    await open('/') // so that the list is known before
    const links = page.getByRole('table', { name: 'Projects' }).getByRole('link')
    await links.filter({ hasText: 'p2' }).click()
    await page.getByRole('link', { name: 'Members' }).first().click()
    await page.getByRole('button', { name: 'Remove bob' }).click()
    await page.getByRole('button', { name: 'Leave p2' }).click()
    await page.getByRole('heading', { level: 1, name: 'Projects' }).waitFor()
    await quiet()
    expect(await links.allTextContents()).toEqual(['p1'])
  })

  it('tells everybody else who can change the members', async () => {
    const { page, open } = await stage.as('bob')
    await open('/projects/p1/members')
    const reason = 'Needs right identity.member.update. You are contributor here. admin or alice can grant it.'
    await page.getByText(reason).waitFor()
    for (const name of ['Add member', 'Role of vera: viewer', 'Remove vera']) {
      const control = page.getByRole('button', { name })
      expect([await control.getAttribute('aria-disabled'), await control.getAttribute('title')], name).toEqual(['true', reason])
    }
    expect(await page.getByRole('link', { name: 'People' }).count()).toBe(0)
  })

  it('gives a new person a first password that lasts for one sign-in', async () => {
    const admin = await stage.nobody()
    await admin.open('/login')
    await signIn(admin.page, 'admin', adminPassword)
    await admin.page.getByRole('link', { name: 'People' }).click()
    await admin.page.getByRole('button', { name: 'New person' }).click()
    await admin.page.getByLabel('User name').fill('carol')
    await admin.page.getByRole('button', { name: 'Create person' }).click()
    const first = await admin.page.getByRole('textbox', { name: 'Password' }).inputValue()
    await admin.page.getByRole('button', { name: 'Done' }).click()
    await admin.quiet()
    await screen(admin.page, 'people')
    const carol = await stage.nobody()
    await carol.open('/')
    await signIn(carol.page, 'carol', first)
    await carol.page.getByRole('heading', { name: 'Choose a new password' }).waitFor()
    await admin.page.getByRole('button', { name: 'Access of carol' }).click()
    await admin.page.getByRole('menuitem', { name: 'Deactivate' }).click()
    await admin.page.getByRole('button', { name: 'Deactivate carol' }).click()
    await admin.page.getByText('carol is deactivated.').waitFor()
    const again = await stage.nobody()
    again.expectError(/status of 401 .*\/auth\/login$/)
    await again.open('/')
    await signIn(again.page, 'carol', first)
    expect(await again.page.getByRole('alert').textContent()).toBe('User name or password is wrong.')
  })
})
