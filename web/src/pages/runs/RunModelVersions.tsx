import { Link } from 'react-router'
import { graphql } from '../../data/gql/index.ts'
import { useRead } from '../../data/read.ts'
import { paths } from '../../paths.ts'
import { Time } from '../../ui/bits.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'

const document = graphql(`
  query RunModelVersions($project: String!, $run: ID!) {
    project(name: $project) {
      id
      run(id: $run) {
        id
        projectId
        modelVersions(first: 50) {
          nodes {
            id
            projectId
            modelName
            version
            stage
            aliases
            createdAt
          }
          pageInfo {
            hasNextPage
          }
        }
      }
    }
  }
`)

/** The registry's versions that came from this run. */
export function RunModelVersions({ project, run }: { project: string; run: string }) {
  const { value, loading, problem, retry } = useRead({ document, variables: { project, run }, select: (data) => data.project?.run?.modelVersions, what: 'Model versions' })
  return (
    <Panel title="Model versions" note={value?.nodes.length}>
      {problem && <ErrorState problem={problem} onRetry={retry} />}
      {loading && <Skeleton rows={2} label="Loading model versions" />}
      {value?.nodes.length === 0 && <p className="pad sm muted">No model version was registered from this run.</p>}
      <ul className="lines">
        {value?.nodes.map(({ id, modelName, version, stage, aliases, createdAt }) => (
          <li key={id}>
            <Icon name="model" size="s" />
            <Link className="link m ell" to={paths.model(project, modelName)}>
              {modelName} v{version}
            </Link>
            {aliases.map((alias) => (
              <span key={alias} className="alias">
                @{alias}
              </span>
            ))}
            {stage !== 'None' && <span className="chip">{stage}</span>}
            <span className="muted end">
              <Time at={createdAt} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
