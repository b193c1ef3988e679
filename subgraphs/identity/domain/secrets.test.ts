import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isWellFormedToken, newPassword, newSessionSecret, newToken, tokenPrefix } from '#identity/domain/secrets.ts'

it('makes tokens that it recognises, no two alike', () => {
  const tokens = Array.from({ length: 200 }, () => newToken('pat'))
  expect(new Set(tokens).size).toBe(200)
  for (const token of tokens) {
    expect(token).toMatch(/^slc_pat_[0-9A-Za-z]{49}$/)
    expect(isWellFormedToken(token)).toBe(true)
  }
})

it('notices any single mistyped character', () => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 56 }), fc.constantFrom(...'0aZ9x'), (at, character) => {
      const token = newToken('pat')
      fc.pre(token[at] !== character)
      expect(isWellFormedToken(token.slice(0, at) + character + token.slice(at + 1))).toBe(false)
    }),
  )
})

it('takes no other text for a token', () => {
  fc.assert(fc.property(fc.string({ maxLength: 80 }), (text) => !isWellFormedToken(text) && !isWellFormedToken(`slc_pat_${text}`)))
})

it('shows of a token far less than it hides', () => {
  expect(tokenPrefix(newToken('pat'))).toHaveLength(12)
  expect(newSessionSecret()).toHaveLength(43)
  expect(newPassword()).toMatch(/^\w{7}-\w{7}-\w{7}$/)
})
