/** Registered models: who registered what, stages, aliases, and what a viewer may not move. */
import { expect, it } from 'vitest'
import { browserSuite, screen } from './harness.ts'

browserSuite('models', (stage) => {
  it('lists models with their aliases and stages', async () => {
    const { page, open } = await stage.as('vera')
    await open('/projects/p1/models')
    const row = page.getByRole('table', { name: 'Models' }).locator('tbody tr')
    expect(await row.count()).toBe(1)
    const text = await row.textContent()
    for (const part of ['hourly-load', '@champion', 'Production v1', 'Staging v2', 'v2', 'alice']) expect(text).toContain(part)
    await screen(page, 'models')
  })

  it('tells of each version its run, its stage, its alias and who registered it', async () => {
    const { page, open } = await stage.as('vera')
    await open(`/projects/p1/models/${stage.world.model}`)
    const rows = page.getByRole('table', { name: 'Versions' }).locator('tbody tr')
    const cells = async (at: number) => (await rows.nth(at).locator('td').allTextContents()).slice(0, 7)
    expect(await cells(0)).toEqual(['v2', '', 'Staging', 'ready', stage.world.run.name, `runs:/${stage.world.run.id}/model`, 'bob'])
    const [version, alias, where, , , , by] = await cells(1)
    expect([version, alias, where, by]).toEqual(['v1', '@champion', 'Production', 'alice'])
    expect(await page.getByRole('region', { name: 'Production' }).textContent()).toContain('v1')
    const lineage = page.getByRole('region', { name: 'Lineage of v2' })
    await lineage.getByRole('link', { name: new RegExp(`${stage.world.dataset} v1`) }).waitFor()
    await screen(page, 'model')
    await rows.nth(1).getByRole('button', { name: 'v1' }).click()
    await page.getByRole('region', { name: 'Lineage of v1' }).waitFor()
    expect(new URL(page.url()).searchParams.get('v')).toBe('1')
  })

  it('tells a viewer who can move a version', async () => {
    const { page, open } = await stage.as('vera')
    await open(`/projects/p1/models/${stage.world.model}`)
    for (const name of ['Move v2', 'Aliases of v2']) {
      const button = page.getByRole('button', { name })
      expect([name, await button.getAttribute('aria-disabled'), await button.getAttribute('title')]).toEqual([name, 'true', expect.stringMatching(/alice/)])
    }
  })

  it('lets the owner move a version and an alias, and the API agrees', async () => {
    const { page, open, quiet } = await stage.as('alice')
    await open(`/projects/p1/models/${stage.world.model}`)
    await page.getByRole('button', { name: 'Move v2' }).click()
    await page.getByRole('menuitem', { name: 'Production' }).click()
    await page.getByText('v2 stands in Production.').waitFor()
    await page.getByRole('button', { name: 'Aliases of v2' }).click()
    await page.getByRole('dialog').getByLabel('Alias').fill('champion')
    await page.getByText('@champion moves here from v1.').waitFor()
    await screen(page, 'model-aliases')
    await page.getByRole('button', { name: 'Set alias' }).click()
    await quiet()
    const { project } = await stage.people.vera.graph<{ project: { registeredModel: { version: { stage: string; aliases: string[] } } } }>(
      '{ project(name: "p1") { registeredModel(name: "hourly-load") { version(version: 2) { stage aliases } } } }',
    )
    expect(project.registeredModel.version).toEqual({ stage: 'Production', aliases: ['champion'] })
  })
})
