import { expect, it } from 'vitest'
import { missingRight, type ProjectHere } from './project.ts'

const here = (can: string[], owners: string[], role?: string): ProjectHere => ({ id: '1', name: 'p', title: 'p', role, can: new Set(can), owners })

it('a right that is held needs no reason', () => expect(missingRight(here(['tracking.run.delete'], []), 'tracking.run.delete')).toBeUndefined())
it('the reason names the right, the role and who can grant it', () =>
  expect(missingRight(here([], ['alice', 'bob'], 'VIEWER'), 'tracking.run.delete')).toBe('Needs right tracking.run.delete. You are viewer here. alice or bob can grant it.'))
it('many owners are counted, none is an administrator', () => {
  expect(missingRight(here([], ['a', 'b', 'c', 'd']), 'x')).toContain('a, b or 2 more can grant it.')
  expect(missingRight(here([], []), 'x')).toBe('Needs right x. An administrator can grant it.')
})
