import { expect, it } from 'vitest'
import { checkPassword, createPasswordHasher } from '#identity/domain/passwords.ts'

it('accepts any long text, also in other scripts', () => {
  for (const good of ['a-good-long-secret', 'пароль для веры', '🦊🐻🐼🦁🐯🐨🐸🐵🐔🐧🐦🐤', 'x1'.repeat(3) + 'yz'.repeat(61)]) expect(() => checkPassword(good, 'vera')).not.toThrow()
})

it.each([
  ['eleven characters', 'elevenchars'],
  ['over 128 characters', 'xyz1'.repeat(33)],
  ['common', 'Password1234'],
  ['one letter again and again', 'aaaaaaaaaaaaaaaa'],
  ['holding the user name', 'my-name-is-vera'],
  ['looking like a token', 'slc_pat_something'],
])('refuses a password that is %s', (_, password) => {
  expect(() => checkPassword(password, 'vera')).toThrow()
})

it('verifies what it hashed, in either Unicode form, and nothing else', async () => {
  const hasher = createPasswordHasher()
  const stored = await hasher.hash('Gr\u00f6\u00dfe ist alles')
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(await hasher.verify(stored, 'Gro\u0308\u00dfe ist alles')).toBe(true)
  expect(await hasher.verify(stored, 'Groesse ist alles')).toBe(false)
  expect(await hasher.verify(null, 'x')).toBe(false)
  expect(await hasher.verify(null, '')).toBe(false)
  expect(await hasher.verify(stored, 'x'.repeat(1_000_000))).toBe(false)
})

it('refuses work beyond two hashes and twenty in the queue, and works on afterwards', async () => {
  const hasher = createPasswordHasher()
  const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => hasher.verify(null, 'x')))
  expect(outcomes.filter((o) => o.status === 'fulfilled')).toHaveLength(22)
  expect(outcomes.filter((o) => o.status === 'rejected').map((o) => o.reason.code)).toEqual(Array.from({ length: 8 }, () => 'UNAVAILABLE'))
  expect(await hasher.verify(null, 'x')).toBe(false)
})
