import { type FormEvent, useState } from 'react'
import { Navigate, useNavigate, useSearchParams } from 'react-router'
import { useMutation } from 'urql'
import { graphql } from '../../data/gql/index.ts'
import { problemOf } from '../../data/problem.ts'
import { readSession, signIn, useSession } from '../../data/session.ts'
import { safeNext } from '../../paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { DoorArt } from './DoorArt.tsx'

const changeMyPassword = graphql(`
  mutation ChangePasswordPage($input: ChangeMyPasswordInput!) {
    changeMyPassword(input: $input) {
      ok
    }
  }
`)

/** The first password was made by somebody else: it opens this page only. */
export default function ChangePasswordPage() {
  const session = useSession()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const [{ fetching, error }, change] = useMutation(changeMyPassword)
  const [fields, setFields] = useState({ current: '', next: '', again: '' })
  const differs = fields.again !== '' && fields.next !== fields.again
  const problem = error && problemOf(error, 'Your password')
  const wrongNow = problem?.field === 'current'
  const goTo = safeNext(search.get('next'))
  if (session.state !== 'in') return <Navigate to={goTo} replace />
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (differs || fetching) return
    const { error: refused } = await change({ input: { current: fields.current, next: fields.next } })
    if (refused) return
    // A changed password ends every session of the account, this one too: open a new one with it.
    if (await signIn(session.user.username, fields.next)) await readSession()
    void navigate(goTo, { replace: true })
  }
  const field = (name: keyof typeof fields) => ({
    name,
    value: fields[name],
    type: 'password',
    required: true,
    onChange: (event: { target: { value: string } }) => setFields({ ...fields, [name]: event.target.value }),
  })
  return (
    <div className="si">
      <DoorArt />
      <main>
        <form className="card" onSubmit={(event) => void submit(event)} aria-label="Choose a new password">
          <h1>Choose a new password</h1>
          <p className="dim">
            for <b className="m">{session.user.username}</b>
          </p>
          <div className="note acc">
            <Icon name="token" />
            <span>This password was made for you. Choose your own; it is asked once.</span>
          </div>
          <input className="sr-only" name="username" autoComplete="username" aria-label="User name" readOnly tabIndex={-1} value={session.user.username} />
          <Field label="Password now" autoComplete="current-password" autoFocus {...field('current')} error={wrongNow ? problem.detail : undefined} />
          <Field label="New password" autoComplete="new-password" minLength={12} {...field('next')} error={wrongNow ? undefined : problem?.detail} hint="At least 12 characters." />
          <Field label="New password again" autoComplete="new-password" {...field('again')} error={differs ? 'The two new passwords differ.' : undefined} />
          <Button type="submit" kind="pri" className="big" aria-busy={fetching}>
            Change password
          </Button>
        </form>
      </main>
    </div>
  )
}
