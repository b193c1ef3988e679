import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { graphql } from '../../data/gql/index.ts'
import { problemOf } from '../../data/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { ConfirmButtons } from '../../ui/Confirm.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { OnceShown } from '../../ui/OnceShown.tsx'
import { firstPassword } from './firstPassword.ts'

/** The second step makes the first sign-in ask for another password: whoever made this one knows it. */
const createUser = graphql(`
  mutation NewPerson($input: CreateUserInput!, $password: SetPasswordInput!) {
    createUser(input: $input) {
      user {
        id
        username
        displayName
      }
    }
    setPassword(input: $password) {
      ok
    }
  }
`)

const setPassword = graphql(`
  mutation SetPassword($input: SetPasswordInput!) {
    setPassword(input: $input) {
      ok
    }
  }
`)

interface Made {
  readonly username: string
  readonly password: string
}

const kinds = [
  ['person', 'Person'],
  ['admin', 'Administrator'],
] as const

export function NewPerson({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const [made, setMade] = useState<Made>()
  if (made) return passwordShown(made, onClose)
  const done = (person: Made): void => {
    setMade(person)
    onDone()
  }
  return (
    <Dialog open onClose={onClose} title="New person" description="They get a first password from you and choose their own when they sign in.">
      <PersonForm onMade={done} onClose={onClose} />
    </Dialog>
  )
}

function PersonForm({ onMade, onClose }: { onMade: (made: Made) => void; onClose: () => void }) {
  const [{ fetching, error }, create] = useMutation(createUser)
  const [name, setName] = useState('')
  const [displayName, setDisplayName] = useState('')
  const [kind, setKind] = useState<(typeof kinds)[number][0]>('person')
  const username = name.trim().toLowerCase()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (fetching) return
    const password = firstPassword()
    const { data } = await create({ input: { username, displayName: displayName.trim() || null, password, isAdmin: kind === 'admin' }, password: { username, password } })
    if (data?.createUser) onMade({ username, password })
  }
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <Field
        label="User name"
        required
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
        placeholder="bob"
        hint="What they sign in with. It stays."
        error={error && problemOf(error, 'The account').detail}
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
      />
      <Field label="Name" value={displayName} onChange={(event) => setDisplayName(event.target.value)} placeholder={username} autoComplete="off" />
      <Choice label="Kind" options={kinds} value={kind} onChange={setKind} hint={kind === 'admin' ? 'Reaches every project and manages people.' : 'Reaches the projects they are a member of.'} />
      <div className="row end">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="pri" aria-busy={fetching}>
          Create person
        </Button>
      </div>
    </form>
  )
}

/** Somebody lost the password: a new one that lasts for one sign-in. */
export function NewPassword({ username, onClose }: { username: string; onClose: () => void }) {
  const [{ fetching, error }, set] = useMutation(setPassword)
  const [made, setMade] = useState<Made>()
  const confirm = async (): Promise<void> => {
    const password = firstPassword()
    const { data } = await set({ input: { username, password } })
    if (data) setMade({ username, password })
  }
  if (made) return passwordShown(made, onClose)
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Set a new password for ${username}?`}
      description="The old one stops, and every open session of theirs ends. The new one is shown once and must be changed at the next sign-in."
    >
      <ConfirmButtons action="Set password" busy={fetching} problem={error && problemOf(error, 'The password')} onConfirm={() => void confirm()} onClose={onClose} />
    </Dialog>
  )
}

/** Takes the place of the form in the same dialog, so that the focus goes back to where it came from. */
const passwordShown = (made: Made, onClose: () => void) => (
  <Dialog open stay onClose={onClose} title={`Password of ${made.username}`}>
    <OnceShown label="Password" secret={made.password} warning={`Give it to ${made.username} in a safe way: it is not shown again. The first sign-in asks for another.`} />
    <div className="row end">
      <Button kind="pri" onClick={onClose}>
        Done
      </Button>
    </div>
  </Dialog>
)
