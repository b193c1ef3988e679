import { expect, it } from 'vitest'
import table from '../../../../docs/permissions.md?raw'
import { allPermissions, carried, groupsOfPermissions, inAllProjects, whyOf } from './permissions.ts'

it('says of every permission what the documents say', () => {
  const documented = [...table.matchAll(/^\| `([^`]+)` \| [^|]+ \| (.+) \|$/gm)].map(([, name, why]) => `${name}: ${why}`)
  expect(documented.length).toBeGreaterThan(0)
  expect(allPermissions.map((name) => `${name}: ${whyOf(name)}`)).toEqual(documented)
})

it('offers the platform to administrators only', () => {
  const platform = (isAdmin: boolean) => inAllProjects(isAdmin).filter((name) => name.startsWith('platform.'))
  expect(platform(false)).toEqual([])
  expect(platform(true)).toContain('platform.user.read')
})

it('groups by component, and knows no permission twice', () => {
  const groups = groupsOfPermissions(allPermissions)
  expect(groups.map(({ title }) => title)).toEqual(['Platform', 'Project and members', 'Experiments and runs', 'Models', 'Datasets'])
  expect(groups.flatMap(({ permissions }) => permissions).toSorted()).toEqual([...allPermissions].toSorted())
})

it('keeps a permission that it does not know', () => {
  expect(groupsOfPermissions(['jobs.job.read'])).toEqual([{ title: 'jobs', permissions: ['jobs.job.read'] }])
  expect(whyOf('jobs.job.read')).toBe('')
})

it('never calls an empty list everything', () => {
  expect([carried(null), carried([]), carried(['tracking.run.read']), carried(['tracking.run.read', 'tracking.experiment.read']), carried(['tracking.run.read', 'tracking.run.update'])]).toEqual([
    'all I may',
    '0 chosen',
    'tracking.run.read',
    'read only',
    '2 chosen',
  ])
})
