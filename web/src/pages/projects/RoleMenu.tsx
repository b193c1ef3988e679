import { graphql } from '../../data/gql/index.ts'
import type { Role } from '../../data/gql/graphql.ts'
import { Button } from '../../ui/Button.tsx'
import { Menu, MenuChoice, MenuHead } from '../../ui/Menu.tsx'
import { roleNames, roleWord } from './roles.ts'

export const setMember = graphql(`
  mutation SetMember($input: SetMemberInput!) {
    setMember(input: $input) {
      member {
        role
        since
        user {
          id
          username
          displayName
        }
      }
    }
  }
`)

/** The role of one member; a menu for who may change it, a word with its reason for everybody else. */
export function RoleMenu({ username, role, reason, onChoose }: { username: string; role: Role; reason: string | undefined; onChoose: (role: Role) => void }) {
  const trigger = (
    <Button small icon="chevronDown" disabledReason={reason} aria-label={`Role of ${username}: ${roleWord(role)}`}>
      {roleWord(role)}
    </Button>
  )
  if (reason) return trigger
  return (
    <Menu label={`Role of ${username}`} trigger={trigger}>
      <MenuHead>Role of {username}</MenuHead>
      <MenuChoice value={role} options={roleNames} onChange={(next) => next !== role && onChoose(next)} />
    </Menu>
  )
}
