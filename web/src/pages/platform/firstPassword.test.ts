import { expect, it } from 'vitest'
import { firstPassword } from './firstPassword.ts'

it('makes passwords that the server takes, and never one twice', () => {
  const made = Array.from({ length: 200 }, firstPassword)
  expect(new Set(made).size).toBe(200)
  for (const password of made) expect(password).toMatch(/^[0-9a-hjkmnp-tv-z]{6}(-[0-9a-hjkmnp-tv-z]{6}){3}$/)
})
