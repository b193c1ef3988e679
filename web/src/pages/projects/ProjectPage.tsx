import { graphql } from '../../data/gql/index.ts'
import { useRead } from '../../data/read.ts'
import { counted } from '../../format/numbers.ts'
import { paths } from '../../paths.ts'
import { Page } from '../../shell/Page.tsx'
import { useProject } from '../../shell/project.ts'
import { Avatar, Time } from '../../ui/bits.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { Snippet } from '../../ui/Snippet.tsx'
import { Channel } from './Channel.tsx'
import { NewestRuns } from './NewestRuns.tsx'
import { firstRun } from './snippets.ts'

const document = graphql(`
  query ProjectPage($project: String!) {
    project(name: $project) {
      id
      title
      description
      createdAt
      viewerRole
      members(first: 50) {
        nodes {
          role
          since
          user {
            id
            username
            displayName
          }
        }
        pageInfo {
          hasNextPage
        }
      }
    }
  }
`)

const faces = 4

export default function ProjectPage() {
  const here = useProject()
  const { value, loading, problem, retry } = useRead({ document, variables: { project: here.name }, select: (data) => data.project, what: 'The project' })
  const members = value?.members.nodes ?? []
  return (
    <Page
      crumbs={[{ text: 'Projects', to: paths.projects() }, { text: here.name }]}
      title={
        <>
          <h1>{here.title}</h1>
          {here.role && <span className="chip">{here.role.toLowerCase()}</span>}
        </>
      }
      facts={<span className="dim">{value?.description || `Project ${here.name}`}</span>}
      actions={
        <span className="row sm dim">
          <span className="faces">
            {members.slice(0, faces).map(({ user }) => (
              <Avatar key={user.id} name={user.username} />
            ))}
          </span>
          {value && counted(members.length, 'member')}
        </span>
      }
    >
      <div className="pad stack">
        <Channel />
        <div className="cols">
          <NewestRuns />
          <div className="stack">
            <Panel title="Members" note={value ? members.length : undefined}>
              {problem && <ErrorState problem={problem} onRetry={retry} />}
              {loading && <Skeleton rows={3} label="Loading members" />}
              <ul className="lines">
                {members.map(({ user, role, since }) => (
                  <li key={user.id}>
                    <Avatar name={user.username} small />
                    <span className="m ell" title={user.displayName}>
                      {user.username}
                    </span>
                    <span className="muted">{role.toLowerCase()}</span>
                    <span className="muted end">
                      <Time at={since} />
                    </span>
                  </li>
                ))}
              </ul>
              {value && members.length === 0 && <p className="pad sm muted">Only administrators reach this project. An owner is not set.</p>}
            </Panel>
            <Panel title="Log from your code">
              <Snippet label="Log from your code" languages={firstRun(location.origin, here.name)} />
            </Panel>
          </div>
        </div>
      </div>
    </Page>
  )
}
