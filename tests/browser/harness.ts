/**
 * A platform with people and data, and a browser that looks at it. Whatever a test does, its pages are watched: no
 * request to another origin, no violation of the CSP, no error on the console, no control without a name.
 */
import { accessSync, constants, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium, type Browser, type BrowserContext, type Page, type Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import { repositoryPath } from '#shared/paths.ts'
import { makePeople, passwordOf, type Cast, type Name } from '../harness/people.ts'
import { startPlatform, type Platform, type StartOptions } from '../harness/platform.ts'
import { makeWorld, type World } from './world.ts'

const size = { width: 1440, height: 900 }
const largestScreen = 200_000
/** Fast enough on a busy machine; a wait that takes longer has failed. */
const patience = 15_000
/** Longer than React needs to ask for what a press has made necessary. */
const moment = 200

function chromiumPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).concat('/usr/bin', '/usr/local/bin')
  return [process.env['CHROMIUM'] ?? '', ...folders.flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))].find(canRun)
}
function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return path !== ''
  } catch {
    return false
  }
}

/** Somebody in front of a browser of their own. */
export interface Visitor {
  readonly page: Page
  readonly context: BrowserContext
  /** What the browser asked for so far: `304 /assets/…`. */
  readonly answers: readonly string[]
  /** Names an error of the console that belongs to this test, e.g. the 404 of a page that is not there. */
  expectError(pattern: RegExp): void
  /** Goes there and waits until nothing loads any more. */
  open(path: string): Promise<void>
  /** Waits until nothing has loaded for a moment. */
  quiet(): Promise<void>
  /** What the watch has seen, and forgets; a test that takes it answers for it. */
  takeProblems(): Promise<string[]>
}

export interface Stage {
  readonly platform: Platform
  readonly people: Cast
  readonly world: World
  /** A browser in which this person has signed in through the form. */
  as(name: Name, options?: ContextOptions): Promise<Visitor>
  nobody(options?: ContextOptions): Promise<Visitor>
}
export interface ContextOptions {
  readonly colorScheme?: 'light' | 'dark'
  readonly bypassCSP?: boolean
}
export interface SuiteOptions extends Pick<StartOptions, 'env'> {
  readonly sweep?: number
  /** Absent: people and their data. */
  readonly empty?: boolean
}

/** A suite with a platform of its own. Without Chromium it does not run, which is named by the runner, and a failure in CI. */
export function browserSuite(title: string, tests: (stage: Stage) => void, { env, sweep = 12, empty = false }: SuiteOptions = {}): void {
  const executablePath = chromiumPath()
  if (!executablePath && process.env['CI']) throw new Error('the browser tests need Chromium (Debian: apt-get install chromium)')
  if (!executablePath) console.log(`not run: ${title}: no Chromium on this machine`)
  describe.skipIf(!executablePath)(`${title}, in Chromium`, () => {
    let platform: Platform
    let people: Cast
    let world: World
    let browser: Browser
    const visitors: Visitor[] = []
    const cookies = new Map<Name, Awaited<ReturnType<BrowserContext['storageState']>>>()

    beforeAll(async () => {
      const launching = chromium.launch({
        executablePath,
        args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
      })
      platform = await startPlatform('embedded', { env: { ...env } })
      browser = await launching
      if (empty) return
      people = await makePeople(platform.admin)
      world = await makeWorld(platform.url, people, sweep)
    })
    afterAll(async () => {
      await browser?.close()
      await platform?.stop()
    })
    afterEach(async () => {
      const open = visitors.splice(0)
      const problems: string[] = []
      for (const visitor of open) problems.push(...(await visitor.takeProblems()))
      await Promise.all(open.map(({ context }) => context.close()))
      expect(problems).toEqual([])
    })

    const visit = async (options: Parameters<Browser['newContext']>[0]): Promise<Visitor> => {
      const visitor = await watched(await browser.newContext({ viewport: size, baseURL: platform.url, reducedMotion: 'reduce', ...options }), platform.url)
      visitors.push(visitor)
      return visitor
    }
    tests({
      get platform() {
        return platform
      },
      get people() {
        return people
      },
      get world() {
        return world
      },
      nobody: (options) => visit({ ...options }),
      async as(name, options) {
        const known = cookies.get(name)
        const visitor = await visit({ ...options, storageState: known })
        if (known) return visitor
        await visitor.open('/login')
        await signIn(visitor.page, name, passwordOf(name))
        await visitor.page.getByRole('heading', { name: 'Projects' }).waitFor()
        cookies.set(name, await visitor.context.storageState())
        return visitor
      },
    })
  })
}

export async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('User name').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function watched(context: BrowserContext, origin: string): Promise<Visitor> {
  context.setDefaultTimeout(patience)
  const problems: string[] = []
  const answers: string[] = []
  const expected: RegExp[] = []
  const inside = (url: string): boolean => url.startsWith(`${origin}/`) || /^(data|blob):/.test(url)
  context.on('request', (request) => inside(request.url()) || problems.push(`a request left the platform: ${request.url()}`))
  context.on('response', (response) => answers.push(`${response.status()} ${new URL(response.url()).pathname}`))
  context.on('console', (message) => {
    const line = `${message.text()} ${message.location().url}`
    if (message.type() === 'error' && !expected.some((pattern) => pattern.test(line))) problems.push(`console: ${line}`)
  })
  context.on('weberror', (error) => problems.push(`an error nobody caught: ${error.error().message}`))
  await context.exposeBinding('__violation', (_source, text: string) => void problems.push(`CSP: ${text}`))
  // As text: the program of the tests knows no document.
  await context.addInitScript({ content: `addEventListener('securitypolicyviolation', (e) => __violation(e.violatedDirective + ' ' + e.blockedURI + ' at ' + e.sourceFile))` })
  const page = await context.newPage()
  const quiet = quietness(page)
  return {
    page,
    context,
    answers,
    expectError: (pattern) => void expected.push(pattern),
    quiet,
    takeProblems: async () => [...problems.splice(0), ...(await namelessControls(page))],
    async open(path) {
      await page.goto(path)
      await page.waitForLoadState('networkidle')
      await quiet()
    },
  }
}

/** Playwright's own idea of an idle network holds for the load of a page only; what a press starts comes later. */
function quietness(page: Page): () => Promise<void> {
  const pending = new Set<Request>()
  let last = Date.now()
  const ended = (request: Request): void => {
    pending.delete(request)
    last = Date.now()
  }
  page.on('request', (request) => {
    pending.add(request)
    last = Date.now()
  })
  page.on('requestfinished', ended)
  page.on('response', (response) => ended(response.request())) // a body that nobody reads never finishes
  page.on('requestfailed', ended)
  return async () => {
    const start = Date.now()
    while (pending.size > 0 || Date.now() - Math.max(last, start) < moment || (await page.locator('[aria-busy="true"]').count()) > 0) {
      if (Date.now() - start > patience) throw new Error(`still loading after ${patience} ms: ${[...pending].map((request) => request.url()).join(', ')}`)
      await sleep(20)
    }
  }
}

/** Each screen that a test leaves is read as a screen reader would: controls need a name. */
async function namelessControls(page: Page): Promise<string[]> {
  if (page.isClosed()) return []
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  const controls = new Set(['button', 'link', 'textbox', 'searchbox', 'checkbox', 'radio', 'combobox', 'menuitem', 'treeitem', 'tab', 'img', 'image'])
  return nodes
    .filter(({ ignored, role, name }) => !ignored && controls.has(String(role?.value)) && !String(name?.value ?? '').trim())
    .map(({ role }) => `${new URL(page.url()).pathname}: a ${role?.value} without a name`)
}

/** How often Tab must be pressed from the top of the page until this control has the focus. */
export async function tabsTo(page: Page, selector: string, most = 60): Promise<number> {
  const target = page.locator(selector).first()
  for (let presses = 1; presses <= most; presses++) {
    await page.keyboard.press('Tab')
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return presses
  }
  throw new Error(`${most} presses of Tab did not reach ${selector}`)
}

/**
 * With SLUICE_SCREENS=write, the picture of this screen in both themes, for the documents and for people to look at.
 * `again` makes the screen anew where it takes the theme only at its start.
 */
export async function screen(page: Page, name: string, again?: () => Promise<void>): Promise<void> {
  if (process.env['SLUICE_SCREENS'] !== 'write') return
  const folder = repositoryPath('docs', 'screens')
  mkdirSync(folder, { recursive: true })
  for (const theme of ['dark', 'light']) {
    // As the theme menu does it, from a second tab: storage events arrive there.
    await page.evaluate(`localStorage.setItem('sluice.theme', '${theme}'); dispatchEvent(new StorageEvent('storage', { key: 'sluice.theme' }))`)
    await again?.()
    await sleep(250) // canvases are drawn again
    const picture = await page.screenshot({ path: join(folder, `${name}-${theme}.png`), animations: 'disabled' })
    expect(picture.length, `${name}-${theme}.png`).toBeLessThan(largestScreen)
  }
  await page.evaluate(`localStorage.removeItem('sluice.theme'); dispatchEvent(new StorageEvent('storage', { key: 'sluice.theme' }))`)
}
