import { Link } from 'react-router'
import { graphql } from '../../data/gql/index.ts'
import { useRead } from '../../data/read.ts'
import { paths } from '../../paths.ts'
import { RunStatusSign, Time } from '../../ui/bits.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'

const document = graphql(`
  query UsedBy($project: String!, $dataset: String!, $version: Int!) {
    project(name: $project) {
      id
      dataset(name: $dataset) {
        id
        projectId
        version(version: $version) {
          id
          projectId
          runs(first: 20) {
            nodes {
              id
              projectId
              name
              status
              startTime
            }
            pageInfo {
              hasNextPage
            }
          }
        }
      }
    }
  }
`)

/** The runs that named this version as an input: tracking knows them, so they may be away while the dataset is here. */
export function UsedBy({ project, dataset, version }: { project: string; dataset: string; version: number }) {
  const { value, loading, problem, retry } = useRead({ document, variables: { project, dataset, version }, select: (data) => data.project?.dataset?.version?.runs, what: 'Runs that used it' })
  return (
    <Panel title="Used by" note={`v${version}`}>
      {problem && <ErrorState problem={problem} onRetry={retry} />}
      {loading && <Skeleton rows={3} label="Loading runs" />}
      {value?.nodes.length === 0 && <p className="pad sm muted">No run has logged this version as an input.</p>}
      <ul className="lines">
        {value?.nodes.map(({ id, name, status, startTime }) => (
          <li key={id}>
            <RunStatusSign status={status} />
            <Link className="link ell" to={paths.run(project, id)}>
              {name}
            </Link>
            <span className="muted end">
              <Time at={startTime} />
            </span>
          </li>
        ))}
      </ul>
      {value?.pageInfo.hasNextPage && <p className="pad sm muted">and more</p>}
    </Panel>
  )
}
