import { Suspense, useEffect, useState } from 'react'
import { Navigate, Outlet, useLocation } from 'react-router'
import { Provider } from 'urql'
import { createClient } from '../data/client.ts'
import { readSession, type Session, useSession } from '../data/session.ts'
import { paths } from '../paths.ts'
import { ErrorState } from '../ui/ErrorState.tsx'

/** Lets through who is signed in. Everybody else goes to sign-in and comes back to the address they wanted. */
export function Door() {
  const session = useSession()
  const { pathname, search } = useLocation()
  const wanted = pathname + search
  useEffect(() => {
    if (session.state === 'unknown') void readSession()
  }, [session.state])
  if (session.state === 'unknown') return null
  if (session.state === 'failed') return <ErrorState page problem={session.problem} onRetry={() => void readSession()} />
  if (session.state === 'out') return <Navigate to={paths.signIn(wanted)} replace />
  if (session.mustChangePassword && !pathname.startsWith(paths.changePassword())) return <Navigate to={paths.changePassword(wanted)} replace />
  return <Inside key={session.user.id} session={session} />
}

function Inside({ session }: { session: Extract<Session, { state: 'in' }> }) {
  const [client] = useState(createClient)
  return (
    <Provider value={client}>
      <Suspense fallback={null}>
        <Outlet context={session.user} />
      </Suspense>
    </Provider>
  )
}
