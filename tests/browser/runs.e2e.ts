/** The table of runs: what is drawn, columns, filter, order, pages, selection, keyboard. */
import { expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { browserSuite, screen, tabsTo, type Stage } from './harness.ts'

const address = (stage: Stage, search = ''): string => `/projects/p1/experiments/${stage.world.experiment.id}${search}`
const rows = (page: Page) => page.locator('tbody tr[data-index]')
const grid = (page: Page) => page.getByRole('grid', { name: 'Runs' })
const heads = (page: Page) => grid(page).locator('thead tr').last().locator('th').allTextContents()

browserSuite(
  'runs',
  (stage) => {
    it('draws fewer rows than there are runs, and those of the window after scrolling', async () => {
      const { page, open } = await stage.as('alice')
      await open(address(stage))
      expect(await grid(page).getAttribute('aria-rowcount')).toBe('60')
      expect(await rows(page).count()).toBeLessThan(50)
      expect(await page.locator('tr[data-index="59"]').count()).toBe(0)
      await grid(page)
        .locator('..')
        .evaluate((box) => box.scrollTo(0, box.scrollHeight))
      await page.locator('tr[data-index="59"]').waitFor()
      expect(await page.locator('tr[data-index="0"]').count()).toBe(0)
    })

    it('shows, hides and keeps columns in the address', async () => {
      const { page, open, quiet } = await stage.as('alice')
      await open(address(stage))
      expect(await heads(page)).not.toContain('val_mape')
      await page.getByRole('button', { name: /^Columns/ }).click()
      await page.getByRole('checkbox', { name: 'Metrics: val_mape' }).click()
      await page.getByRole('checkbox', { name: 'Metrics: gpu_use' }).click()
      await page.getByRole('checkbox', { name: 'Tags: team' }).click()
      await quiet()
      expect(await heads(page)).toEqual(expect.arrayContaining(['val_mape', 'team']))
      expect(await heads(page)).not.toContain('gpu_use')
      await screen(page, 'runs-columns')
      const copied = await stage.as('vera')
      await copied.open(page.url())
      expect(await heads(copied.page)).toEqual(await heads(page))
      const run = await stage.people.bob.graph<{ project: { run: { metrics: { value: number }[] } } }>(
        'query R($id: ID!) { project(name: "p1") { run(id: $id) { metrics(keys: ["val_mape"]) { value } } } }',
        { id: stage.world.run.id },
      )
      expect(await rows(page).filter({ hasText: stage.world.run.name }).textContent()).toContain(run.project.run.metrics[0]?.value.toFixed(2))
    })

    it('filters, and says under the field what is wrong with a filter', async () => {
      const { page, open, quiet, expectError } = await stage.as('alice')
      expectError(/status of 400 .*\/graphql$/)
      await open(address(stage))
      const field = page.getByLabel('Filter runs')
      await field.fill('params.model = "ridge" and metrics.val_mape < 5')
      await field.press('Enter')
      await quiet()
      const left = Number(await grid(page).getAttribute('aria-rowcount'))
      expect(left).toBeGreaterThan(0)
      expect(left).toBeLessThan(16)
      expect(new URL(page.url()).searchParams.get('q')).toBe('params.model = "ridge" and metrics.val_mape < 5')
      await field.fill('metrics.val_mape << 5')
      await field.press('Enter')
      const problem = page.locator('#filter-problem')
      await problem.waitFor()
      expect(await problem.textContent()).toMatch(/\w+/)
      expect([await field.getAttribute('aria-invalid'), await field.getAttribute('aria-describedby')]).toEqual(['true', 'filter-problem'])
      await quiet()
      await screen(page, 'runs-filter-error')
      await field.fill('params.model = "none of them"')
      await field.press('Enter')
      await page.getByText('No runs match').waitFor()
      expect(await problem.count()).toBe(0)
      await screen(page, 'runs-none-match')
      await page.getByRole('button', { name: 'Clear the filter' }).click()
      await rows(page).first().waitFor()
    })

    it('sorts by a metric, both ways, with the order in the address', async () => {
      const { page, open, quiet } = await stage.as('alice')
      await open(address(stage, '?cols=m%3Aval_mape'))
      const values = async () => (await rows(page).locator('td:last-child').allTextContents()).map(Number)
      const head = page.getByRole('button', { name: 'val_mape' })
      await head.click()
      await quiet()
      const falling = await values()
      expect(falling).toEqual(falling.toSorted((a, b) => b - a))
      expect(await grid(page).locator('th', { hasText: 'val_mape' }).getAttribute('aria-sort')).toBe('descending')
      await head.click()
      await quiet()
      const rising = await values()
      expect(rising).toEqual(rising.toSorted((a, b) => a - b))
      expect(new Set(rising).size).toBeGreaterThan(5)
      expect(new URL(page.url()).searchParams.get('order')).toBe('m:val_mape.asc')
    })

    it('reads the next page when the end comes near', async () => {
      const { page, open, answers } = await stage.as('alice')
      await open(`/projects/p1/experiments/${stage.world.sweep.id}`)
      expect(await page.getByRole('status').first().textContent()).toContain(`100 of ${stage.world.sweep.size} runs`)
      const asked = () => answers.filter((line) => line.endsWith(' /graphql')).length
      const before = asked()
      for (const loaded of [200, stage.world.sweep.size]) {
        await grid(page)
          .locator('..')
          .evaluate((box) => box.scrollTo(0, box.scrollHeight))
        await page.locator(`table[aria-rowcount="${loaded}"]`).waitFor()
      }
      expect(asked() - before).toBe(2)
      await grid(page)
        .locator('..')
        .evaluate((box) => box.scrollTo(0, box.scrollHeight))
      await page.locator(`tr[data-index="${stage.world.sweep.size - 1}"]`).waitFor()
      expect(await rows(page).count()).toBeLessThan(60)
    })

    it('deletes the selected runs for their owner, and takes it back', async () => {
      const { page, open, quiet } = await stage.as('alice')
      await open(address(stage, `?cols=${['m:val_mape', 'm:val_rmse', 'm:train_loss', 'm:epoch_time', 'p:model', 'p:n_lags', 'p:learning_rate', 'p:seed'].join()}`))
      for (const index of [1, 2]) await page.locator(`tr[data-index="${index}"]`).getByRole('checkbox').click()
      expect(await page.locator('tr[aria-selected="true"]').count()).toBe(2)
      expect(new URL(page.url()).searchParams.get('sel')?.split(',')).toHaveLength(2)
      await screen(page, 'runs')
      await page.getByRole('button', { name: 'Delete', exact: true }).click()
      await page.getByText('2 runs moved to trash.').waitFor()
      await page.locator('table[aria-rowcount="58"]').waitFor()
      await quiet()
      await screen(page, 'runs-deleted')
      await page.getByRole('button', { name: 'Undo' }).click()
      await page.locator('table[aria-rowcount="60"]').waitFor()
      const { project } = await stage.people.alice.graph<{ project: { experiment: { runCount: number } } }>('query E($id: ID!) { project(name: "p1") { experiment(id: $id) { runCount } } }', {
        id: stage.world.experiment.id,
      })
      expect(Number(project.experiment.runCount)).toBe(60)
    })

    it('tells a viewer why they cannot delete, and does not', async () => {
      const { page, open, quiet } = await stage.as('vera')
      await open(address(stage))
      await page.locator('tr[data-index="0"]').getByRole('checkbox').click()
      const button = page.getByRole('button', { name: 'Delete', exact: true })
      expect([await button.getAttribute('aria-disabled'), await button.getAttribute('title')]).toEqual(['true', expect.stringMatching(/alice/)])
      expect(await page.getByRole('toolbar').textContent()).toContain(await button.getAttribute('title'))
      await screen(page, 'runs-viewer')
      await button.click({ force: true })
      await quiet()
      expect(await grid(page).getAttribute('aria-rowcount')).toBe('60')
    })

    it('is walked with the keyboard: controls, rows, selection, the run', async () => {
      const { page, open } = await stage.as('alice')
      await open(address(stage))
      let presses = 0
      for (const control of ['button:has-text("Columns")', '[data-filter]', 'th [role="checkbox"]', 'th button.sort', 'tr[data-index="0"]']) {
        const more = await tabsTo(page, control)
        expect(more, control).toBeGreaterThan(0)
        presses += more
      }
      expect(presses).toBeLessThan(45)
      await page.keyboard.press('j')
      await page.keyboard.press('x')
      expect(await page.locator('tr[data-index="1"]').getAttribute('aria-selected')).toBe('true')
      await page.keyboard.press('k')
      const name = (await page.locator('tr[data-index="0"] a').textContent()) ?? ''
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name }).waitFor()
      await page.keyboard.press('g')
      await page.keyboard.press('e')
      await page.getByRole('heading', { level: 1, name: 'Experiments' }).waitFor()
    })
  },
  { sweep: 230 },
)
