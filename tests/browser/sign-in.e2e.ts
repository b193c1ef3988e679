/** The door: wrong and right passwords, a first password that must be changed, the way back to the wanted page, the way out. */
import { expect, it } from 'vitest'
import { passwordOf } from '../harness/people.ts'
import { browserSuite, screen, signIn } from './harness.ts'

browserSuite('signing in', (stage) => {
  it('says of a wrong password no more than of an unknown name', async () => {
    const { page, open, quiet, expectError } = await stage.nobody()
    expectError(/status of 401 .*\/auth\/login$/)
    await open('/login')
    const words: (string | null)[] = []
    for (const name of ['alice', 'nobody-here']) {
      await signIn(page, name, 'not the password')
      const alert = page.getByRole('alert')
      await alert.waitFor()
      words.push(await alert.textContent())
      if (name === 'alice') await screen(page, 'sign-in')
      await page.reload()
      await quiet()
    }
    expect(words).toEqual(['User name or password is wrong.', 'User name or password is wrong.'])
  })

  it('shows a password only while asked to', async () => {
    const { page, open } = await stage.nobody()
    await open('/login')
    const field = page.getByLabel('Password', { exact: true })
    expect(await field.getAttribute('type')).toBe('password')
    await page.getByRole('button', { name: 'Show the password' }).click()
    expect(await field.getAttribute('type')).toBe('text')
    await page.getByRole('button', { name: 'Hide the password' }).click()
    expect(await field.getAttribute('type')).toBe('password')
  })

  it('returns to the page that was wanted, with its whole address', async () => {
    const wanted = `/projects/p1/experiments/${stage.world.experiment.id}?q=metrics.val_mape+%3C+5`
    const { page, open } = await stage.nobody()
    await open(wanted)
    expect(new URL(page.url()).pathname).toBe('/login')
    await signIn(page, 'alice', passwordOf('alice'))
    await page.getByRole('grid', { name: 'Runs' }).waitFor()
    const { pathname, searchParams } = new URL(page.url())
    expect([pathname, searchParams.get('q')]).toEqual([`/projects/p1/experiments/${stage.world.experiment.id}`, 'metrics.val_mape < 5'])
  })

  it('never goes to another site after signing in', async () => {
    for (const next of ['https://example.org/', '//example.org/', '/\\example.org/']) {
      const { page, open } = await stage.nobody()
      await open(`/login?next=${encodeURIComponent(next)}`)
      await signIn(page, 'vera', passwordOf('vera'))
      await page.getByRole('heading', { name: 'Projects' }).waitFor()
      expect(page.url()).toBe(`${stage.platform.url}/`)
    }
  })

  it('logs out, and the session is over on the server too', async () => {
    const { page, context, open } = await stage.nobody()
    await open('/login')
    await signIn(page, 'bob', passwordOf('bob'))
    await page.getByRole('heading', { name: 'Projects' }).waitFor()
    const [cookie] = await context.cookies()
    const whose = async () => (await fetch(`${stage.platform.url}/auth/session`, { headers: { cookie: `${cookie?.name}=${cookie?.value}` } })).text()
    expect(await whose()).toContain('"bob"')
    expect([cookie?.httpOnly, cookie?.sameSite]).toEqual([true, expect.stringMatching(/Lax|Strict/)])
    await page.getByRole('button', { name: 'Account of bob' }).click()
    await page.getByRole('menuitem', { name: 'Log out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await whose()).toBe('{"user":null}')
    await open('/projects/p1')
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
  })
})

browserSuite(
  'the first password',
  (stage) => {
    it('opens nothing but the page that asks for another', async () => {
      const [, generated = ''] = await stage.platform.process.says(/password\s+(\S+)\s+\(shown only now/)
      const own = 'a river in the valley'
      const { page, open, expectError } = await stage.nobody()
      expectError(/status of 404 .*\/graphql$/) // the project that was wanted is not there
      await open('/')
      await signIn(page, 'admin', generated)
      await page.getByRole('heading', { name: 'Choose a new password' }).waitFor()
      await open('/projects/p1')
      await page.getByRole('heading', { name: 'Choose a new password' }).waitFor()
      await page.getByLabel('Password now').fill('not the generated one')
      await page.getByLabel('New password', { exact: true }).fill(own)
      await page.getByLabel('New password again').fill('something else')
      expect(await page.getByRole('alert').textContent()).toBe('The two new passwords differ.')
      await page.getByLabel('New password again').fill(own)
      await page.getByRole('button', { name: 'Change password' }).click()
      await page.getByText('The current password is wrong.').waitFor()
      expect(await page.getByLabel('Password now').getAttribute('aria-invalid')).toBe('true')
      expect(await page.getByLabel('New password', { exact: true }).getAttribute('aria-invalid')).toBeNull()
      await screen(page, 'first-password')
      await page.getByLabel('Password now').fill(generated)
      await page.getByRole('button', { name: 'Change password' }).click()
      await page.getByRole('heading', { name: /^(Projects|Not found)/ }).waitFor()

      const again = await stage.nobody()
      await again.open('/')
      await signIn(again.page, 'admin', own)
      await again.page.getByRole('heading', { name: 'Projects' }).waitFor()
      await screen(again.page, 'projects-empty')
      const refused = await stage.nobody()
      refused.expectError(/status of 401 .*\/auth\/login$/)
      await refused.open('/')
      await signIn(refused.page, 'admin', generated)
      await refused.page.getByRole('alert').waitFor()
    })
  },
  { env: { SLUICE_ADMIN_PASSWORD: '' }, empty: true },
)
