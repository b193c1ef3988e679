/** The first screens after signing in: the list of projects, the switcher, the home of a project. */
import { expect, it } from 'vitest'
import { browserSuite, screen } from './harness.ts'

browserSuite('projects', (stage) => {
  it('lists the projects a person may see, and no other', async () => {
    const { page, open } = await stage.as('vera')
    await open('/')
    const table = page.getByRole('table', { name: 'Projects' })
    expect(await table.getByRole('link').allTextContents()).toEqual(['p1'])
    expect(await table.textContent()).toContain('viewer')
    const create = page.getByRole('button', { name: 'New project' })
    expect([await create.getAttribute('aria-disabled'), await create.getAttribute('title')]).toEqual(['true', expect.stringContaining('administrator')])
    const alice = await stage.as('alice')
    await alice.open('/')
    expect(await alice.page.getByRole('table', { name: 'Projects' }).getByRole('link').allTextContents()).toEqual(['p1', 'p2'])
    await screen(alice.page, 'projects')
  })

  it('shows on its home what a project holds', async () => {
    const { page, open } = await stage.as('alice')
    await open('/projects/p1')
    await page.getByRole('heading', { level: 1, name: 'Grid load' }).waitFor()
    expect(await page.getByRole('link', { name: 'Datasets: 1' }).count()).toBe(1)
    expect(await page.getByRole('link', { name: `Runs: ${60 + stage.world.sweep.size}` }).count()).toBe(1)
    expect(await page.getByRole('link', { name: 'Models: 1' }).count()).toBe(1)
    expect(await page.getByRole('region', { name: 'Members' }).getByRole('listitem').allTextContents()).toHaveLength(4)
    expect(await page.getByRole('region', { name: 'Log from your code' }).first().textContent()).toContain(`${stage.platform.url}/p/p1`)
    expect(await page.getByRole('table', { name: 'Newest runs' }).getByRole('link', { name: stage.world.run.name }).count()).toBe(1)
    await screen(page, 'project')
  })

  it('goes to another project by the switcher', async () => {
    const { page, open, quiet } = await stage.as('alice')
    await open('/projects/p1')
    await page.getByRole('button', { name: 'Project p1, switch' }).click()
    await page.getByRole('menuitem', { name: /p2/ }).click()
    await page.getByRole('heading', { level: 1, name: 'Project p2' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/projects/p2')
    await page.getByText('No runs here yet').waitFor()
    await quiet()
    await screen(page, 'project-empty')
  })
})
