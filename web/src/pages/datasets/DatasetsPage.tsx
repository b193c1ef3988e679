import { type ReactNode, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { graphql } from '../../data/gql/index.ts'
import type { DatasetsPageQuery } from '../../data/gql/graphql.ts'
import { usePages } from '../../data/pages.ts'
import { bytes, whole } from '../../format/numbers.ts'
import { paths, served } from '../../paths.ts'
import { Page } from '../../shell/Page.tsx'
import { missingRight, useProject } from '../../shell/project.ts'
import { None, Time } from '../../ui/bits.tsx'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { SearchBox } from '../../ui/SearchBox.tsx'
import { Snippet } from '../../ui/Snippet.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { UploadDialog } from './UploadDialog.tsx'

const document = graphql(`
  query DatasetsPage($project: String!, $after: String, $search: String) {
    project(name: $project) {
      id
      datasets(first: 50, after: $after, search: $search) {
        nodes {
          id
          projectId
          name
          description
          updatedAt
          owner {
            id
            username
          }
          latestVersion {
            id
            projectId
            version
            rowCount
            sizeBytes
            format
          }
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  }
`)

type Row = NonNullable<NonNullable<DatasetsPageQuery['project']>['datasets']>['nodes'][number]

export default function DatasetsPage() {
  const here = useProject()
  const navigate = useNavigate()
  const [params, setParams] = useSearchParams()
  const [uploading, setUploading] = useState(false)
  const search = params.get('q') ?? ''
  const setSearch = (value: string): void => setParams(value ? { q: value } : {}, { replace: true })
  const list = usePages({ document, variables: { project: here.name, search: search || null }, select: (data) => data.project?.datasets, what: 'Datasets' })
  const upload = (
    <Button kind="pri" icon="upload" onClick={() => setUploading(true)} disabledReason={missingRight(here, 'datasets.dataset.create')}>
      Upload dataset
    </Button>
  )
  const columns: readonly Column<Row>[] = [
    {
      id: 'name',
      header: 'Dataset',
      width: '--w-wide',
      cell: ({ name }) => (
        <Link to={paths.dataset(here.name, name)} className="m">
          {name}
        </Link>
      ),
      hover: ({ name }) => name,
    },
    {
      id: 'description',
      header: 'Description',
      cell: ({ description }) => (description ? <span className="dim">{description}</span> : <None />),
      hover: ({ description }) => description || undefined,
    },
    { id: 'version', header: 'Newest', width: '--w-num', align: 'num', cell: ({ latestVersion }) => (latestVersion ? `v${latestVersion.version}` : <None />) },
    { id: 'rows', header: 'Rows', width: '--w-num', align: 'num', cell: ({ latestVersion }) => (latestVersion?.rowCount == null ? <None word="unknown" /> : whole(latestVersion.rowCount)) },
    { id: 'size', header: 'Size', width: '--w-num', align: 'num', cell: ({ latestVersion }) => (latestVersion ? bytes(latestVersion.sizeBytes) : <None />) },
    { id: 'format', header: 'Format', width: '--w-num', cell: ({ latestVersion }) => latestVersion?.format ?? <None /> },
    { id: 'owner', header: 'Owner', width: '--w-num', cell: ({ owner }) => (owner ? <span className="dim">{owner.username}</span> : <None word="unknown" />) },
    { id: 'updated', header: 'Last change', width: '--w-date', align: 'num', cell: ({ updatedAt }) => <Time at={updatedAt} /> },
  ]
  return (
    <Page crumbs={[{ text: here.name, to: paths.project(here.name) }, { text: 'Datasets' }]} title={<h1>Datasets</h1>} actions={upload}>
      <div className="pad fill">
        <section className="panel fill" aria-label="Datasets" aria-busy={list.busy}>
          <div className="hd">
            <SearchBox label="Search datasets by name" value={search} onChange={setSearch} />
          </div>
          <Table
            label="Datasets"
            columns={columns}
            rows={list.rows}
            rowKey={(row) => row.id}
            loading={list.loading}
            problem={list.problem}
            onRetry={list.reload}
            onEnd={list.more}
            onOpen={(row) => void navigate(paths.dataset(here.name, row.name))}
            dense="relaxed"
            empty={
              search ? (
                <EmptyState compact title={`No dataset has ${search} in its name`} action={<Button onClick={() => setSearch('')}>Clear the search</Button>} />
              ) : (
                <NoDatasets project={here.name} action={upload} />
              )
            }
          />
        </section>
      </div>
      <UploadDialog project={here.name} open={uploading} onClose={() => setUploading(false)} onDone={(name) => void navigate(paths.dataset(here.name, name))} />
    </Page>
  )
}

const NoDatasets = ({ project, action }: { project: string; action: ReactNode }) => (
  <EmptyState title="No dataset is here yet" action={action}>
    <p>Each upload is a version with its hash, its columns and its rows; runs name the version that they used.</p>
    <Snippet
      label="Upload a dataset"
      languages={[{ name: 'curl', code: `curl -H "Authorization: Bearer $SLUICE_TOKEN" \\\n  -F "file=@readings.csv" \\\n  "${location.origin}${served.datasetUpload(project)}"` }]}
    />
  </EmptyState>
)
