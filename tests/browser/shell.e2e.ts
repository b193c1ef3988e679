/** What every screen shares: refusals alike, the theme, second visits, the explorer. */
import { expect, it } from 'vitest'
import { browserSuite, screen, type Visitor } from './harness.ts'

browserSuite('the shell', (stage) => {
  it('shows what is hidden as what is not there, word for word', async () => {
    const { page, open, expectError } = await stage.as('mallory')
    expectError(/status of 404 /)
    const seen = async (path: string, ...names: string[]) => {
      await open(path)
      const text = (await page.locator('main').textContent()) ?? ''
      return names.reduce((words, name) => words.replaceAll(name, '<name>'), text).replace(/request [0-9a-f-]+, .*$/, 'request <id>')
    }
    const missing = 'f'.repeat(32)
    expect(await seen('/projects/p1', 'p1')).toBe(await seen('/projects/never', 'never'))
    expect(await seen('/projects/p1')).toContain('Not found, or not open to you')
    expect(await seen(`/projects/p1/runs/${stage.world.run.id}`)).toBe(await seen(`/projects/never/runs/${missing}`))
    await screen(page, 'no-access')
    expect(page.url()).toContain('/projects/never/')
  })

  it('shows a missing run to a member as it shows it to a stranger', async () => {
    const pages: string[] = []
    for (const name of ['vera', 'mallory'] as const) {
      const { page, open, expectError } = await stage.as(name)
      expectError(/status of 404 /)
      await open(`/projects/p1/runs/${'f'.repeat(32)}`)
      pages.push((await page.getByRole('alert').locator('h1, p.dim').allTextContents()).join(' | '))
    }
    expect(pages[0]).toBe(pages[1])
    expect(pages[0]).toMatch(/^Not found, or not open to you/)
  })

  it('says of an address without a page that nothing is there', async () => {
    const { page, open, expectError } = await stage.as('vera')
    expectError(/status of 404 /)
    await open('/no/such/page')
    await page.getByRole('heading', { name: 'Not found, or not open to you' }).waitFor()
    await screen(page, 'not-found')
    await page.getByRole('link', { name: 'All projects' }).click()
    await page.getByRole('heading', { name: 'Projects' }).waitFor()
  })

  it('follows the system in its theme, live, until a person chooses', async () => {
    const { page, open } = await stage.as('vera', { colorScheme: 'dark' })
    await open('/')
    const shown = () => page.evaluate("document.documentElement.dataset.theme + ' ' + getComputedStyle(document.body).backgroundColor")
    const dark = await shown()
    await page.emulateMedia({ colorScheme: 'light' })
    const light = await shown()
    expect([dark, light].map((text) => String(text).split(' ')[0])).toEqual(['dark', 'light'])
    expect(String(dark).slice(5)).not.toBe(String(light).slice(6))
    for (const [choice, expected] of [
      ['Dark', dark],
      ['Light', light],
    ] as const) {
      await page.getByRole('button', { name: 'Theme' }).click()
      await page.getByRole('menuitemradio', { name: choice }).click()
      expect(await shown()).toBe(expected)
      await page.emulateMedia({ colorScheme: choice === 'Dark' ? 'light' : 'dark' })
      expect(await shown()).toBe(expected)
      await page.reload()
      expect(await shown(), 'after a reload').toBe(expected)
    }
    await page.getByRole('button', { name: 'Theme' }).click()
    await page.getByRole('menuitemradio', { name: 'Follow the system' }).click()
    expect(await shown()).toBe(dark)
  })

  it('opens every page a second time, from answers that did not change', async () => {
    const { page, open, answers } = await stage.as('vera')
    const { experiment, run, model, dataset } = stage.world
    const home = '/projects/p1'
    for (const path of [
      '/',
      home,
      `${home}/experiments`,
      `${home}/experiments/${experiment.id}`,
      `${home}/runs/${run.id}`,
      `${home}/models`,
      `${home}/models/${model}`,
      `${home}/datasets`,
      `${home}/datasets/${dataset}`,
    ]) {
      await open(path)
      const first = await page.title()
      const before = answers.length
      await page.reload()
      await open(path)
      expect(await page.title()).toBe(first)
      expect(await page.locator('h1').count(), path).toBe(1)
      expect(answers.slice(before), path).toContain(`304 ${path}`)
    }
  })

  it('explores the graph without asking anybody outside', async () => {
    const { page, open, answers, quiet } = await stage.as('vera')
    await openExplorer({ open, page })
    await page.getByRole('button', { name: /Execute query/ }).click()
    await page.locator('.graphiql-response', { hasText: '"vera"' }).waitFor()
    await quiet()
    expect(await page.locator('.graphiql-response').textContent()).toContain('"p1"')
    expect(answers.filter((line) => line.endsWith(' /graphql')).length).toBeGreaterThan(1)
    await screen(page, 'explorer')
    await openExplorer({ open, page })
    expect(answers).toContain('304 /explorer')
  })
})

async function openExplorer({ open, page }: Pick<Visitor, 'open' | 'page'>): Promise<void> {
  await open('/explorer')
  await page.locator('.graphiql-query-editor', { hasText: 'username' }).waitFor()
}
