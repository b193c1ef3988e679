import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import type { Role } from '../../data/gql/graphql.ts'
import { problemOf } from '../../data/problem.ts'
import { useProject } from '../../shell/project.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { say } from '../../ui/Toast.tsx'
import { setMember } from './RoleMenu.tsx'
import { roleNames, roleWhys, roleWord } from './roles.ts'

interface Props {
  /** Those the page has loaded, to say when a name is among them. */
  readonly members: readonly { readonly role: Role; readonly user: { readonly username: string } }[]
  readonly onDone: () => void
  readonly onClose: () => void
}

export function AddMember({ members, onDone, onClose }: Props) {
  const here = useProject()
  const [{ fetching, error }, set] = useMutation(setMember)
  const [username, setUsername] = useState('')
  const [asked, setAsked] = useState('')
  const [role, setRole] = useState<Role>('CONTRIBUTOR')
  const typed = username.trim().toLowerCase()
  const known = members.find(({ user }) => user.username === typed)
  const problem = error && problemOf(error, 'The member')
  const reason = problem?.kind === 'missing' ? `No active account is named ${asked}. An administrator makes accounts.` : problem?.detail

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (fetching) return
    setAsked(typed)
    const { data } = await set({ input: { project: here.name, username: typed, role } })
    if (!data) return
    say(`${typed} is ${roleWord(role)} now.`)
    onDone()
    onClose()
  }
  return (
    <Dialog open onClose={onClose} title="Add member" description={`Somebody who has an account here gets a role in ${here.name}.`}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <Field
          label="User name"
          required
          autoFocus
          value={username}
          onChange={(event) => setUsername(event.target.value)}
          placeholder="bob"
          error={typed === asked ? reason : undefined}
          hint={known ? `${typed} is ${roleWord(known.role)} here already; this changes the role.` : 'The exact name that they sign in with.'}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
        />
        <Choice label="Role" options={roleNames} value={role} onChange={setRole} hint={roleWhys[role]} />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="pri" aria-busy={fetching}>
            {known ? 'Change role' : 'Add member'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
