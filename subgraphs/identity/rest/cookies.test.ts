import { expect, it } from 'vitest'
import { clearCookie, cookieFor, sessionSecretIn, setCookie } from '#identity/rest/cookies.ts'

it('names and guards the cookie by the connection', () => {
  expect(cookieFor({ https: true })).toEqual({ name: '__Host-sluice', attributes: 'Path=/; HttpOnly; SameSite=Lax; Secure' })
  expect(cookieFor({ https: false })).toEqual({ name: 'sluice_session', attributes: 'Path=/; HttpOnly; SameSite=Lax' })
  expect(setCookie(cookieFor({ https: false }), 's', 60)).toBe('sluice_session=s; Max-Age=60; Path=/; HttpOnly; SameSite=Lax')
  expect(clearCookie(cookieFor({ https: true }))).toBe('__Host-sluice=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure')
})

it('reads only the cookie that belongs to the connection', () => {
  const header = 'a=b; sluice_session=plain; __Host-sluice=secure'
  expect(sessionSecretIn(header, true)).toBe('secure')
  expect(sessionSecretIn(header, false)).toBe('plain')
  expect(sessionSecretIn('sluice_session=', false)).toBeUndefined()
  expect(sessionSecretIn(undefined, false)).toBeUndefined()
})
