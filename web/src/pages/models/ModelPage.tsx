import { useParams, useSearchParams } from 'react-router'
import { graphql, readFragment } from '../../data/gql/index.ts'
import { useRead } from '../../data/read.ts'
import { paths } from '../../paths.ts'
import { Page } from '../../shell/Page.tsx'
import { useProject } from '../../shell/project.ts'
import { Time } from '../../ui/bits.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { Lineage } from './Lineage.tsx'
import { Aliases } from './signs.tsx'
import { StageBoard } from './StageBoard.tsx'
import { VersionActions } from './VersionActions.tsx'
import { modelVersion, VersionsTable } from './VersionsTable.tsx'

const document = graphql(`
  query ModelPage($project: String!, $model: String!) {
    project(name: $project) {
      id
      registeredModel(name: $model) {
        id
        projectId
        name
        description
        createdAt
        updatedAt
        owner {
          id
          username
        }
        tags {
          key
          value
        }
        aliases {
          alias
          version
        }
        versions(first: 200) {
          nodes {
            id
            projectId
            ...VersionsTable_ModelVersion
          }
          pageInfo {
            hasNextPage
          }
        }
      }
    }
  }
`)

export default function ModelPage() {
  const here = useProject()
  const { name = '' } = useParams()
  const [params, setParams] = useSearchParams()
  const { value: model, problem, partial, busy, retry } = useRead({ document, variables: { project: here.name, model: name }, select: (data) => data.project?.registeredModel, what: 'The model' })
  const crumbs = [{ text: here.name, to: paths.project(here.name) }, { text: 'Models', to: paths.models(here.name) }, { text: name }]
  if (!model) {
    return (
      <Page crumbs={crumbs} flat>
        {problem ? <ErrorState page problem={problem} onRetry={retry} /> : <Skeleton rows={10} label="Loading the model" />}
      </Page>
    )
  }
  const versions = readFragment(modelVersion, model.versions.nodes)
  const chosen = versions.find(({ version }) => String(version) === params.get('v')) ?? versions[0]
  const choose = (version: number): void => setParams({ v: String(version) }, { replace: true })
  return (
    <Page
      crumbs={crumbs}
      title={
        <>
          <Icon name="model" size="l" />
          <h1>{model.name}</h1>
          <Aliases aliases={model.aliases} />
        </>
      }
      facts={
        <>
          {model.description && <span className="dim">{model.description}</span>}
          {model.owner && <span>Owner {model.owner.username}</span>}
          <span>
            Last change <Time at={model.updatedAt} words />
          </span>
          {model.tags.map(({ key, value }) => (
            <span key={key} className="chip">
              {key}: {value}
            </span>
          ))}
        </>
      }
      actions={chosen && <VersionActions model={model.name} version={chosen} aliases={model.aliases} onDone={retry} />}
    >
      <div className="pad stack">
        {chosen && <Lineage project={here.name} model={model.name} version={chosen} />}
        <StageBoard versions={versions} chosen={chosen?.version} onChoose={choose} />
        <VersionsTable project={here.name} versions={versions} chosen={chosen?.version} busy={busy} partial={partial} onRetry={retry} onChoose={choose} more={model.versions.pageInfo.hasNextPage} />
      </div>
    </Page>
  )
}
