import { useState } from 'react'
import { useParams, useSearchParams } from 'react-router'
import { graphql, readFragment } from '../../data/gql/index.ts'
import { useRead } from '../../data/read.ts'
import { bytes, counted, middle } from '../../format/numbers.ts'
import { paths, served } from '../../paths.ts'
import { Page } from '../../shell/Page.tsx'
import { missingRight, useProject } from '../../shell/project.ts'
import { Button } from '../../ui/Button.tsx'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { Snippet } from '../../ui/Snippet.tsx'
import { loadDataset } from '../projects/snippets.ts'
import { DatasetColumns, datasetColumns } from './DatasetColumns.tsx'
import { DatasetPreview } from './DatasetPreview.tsx'
import { datasetVersion, DatasetVersions } from './DatasetVersions.tsx'
import { UsedBy } from './UsedBy.tsx'
import { UploadDialog } from './UploadDialog.tsx'

const document = graphql(`
  query DatasetPage($project: String!, $dataset: String!) {
    project(name: $project) {
      id
      dataset(name: $dataset) {
        id
        projectId
        name
        description
        owner {
          id
          username
        }
        tags {
          key
          value
        }
        versions(first: 100) {
          nodes {
            id
            projectId
            ...DatasetVersions_DatasetVersion
            ...DatasetColumns_DatasetVersion
          }
          pageInfo {
            hasNextPage
          }
        }
      }
    }
  }
`)

export default function DatasetPage() {
  const here = useProject()
  const { name = '' } = useParams()
  const [params, setParams] = useSearchParams()
  const [uploading, setUploading] = useState(false)
  const { value: dataset, problem, retry } = useRead({ document, variables: { project: here.name, dataset: name }, select: (data) => data.project?.dataset, what: 'The dataset' })
  const crumbs = [{ text: here.name, to: paths.project(here.name) }, { text: 'Datasets', to: paths.datasets(here.name) }, { text: name }]
  if (!dataset) {
    return (
      <Page crumbs={crumbs} flat>
        {problem ? <ErrorState page problem={problem} onRetry={retry} /> : <Skeleton rows={10} label="Loading the dataset" />}
      </Page>
    )
  }
  const { nodes } = dataset.versions
  const versions = readFragment(datasetVersion, nodes)
  const asked = params.get('version')
  const at = Math.max(
    0,
    versions.findIndex(({ version }) => String(version) === asked),
  )
  const [chosen, node] = [versions[at], nodes[at]]
  const unknown = asked !== null && String(chosen?.version) !== asked
  return (
    <Page
      crumbs={crumbs}
      title={
        <>
          <Icon name="dataset" size="l" />
          <h1>{dataset.name}</h1>
          {chosen && (
            <span className="chip line">
              <b>v{chosen.version}</b> {at === 0 ? 'latest' : ''}
            </span>
          )}
          {dataset.tags.map(({ key, value }) => (
            <span key={key} className="chip">
              {key}: {value}
            </span>
          ))}
        </>
      }
      facts={
        <>
          {dataset.description && <span className="dim">{dataset.description}</span>}
          {chosen && node && (
            <>
              <span>
                {[chosen.rowCount != null && counted(chosen.rowCount, 'row'), counted(readFragment(datasetColumns, node).columns.length, 'column'), bytes(chosen.sizeBytes), chosen.format]
                  .filter(Boolean)
                  .join(', ')}
              </span>
              <span className="mono" title={chosen.sha256}>
                sha256 {middle(chosen.sha256)} <CopyButton text={chosen.sha256} label="Copy sha256" />
              </span>
            </>
          )}
          {dataset.owner && <span>Owner {dataset.owner.username}</span>}
        </>
      }
      actions={
        <>
          {chosen && (
            <a className="btn" href={served.datasetContent(here.name, dataset.name, chosen.version)} download={chosen.fileName}>
              <Icon name="download" size="s" />
              Download v{chosen.version}
            </a>
          )}
          <Button kind="pri" icon="upload" onClick={() => setUploading(true)} disabledReason={missingRight(here, 'datasets.dataset.create')}>
            New version
          </Button>
        </>
      }
    >
      <div className="pad">
        {unknown && (
          <div className="note warn gap-below" role="alert">
            <Icon name="alert" />
            Version {asked} is not here. You see v{chosen?.version}.
          </div>
        )}
        {!chosen || !node ? (
          <EmptyState title="No version is here yet" />
        ) : (
          <div className="cols">
            <div className="stack">
              <DatasetColumns version={node} />
              <DatasetPreview project={here.name} dataset={dataset.name} version={chosen.version} />
            </div>
            <div className="stack">
              <DatasetVersions
                versions={versions}
                chosen={chosen.version}
                more={dataset.versions.pageInfo.hasNextPage}
                onChoose={(version) => setParams({ version: String(version) }, { replace: true })}
              />
              <UsedBy project={here.name} dataset={dataset.name} version={chosen.version} />
              <Panel title="Load it">
                <Snippet label="Load it" languages={loadDataset(location.origin, here.name, dataset.name, chosen.version, chosen.format)} />
              </Panel>
            </div>
          </div>
        )}
      </div>
      <UploadDialog
        project={here.name}
        dataset={dataset.name}
        open={uploading}
        onClose={() => setUploading(false)}
        onDone={(_name, version) => {
          setUploading(false)
          setParams({ version: String(version) })
          retry()
        }}
      />
    </Page>
  )
}
