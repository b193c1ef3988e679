import { useMemo } from 'react'
import { Link, Outlet, useOutletContext, useParams } from 'react-router'
import { graphql } from '../data/gql/index.ts'
import { useRead } from '../data/read.ts'
import type { SessionUser } from '../data/session.ts'
import { paths } from '../paths.ts'
import { ErrorState } from '../ui/ErrorState.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { Page } from './Page.tsx'
import { ProjectContext, type ProjectHere } from './project.ts'
import { Shell } from './Shell.tsx'

const document = graphql(`
  query ProjectShell($project: String!) {
    project(name: $project) {
      id
      name
      title
      viewerRole
      viewerCan
      members(first: 50) {
        nodes {
          role
          user {
            id
            username
          }
        }
      }
    }
  }
`)

/** Everything under /projects/:project: the project is read once, and a project one may not see shows nothing below. */
export function ProjectShell() {
  const user = useOutletContext<SessionUser>()
  const { project: name = '' } = useParams()
  const { value, problem, retry } = useRead({ document, variables: { project: name }, select: (data) => data.project, what: `Project ${name}` })
  const here = useMemo(
    (): ProjectHere | undefined =>
      value && {
        id: value.id,
        name: value.name,
        title: value.title,
        role: value.viewerRole ?? undefined,
        can: new Set(value.viewerCan),
        owners: value.members.nodes.filter(({ role }) => role === 'OWNER').map((member) => member.user.username),
      },
    [value],
  )
  return (
    <Shell user={user} project={name}>
      {here ? (
        <ProjectContext value={here}>
          <Outlet context={user} />
        </ProjectContext>
      ) : (
        <Page crumbs={[{ text: name }]} flat>
          {problem ? (
            <ErrorState page problem={problem} onRetry={retry}>
              <Link className="link sm" to={paths.projects()}>
                All projects
              </Link>
            </ErrorState>
          ) : (
            <Skeleton rows={8} label="Loading the project" />
          )}
        </Page>
      )}
    </Shell>
  )
}
