/** Datasets: an upload as a person does it, and the rows that come back. */
import { expect, it } from 'vitest'
import { browserSuite, screen } from './harness.ts'

const wide = `id,city,"a, b",value\n${Array.from({ length: 60_000 }, (_, i) => `${i},${['Bergen', 'Zürich', 'ขอนแก่น'][i % 3]},"x ""${i % 7}""",${(i / 8).toFixed(3)}`).join('\n')}\n`

browserSuite('datasets', (stage) => {
  it('lists datasets with their size', async () => {
    const { page, open } = await stage.as('vera')
    await open('/projects/p1/datasets')
    const row = page.getByRole('table', { name: 'Datasets' }).locator('tbody tr')
    expect(await row.count()).toBe(1)
    for (const part of [stage.world.dataset, 'v1', '240', 'csv', 'bob']) expect(await row.textContent()).toContain(part)
    const upload = page.getByRole('button', { name: 'Upload dataset' })
    expect([await upload.getAttribute('aria-disabled'), await upload.getAttribute('title')]).toEqual(['true', expect.stringMatching(/alice/)])
    await screen(page, 'datasets')
  })

  it('shows columns, rows as they are in the file, and the runs that used it', async () => {
    const { page, open } = await stage.as('vera')
    await open(`/projects/p1/datasets/${stage.world.dataset}`)
    const [head = '', ...lines] = stage.world.csv.trim().split('\n')
    expect(await page.getByRole('table', { name: 'Columns' }).locator('tbody tr td:nth-child(2)').allTextContents()).toEqual(head.split(','))
    const table = page.getByRole('table', { name: `Rows of ${stage.world.dataset} v1` })
    expect(await table.getAttribute('aria-rowcount')).toBe('100')
    for (const at of [0, 5, 9]) {
      const cells = await table.locator(`tr[data-index="${at}"] td`).allTextContents()
      const [ts = '', region, ...rest] = (lines[at] ?? '').split(',')
      expect(cells[0]?.replace('T', ' ')).toContain(ts)
      expect(cells[1]).toBe(region)
      for (const [i, cell] of rest.slice(0, 3).entries()) cell === '' ? expect(cells[i + 2]).toBe('null') : expect(Number(cells[i + 2])).toBe(Number(cell))
      expect(cells[5]).toBe(rest[3])
    }
    await page.getByRole('region', { name: 'Used by' }).getByRole('link', { name: stage.world.run.name }).waitFor()
    await screen(page, 'dataset')
  })

  it('uploads a file with progress, and shows its rows', async () => {
    const { page, open, context, quiet } = await stage.as('bob')
    await open('/projects/p1/datasets')
    const session = await context.newCDPSession(page)
    await session.send('Network.enable')
    await session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 1_500_000 })
    await page.getByRole('button', { name: 'Upload dataset' }).click()
    const send = page.getByRole('button', { name: 'Upload', exact: true })
    expect(await send.getAttribute('title')).toBe('Choose a file first.')
    await page.getByLabel('Dataset file').setInputFiles({ name: 'Cities.csv', mimeType: 'text/csv', buffer: Buffer.from(wide) })
    await page.getByLabel('Message').fill('Three cities')
    await screen(page, 'dataset-upload')
    await send.click()
    const progress = page.getByRole('progressbar', { name: 'Upload' })
    await progress.waitFor()
    const shares: number[] = []
    while (await progress.isVisible()) shares.push(Number(await progress.getAttribute('value').catch(() => 1)))
    expect(
      shares.some((share) => share > 0 && share < 1),
      shares.join(),
    ).toBe(true)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    await page.getByRole('heading', { level: 1, name: 'cities' }).waitFor()
    await quiet()
    const table = page.getByRole('table', { name: 'Rows of cities v1' })
    expect(await table.locator('thead th').allTextContents()).toEqual(['id', 'city', 'a, b', 'value'])
    expect(await table.locator('tr[data-index="2"] td').allTextContents()).toEqual(['2', 'ขอนแก่น', 'x "2"', '0.25'])
    expect(await page.getByText('60\u2009000 rows').count()).toBeGreaterThan(0)
  })

  it('gives the file back, byte for byte', async () => {
    const { page, open, context } = await stage.as('vera')
    await open(`/projects/p1/datasets/${stage.world.dataset}`)
    const answer = await context.request.get((await page.getByRole('link', { name: 'Download v1' }).getAttribute('href')) ?? '')
    expect([answer.status(), await answer.text(), answer.headers()['content-disposition']]).toEqual([200, stage.world.csv, expect.stringMatching(/^attachment/)])
  })

  it('tells in words what is wrong with a file, and keeps the form', async () => {
    const { page, open, expectError } = await stage.as('bob')
    expectError(/status of 4\d\d .*\/datasets\/upload$/)
    await open('/projects/p1/datasets')
    await page.getByRole('button', { name: 'Upload dataset' }).click()
    await page.getByLabel('Dataset file').setInputFiles({ name: 'broken.parquet', mimeType: 'application/octet-stream', buffer: Buffer.from('this is not parquet') })
    await page.getByRole('button', { name: 'Upload', exact: true }).click()
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await screen(page, 'dataset-refused')
    expect(await page.getByRole('dialog').getByText('broken.parquet').count()).toBeGreaterThan(0)
  })
})
