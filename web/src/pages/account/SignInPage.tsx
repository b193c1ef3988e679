import { type FormEvent, useEffect, useState } from 'react'
import { Navigate, useSearchParams } from 'react-router'
import type { Problem } from '../../data/problem.ts'
import { readSession, signIn, useSession } from '../../data/session.ts'
import { patterns, safeNext } from '../../paths.ts'
import { ThemeMenu } from '../../shell/AccountMenu.tsx'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { DoorArt } from './DoorArt.tsx'

export default function SignInPage() {
  const session = useSession()
  const [search] = useSearchParams()
  const next = safeNext(search.get('next'))
  useEffect(() => {
    document.title = 'Sign in · Sluice'
    if (session.state === 'unknown') void readSession()
  }, [session.state])
  if (session.state === 'in') return <Navigate to={next} replace />
  return (
    <div className="si">
      <DoorArt />
      <main>
        <SignInForm wanted={wantedWords(next)} ended={session.state === 'out' && session.ended} />
        <footer className="xs muted">
          <ThemeMenu words />
        </footer>
      </main>
    </div>
  )
}

function SignInForm({ wanted, ended }: { wanted: string | undefined; ended: boolean }) {
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [shown, setShown] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setProblem(await signIn(username, password))
    setBusy(false)
  }
  return (
    <form className="card" onSubmit={(event) => void submit(event)} aria-label="Sign in">
      <h1>Sign in</h1>
      {wanted && (
        <p className="dim">
          to open <b className="m">{wanted}</b>
        </p>
      )}
      {ended && (
        <div className="note warn" role="alert">
          <Icon name="clock" />
          <span>Your session ended. Nothing was lost. Sign in to return to where you were.</span>
        </div>
      )}
      <Field
        label="User name"
        name="username"
        autoComplete="username"
        autoFocus
        required
        autoCapitalize="none"
        spellCheck={false}
        value={username}
        onChange={(event) => setUsername(event.target.value)}
      />
      <Field
        label="Password"
        name="password"
        type={shown ? 'text' : 'password'}
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={problem && wordsOf(problem)}
        trailing={<Button kind="ghost" small icon={shown ? 'eyeOff' : 'eye'} aria-label={shown ? 'Hide the password' : 'Show the password'} onClick={() => setShown(!shown)} />}
      />
      <Button type="submit" kind="pri" className="big" aria-busy={busy}>
        {busy ? 'Signing in' : 'Sign in'}
      </Button>
      <p className="sm muted">No account? Sign-up is closed here. Ask an administrator for an invitation.</p>
    </form>
  )
}

/** A refused sign-in says nothing about which half was wrong. */
function wordsOf(problem: Problem): string {
  if (problem.kind === 'signed-out' || problem.kind === 'forbidden' || problem.kind === 'missing') return 'User name or password is wrong.'
  if (problem.kind === 'down') return 'The identity service does not answer. Try again in a moment.'
  return problem.detail
}

/** "grid-load / Experiments / 12" of the address that was asked for. */
function wantedWords(next: string): string | undefined {
  const [path = ''] = next.split('?')
  if (path === patterns.projects || !path.startsWith('/projects/')) return undefined
  return path.split('/').slice(2).map(decodeURIComponent).join(' / ')
}
