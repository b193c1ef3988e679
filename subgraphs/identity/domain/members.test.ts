import { expect, it } from 'vitest'
import { roles } from '#shared/policy.ts'
import { mayChange } from '#identity/domain/members.ts'

const owner = { userId: 'olga', role: 'owner' } as const
const viewer = { userId: 'vera', role: 'viewer' } as const

it('lets each role give itself and what is below, and nothing above', () => {
  for (const [i, own] of roles.entries())
    for (const [j, given] of roles.entries()) {
      const giving = expect(() => mayChange([owner], 'new', given, own))
      if (j <= i) giving.not.toThrow()
      else giving.toThrow('above the own one')
    }
})
it('lets nobody without a role give one', () => {
  for (const role of roles) expect(() => mayChange([owner], 'new', role, null)).toThrow()
})
it('protects who stands above', () => {
  expect(() => mayChange([owner, { userId: 'otto', role: 'owner' }], 'olga', null, 'maintainer')).toThrow('stands above')
  expect(() => mayChange([owner, { userId: 'otto', role: 'owner' }], 'olga', 'viewer', 'maintainer')).toThrow('stands above')
})
it('keeps the last owner, and lets one of two go', () => {
  expect(() => mayChange([owner, viewer], 'olga', null, 'owner')).toThrow('last owner')
  expect(() => mayChange([owner, viewer], 'olga', 'viewer', 'owner')).toThrow('last owner')
  expect(() => mayChange([owner, viewer], 'olga', 'owner', 'owner')).not.toThrow()
  expect(() => mayChange([owner, { userId: 'otto', role: 'owner' }], 'olga', null, 'owner')).not.toThrow()
})
it('cannot remove who is not there', () => {
  expect(() => mayChange([owner], 'nobody', null, 'owner')).toThrow('not a member')
})
