/** The page of one run: charts, numbers, files. What somebody uploaded is shown, never run. */
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { browserSuite, screen, tabsTo, type Stage } from './harness.ts'
import { steps } from './world.ts'

const address = (stage: Stage, search = ''): string => `/projects/p1/runs/${stage.world.run.id}${search}`

browserSuite('a run', (stage) => {
  it('draws a chart of each metric with a history, and shows the numbers of the API as a table', async () => {
    const { page, open, quiet } = await stage.as('vera')
    await open(address(stage))
    await page.getByRole('button', { name: 'Show all 10' }).click()
    await quiet()
    const chart = page.getByRole('figure', { name: 'val_mape' })
    await chart.locator('canvas').waitFor()
    expect(await page.locator('figure canvas').count()).toBe(10)
    expect(await chart.getByRole('img').getAttribute('aria-label')).toMatch(/^val_mape/)
    await page.getByRole('button', { name: 'Show val_mape as a table' }).click()
    const answer = await stage.people.bob.rest('GET', `/p/p1/api/2.0/mlflow/metrics/get-history?run_id=${stage.world.run.id}&metric_key=val_mape`)
    const { metrics } = (await answer.json()) as { metrics: { step: number; value: number }[] } // MLflow's shape
    const rows = chart.getByRole('table').locator('tbody tr')
    expect(metrics).toHaveLength(steps)
    for (const at of [0, 1, 5]) {
      const [step, value] = await rows.nth(at).locator('td').allTextContents()
      expect([Number(step), value]).toEqual([metrics[at]?.step, String(Number(metrics[at]?.value.toPrecision(5)))])
      expect(await rows.nth(at).locator('td').nth(1).getAttribute('title')).toBe(String(metrics[at]?.value))
    }
    expect(await chart.getByRole('table').getAttribute('aria-rowcount')).toBe(String(steps))
  })

  it('keeps a NaN in sight', async () => {
    const { page, open } = await stage.as('vera')
    await open(`/projects/p1/runs/${stage.world.broken.id}`)
    const row = page.getByRole('table', { name: 'Metrics' }).locator('tbody tr', { hasText: 'train_loss' })
    expect(await row.locator('td').nth(1).textContent()).toBe('NaN')
    expect(await page.getByRole('heading', { level: 1 }).locator('..').textContent()).toContain('Failed')
    await screen(page, 'run-failed')
  })

  it('shows a picture, a table and text, with the choice in the address', async () => {
    const { page, open, quiet } = await stage.as('vera')
    await open(address(stage))
    const tree = page.getByRole('tree', { name: 'Artifacts' })
    await tree.getByRole('treeitem', { name: /plots/ }).click()
    await tree.getByRole('treeitem', { name: /predicted_vs_actual.png/ }).click()
    await quiet()
    const picture = page.getByRole('img', { name: 'plots/predicted_vs_actual.png' })
    expect(await picture.evaluate((image) => (image instanceof image.ownerDocument.defaultView.HTMLImageElement ? image.naturalWidth : 0))).toBe(640)
    expect(new URL(page.url()).searchParams.get('file')).toBe('plots/predicted_vs_actual.png')
    await screen(page, 'run')
    await tree.getByRole('treeitem', { name: /tables/ }).click()
    await tree.getByRole('treeitem', { name: /errors.csv/ }).click()
    const table = page.getByRole('table', { name: 'Rows of tables/errors.csv' })
    const [head = '', ...lines] = stage.world.csv.split('\n').slice(0, 41)
    await table.waitFor()
    expect(await table.locator('thead th').allTextContents()).toEqual(head.split(','))
    for (const at of [0, 4, 5]) expect(await table.locator(`tr[data-index="${at}"] td`).allTextContents()).toEqual(lines[at]?.split(','))
    await picture.waitFor({ state: 'detached' })
    await page.getByRole('region', { name: 'Artifacts' }).scrollIntoViewIfNeeded()
    await screen(page, 'run-table')
    await tree.getByRole('treeitem', { name: /^model/ }).click()
    await tree.getByRole('treeitem', { name: /MLmodel/ }).click()
    expect(await page.getByRole('region', { name: 'Text of model/MLmodel' }).textContent()).toBe(stage.world.text)
  })

  it('shows HTML as text and an SVG as a picture: no script of an artifact runs', async () => {
    const { page, open, quiet, context } = await stage.as('vera')
    const trap = async () => (await Promise.all(context.pages().map((one) => one.evaluate('String(window.__xss)')))).join()
    await open(address(stage, '?file=report.html'))
    expect(await page.getByRole('region', { name: 'Text of report.html' }).textContent()).toContain('window.__xss')
    expect(await page.getByRole('heading', { name: 'Report' }).count()).toBe(0)
    expect(await trap()).toBe('undefined')
    await open(address(stage, '?file=drawing.svg'))
    await page.getByRole('img', { name: 'drawing.svg' }).waitFor()
    await quiet()
    expect(await trap()).toBe('undefined')
    expect(await page.locator('iframe, object, embed').count()).toBe(0)
  })

  it('gives files as attachments, even to whoever goes to their address', async () => {
    const { page, open, context } = await stage.as('vera')
    await open(address(stage, '?file=report.html'))
    const link = page.getByRole('link', { name: 'Download' })
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
    expect(download.suggestedFilename()).toBe('report.html')
    expect(await readFile(await download.path(), 'utf8')).toContain('<h1>Report</h1>')
    const file = (await link.getAttribute('href')) ?? ''
    const answer = await context.request.get(file)
    expect([answer.headers()['content-disposition'], answer.headers()['x-content-type-options'], answer.headers()['content-security-policy']]).toEqual([
      expect.stringMatching(/^attachment/),
      'nosniff',
      'sandbox',
    ])
    const other = await context.newPage()
    const [opened] = await Promise.all([other.waitForEvent('download'), other.goto(file).catch(() => undefined)])
    expect(opened.suggestedFilename()).toBe('report.html')
    expect(await page.evaluate('String(window.__xss)')).toBe('undefined')
  })

  it('leads to its dataset, its model versions and its experiment', async () => {
    const { page, open } = await stage.as('vera')
    await open(address(stage))
    await page.getByRole('link', { name: `${stage.world.dataset} v1` }).waitFor()
    expect(await page.getByRole('link', { name: `${stage.world.model} v2` }).count()).toBe(1)
    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'hourly-load' }).click()
    await page.getByRole('grid', { name: 'Runs' }).waitFor()
  })

  it('is walked with the keyboard: charts, files', async () => {
    const { page, open } = await stage.as('vera')
    await open(address(stage))
    for (const control of ['button[aria-label="Copy run id"]', 'button[aria-label="Show coverage_90 as a table"]', '[role="treeitem"]']) await tabsTo(page, control)
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Text of report.html' }).waitFor()
    await tabsTo(page, 'a:has-text("Download")')
  })
})
