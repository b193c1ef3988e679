/** The list of experiments: search, trash, a new one, and what a viewer may not do. */
import { expect, it } from 'vitest'
import { browserSuite, screen } from './harness.ts'

browserSuite('experiments', (stage) => {
  it('lists them with the number of their runs', async () => {
    const { page, open } = await stage.as('alice')
    await open('/projects/p1/experiments')
    const rows = page.getByRole('table', { name: 'Experiments' }).locator('tbody tr')
    const texts = await rows.allTextContents()
    expect(texts.find((text) => text.startsWith('hourly-load'))).toMatch(/^hourly-loadtraining60/)
    expect(texts.find((text) => text.startsWith('lag-sweep'))).toMatch(new RegExp(`^lag-sweepsweep${stage.world.sweep.size}`))
    await screen(page, 'experiments')
  })

  it('searches by name, keeps the search in the address, and offers the way back from nothing', async () => {
    const { page, open } = await stage.as('alice')
    await open('/projects/p1/experiments')
    const search = page.getByLabel('Search experiments by name')
    await search.fill('HOURLY')
    await page.waitForURL(/q=HOURLY/)
    await page.getByRole('link', { name: 'lag-sweep' }).waitFor({ state: 'detached' })
    expect(await page.getByRole('table', { name: 'Experiments' }).getByRole('link').allTextContents()).toEqual(['hourly-load'])
    await search.fill("no'such")
    await page.getByText("No experiment has no'such in its name").waitFor()
    await screen(page, 'experiments-none-found')
    await page.getByRole('button', { name: 'Clear the search' }).click()
    await page.getByRole('link', { name: 'lag-sweep' }).waitFor()
  })

  it('makes a new one, refuses a name twice at the field, and opens it empty with lines to copy', async () => {
    const { page, open, quiet } = await stage.as('bob')
    await open('/projects/p1/experiments')
    await page.getByRole('button', { name: 'New experiment' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('hourly-load')
    await page.getByRole('button', { name: 'Create experiment' }).click()
    expect(await page.getByRole('dialog').getByRole('alert').textContent()).toContain('hourly-load')
    await screen(page, 'new-experiment')
    await page.getByRole('dialog').getByLabel('Name').fill('fresh')
    await page.getByRole('button', { name: 'Create experiment' }).click()
    await page.getByRole('heading', { name: 'No runs here yet' }).waitFor()
    const lines = await page.locator('pre').first().textContent()
    expect(lines).toContain(`${stage.platform.url}/p/p1`)
    expect(lines).toContain('fresh')
    await quiet()
    await screen(page, 'runs-empty')
  })

  it('tells a viewer why there is no new one, and who can help', async () => {
    const { page, open } = await stage.as('vera')
    await open('/projects/p1/experiments')
    const button = page.getByRole('button', { name: 'New experiment' })
    expect([await button.getAttribute('aria-disabled'), await button.getAttribute('title')]).toEqual(['true', expect.stringMatching(/alice/)])
    await button.click({ force: true })
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  it('opens the row under the keyboard', async () => {
    const { page, open } = await stage.as('alice')
    await open('/projects/p1/experiments?q=hourly')
    await page.locator('tbody tr[tabindex="0"]').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('grid', { name: 'Runs' }).waitFor()
    expect(new URL(page.url()).pathname).toBe(`/projects/p1/experiments/${stage.world.experiment.id}`)
  })
})
