import { Link, useNavigate, useSearchParams } from 'react-router'
import { graphql } from '../../data/gql/index.ts'
import type { ModelsPageQuery } from '../../data/gql/graphql.ts'
import { usePages } from '../../data/pages.ts'
import { paths, served } from '../../paths.ts'
import { Page } from '../../shell/Page.tsx'
import { useProject } from '../../shell/project.ts'
import { None, Time } from '../../ui/bits.tsx'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { SearchBox } from '../../ui/SearchBox.tsx'
import { Snippet } from '../../ui/Snippet.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { Aliases, stageLook } from './signs.tsx'

const document = graphql(`
  query ModelsPage($project: String!, $after: String, $filter: String) {
    project(name: $project) {
      id
      registeredModels(first: 50, after: $after, filter: $filter) {
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
          aliases {
            alias
            version
          }
          latestVersions {
            id
            projectId
            version
            stage
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

type Row = NonNullable<NonNullable<ModelsPageQuery['project']>['registeredModels']>['nodes'][number]

const nameFilter = (search: string): string | null => (search === '' ? null : `name ILIKE '%${search.replaceAll("'", '')}%'`)

export default function ModelsPage() {
  const here = useProject()
  const navigate = useNavigate()
  const [params, setParams] = useSearchParams()
  const search = params.get('q') ?? ''
  const setSearch = (value: string): void => setParams(value ? { q: value } : {}, { replace: true })
  const list = usePages({ document, variables: { project: here.name, filter: nameFilter(search) }, select: (data) => data.project?.registeredModels, what: 'Models' })
  const columns: readonly Column<Row>[] = [
    {
      id: 'name',
      header: 'Model',
      width: '--w-wide',
      cell: ({ name }) => (
        <Link to={paths.model(here.name, name)} className="m">
          {name}
        </Link>
      ),
      hover: ({ name }) => name,
    },
    { id: 'aliases', header: 'Aliases', cell: ({ aliases }) => (aliases.length === 0 ? <None /> : <Aliases aliases={aliases} />) },
    { id: 'stages', header: 'Stages', width: '--w-wide', cell: ({ latestVersions }) => <Stages versions={latestVersions} /> },
    {
      id: 'latest',
      header: 'Newest',
      width: '--w-num',
      align: 'num',
      cell: ({ latestVersions }) => (latestVersions.length === 0 ? <None /> : `v${Math.max(...latestVersions.map(({ version }) => version))}`),
    },
    { id: 'owner', header: 'Owner', width: '--w-num', cell: ({ owner }) => (owner ? <span className="dim">{owner.username}</span> : <None word="unknown" />) },
    { id: 'updated', header: 'Last change', width: '--w-date', align: 'num', cell: ({ updatedAt }) => <Time at={updatedAt} /> },
  ]
  return (
    <Page crumbs={[{ text: here.name, to: paths.project(here.name) }, { text: 'Models' }]} title={<h1>Models</h1>}>
      <div className="pad fill">
        <section className="panel fill" aria-label="Models" aria-busy={list.busy}>
          <div className="hd">
            <SearchBox label="Search models by name" value={search} onChange={setSearch} />
          </div>
          <Table
            label="Models"
            columns={columns}
            rows={list.rows}
            rowKey={(row) => row.id}
            loading={list.loading}
            problem={list.problem}
            onRetry={list.reload}
            onEnd={list.more}
            onOpen={(row) => void navigate(paths.model(here.name, row.name))}
            dense="relaxed"
            empty={
              search ? <EmptyState compact title={`No model has ${search} in its name`} action={<Button onClick={() => setSearch('')}>Clear the search</Button>} /> : <NoModels project={here.name} />
            }
          />
        </section>
      </div>
    </Page>
  )
}

const Stages = ({ versions }: { versions: Row['latestVersions'] }) => (
  <span className="row tight">
    {versions
      .filter(({ stage }) => stage !== 'None')
      .map(({ id, version, stage }) => (
        <span key={id} className={`chip ${stageLook(stage)}`}>
          {stage} v{version}
        </span>
      ))}
  </span>
)

const NoModels = ({ project }: { project: string }) => (
  <EmptyState title="No model is registered yet">
    <p>A model gets a name here and a version for each run that produced it.</p>
    <Snippet
      label="Register a model"
      languages={[
        { name: 'Python', code: `import mlflow\n\nmlflow.set_tracking_uri(\n    "${served.trackingUri(location.origin, project)}")\nmlflow.register_model("runs:/<run id>/model", "first-model")` },
      ]}
    />
  </EmptyState>
)
