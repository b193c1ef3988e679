import type { Role } from '../../data/gql/graphql.ts'

/** Weakest first; each holds what the ones before it hold. */
export const roleNames = [
  ['VIEWER', 'Viewer'],
  ['CONTRIBUTOR', 'Contributor'],
  ['MAINTAINER', 'Maintainer'],
  ['OWNER', 'Owner'],
] as const satisfies readonly (readonly [Role, string])[]

export const roleWhys: Readonly<Record<Role, string>> = {
  VIEWER: 'Sees everything here and downloads it.',
  CONTRIBUTOR: 'Also logs runs, uploads datasets and registers models.',
  MAINTAINER: 'Also promotes versions and deletes what others made.',
  OWNER: 'Also decides who works here.',
}

export const roleWord = (role: Role): string => role.toLowerCase()
