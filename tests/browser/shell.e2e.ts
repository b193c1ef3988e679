/** What every screen shares: refusals alike, the theme, second visits, the explorer. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { browserSuite, screen, type Visitor } from './harness.ts'

browserSuite('the shell', (stage) => {
  it('is watched: the tests see a request outside, a violation, an error, a control without a name', async () => {
    const { page, open, quiet, takeProblems } = await stage.as('vera')
    await open('/')
    /** A press of one guard may ring several; what is left of them goes before the next. */
    const sees = async (script: string, pattern: RegExp): Promise<void> => {
      const seen: string[] = []
      await page.evaluate(script)
      await expect
        .poll(async () => {
          seen.push(...(await takeProblems()))
          return seen.join('\n')
        })
        .toMatch(pattern)
      await quiet()
      await takeProblems()
    }
    await sees("void fetch('http://example.invalid/').catch(() => 0)", /CSP: connect-src http:\/\/example.invalid/)
    await sees("document.head.append(Object.assign(document.createElement('script'), { text: 'window.ran = 1' }))", /CSP: script-src/)
    expect(await page.evaluate('String(window.ran)')).toBe('undefined')
    await sees("console.error('broken')", /console: broken/)
    await sees("document.querySelector('main').append(document.createElement('button'))", /a button without a name/)
    await open('/')

    const unguarded = await stage.as('vera', { bypassCSP: true })
    await unguarded.open('/')
    expect(await unguarded.page.evaluate("fetch('http://example.invalid/').catch(() => 'refused')")).toBe('refused')
    expect((await unguarded.takeProblems()).join()).toContain('a request left the platform: http://example.invalid/')
    const file = `/p/p1/api/2.0/mlflow-artifacts/artifacts/workspaces/p1/${stage.world.experiment.id}/${stage.world.run.id}/artifacts/report.html`
    await unguarded.page.evaluate(`fetch('${file}').then((answer) => answer.text()).then((html) => { document.body.innerHTML = html })`)
    await expect.poll(() => unguarded.page.evaluate('window.__xss'), { message: 'the trap of the artifact works where nothing holds it' }).toBe(1)
    await unguarded.open('/')
    await unguarded.takeProblems()
  })

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
    expect(dark).toMatch(/^dark /)
    await page.emulateMedia({ colorScheme: 'light' })
    await expect.poll(shown).toMatch(/^light /)
    const light = await shown()
    expect(String(dark).slice(5)).not.toBe(String(light).slice(6))
    for (const [choice, expected] of [
      ['Dark', dark],
      ['Light', light],
    ] as const) {
      await page.getByRole('button', { name: 'Theme' }).click()
      await page.getByRole('menuitemradio', { name: choice }).click()
      await expect.poll(shown).toBe(expected)
      await page.emulateMedia({ colorScheme: choice === 'Dark' ? 'light' : 'dark' })
      expect(await shown()).toBe(expected)
      await page.reload()
      expect(await shown(), 'after a reload').toBe(expected)
    }
    await page.getByRole('button', { name: 'Theme' }).click()
    await page.getByRole('menuitemradio', { name: 'Follow the system' }).click()
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect.poll(shown).toBe(dark)
  })

  it('opens every page a second time, from answers that did not change', async () => {
    const { page, open } = await stage.as('vera')
    const unchanged = await unchangedAnswers(page)
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
      unchanged.clear()
      await open(path)
      expect(await page.title()).toBe(first)
      expect(await page.locator('h1').count(), path).toBe(1)
      expect([...unchanged], path).toContain(path)
    }
  })

  it('explores the graph without asking anybody outside', async () => {
    const { page, open, answers, quiet } = await stage.as('vera')
    const unchanged = await unchangedAnswers(page)
    await openExplorer({ open, page })
    await quiet()
    expect(await page.locator('.graphiql-response').textContent()).toContain('"p1"')
    expect(answers.filter((line) => line.endsWith(' /graphql')).length).toBeGreaterThan(1)
    await screen(page, 'explorer', () => openExplorer({ open, page }))
    await openExplorer({ open, page })
    expect([...unchanged]).toContain('/explorer')
  })
})

async function openExplorer({ open, page }: Pick<Visitor, 'open' | 'page'>): Promise<void> {
  await open('/explorer')
  await page.locator('.graphiql-query-editor', { hasText: 'username' }).waitFor()
  await page.getByRole('button', { name: /Execute query/ }).click()
  await page.locator('.graphiql-response', { hasText: '"vera"' }).waitFor()
}

/** Paths that the server answered with 304; the page and Playwright see the stored 200. */
async function unchangedAnswers(page: Page): Promise<Set<string>> {
  const paths = new Map<string, string>()
  const unchanged = new Set<string>()
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  session.on('Network.requestWillBeSent', ({ requestId, request }) => void paths.set(requestId, new URL(request.url).pathname))
  session.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) => {
    if (statusCode === 304) unchanged.add(paths.get(requestId) ?? requestId)
  })
  return unchanged
}
