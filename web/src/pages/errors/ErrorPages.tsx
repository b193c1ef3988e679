import { Link, useLocation, useRouteError } from 'react-router'
import { problemFrom } from '../../data/problem.ts'
import { paths } from '../../paths.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'

/** An address that no route answers. It looks like a thing that is hidden. */
export function NotFoundPage() {
  const { pathname } = useLocation()
  return (
    <div className="main">
      <header className="top" />
      <main className="page flat" id="content">
        <ErrorState page problem={problemFrom({ code: 'NOT_FOUND', message: '' }, pathname)}>
          <Link className="link sm" to={paths.projects()}>
            All projects
          </Link>
        </ErrorState>
      </main>
    </div>
  )
}

/** A defect of the client itself: the last stop of every route. */
export function CrashPage() {
  const error = useRouteError()
  const message = error instanceof Error ? error.message : 'unknown'
  const stale = /dynamically imported module|module script/i.test(message)
  const problem = problemFrom({ code: 'CLIENT_DEFECT', message }, 'This page')
  const shown = stale
    ? { ...problem, title: 'This page belongs to an older version', detail: 'The server was updated while the page was open. Reload to go on.' }
    : { ...problem, title: 'This page could not be drawn', detail: `The client met a defect of its own: ${message}. Reload, or copy the details for whoever runs this server.` }
  return (
    <div className="main">
      <header className="top" />
      <main className="page flat" id="content">
        <ErrorState page problem={shown} onRetry={() => location.reload()} />
      </main>
    </div>
  )
}
