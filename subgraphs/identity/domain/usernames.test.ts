import { expect, it } from 'vitest'
import { newUsername } from '#identity/domain/usernames.ts'

it('folds case, so that no two names differ by it', () => {
  expect(newUsername(' Vera@Example.ORG ')).toBe('vera@example.org')
})
it.each(['', '-vera', 'vera.', 'v era', 'véra', 'vera\u200b', 'anonymous', 'a'.repeat(65), 'vera:x', 'аdmin'])('refuses %j', (name) => {
  expect(() => newUsername(name)).toThrow()
})
