import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { graphql } from '../../data/gql/index.ts'
import type { ExperimentsPageQuery } from '../../data/gql/graphql.ts'
import { usePages } from '../../data/pages.ts'
import { whole } from '../../format/numbers.ts'
import { paths } from '../../paths.ts'
import { Page } from '../../shell/Page.tsx'
import { missingRight, useProject } from '../../shell/project.ts'
import { Time } from '../../ui/bits.tsx'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { SearchBox } from '../../ui/SearchBox.tsx'
import { Segments } from '../../ui/Segments.tsx'
import { Snippet } from '../../ui/Snippet.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { firstRun } from '../projects/snippets.ts'
import { NewExperiment } from './NewExperiment.tsx'

const document = graphql(`
  query ExperimentsPage($project: String!, $after: String, $filter: String, $view: LifecycleView!) {
    project(name: $project) {
      id
      experiments(first: 50, after: $after, filter: $filter, orderBy: ["last_update_time DESC"], view: $view) {
        nodes {
          id
          projectId
          name
          createdAt
          updatedAt
          lifecycleStage
          runCount
          tags {
            key
            value
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

type Row = NonNullable<NonNullable<ExperimentsPageQuery['project']>['experiments']>['nodes'][number]

const views = [
  ['ACTIVE', 'Active'],
  ['DELETED', 'Trash'],
] as const

/** A name filter in MLflow's grammar, which has no escape for a quote inside a string. */
const nameFilter = (search: string): string | null => (search === '' ? null : `name ILIKE '%${search.replaceAll("'", '')}%'`)

export default function ExperimentsPage() {
  const here = useProject()
  const navigate = useNavigate()
  const [params, setParams] = useSearchParams()
  const [creating, setCreating] = useState(false)
  const search = params.get('q') ?? ''
  const view = params.get('view') === 'DELETED' ? 'DELETED' : 'ACTIVE'
  const list = usePages({ document, variables: { project: here.name, filter: nameFilter(search), view }, select: (data) => data.project?.experiments, what: 'Experiments' })
  const put = (key: string, value: string): void =>
    setParams(
      (old) => {
        if (value) old.set(key, value)
        else old.delete(key)
        return old
      },
      { replace: true },
    )
  const columns: readonly Column<Row>[] = [
    {
      id: 'name',
      header: 'Experiment',
      cell: ({ id, name }) => (
        <Link to={paths.experiment(here.name, id)} className="m">
          {name}
        </Link>
      ),
      hover: ({ name }) => name,
    },
    { id: 'tags', header: 'Tags', width: '--w-name', cell: ({ tags }) => <Tags tags={tags} /> },
    { id: 'runs', header: 'Runs', width: '--w-num', align: 'num', cell: ({ runCount }) => whole(runCount) },
    { id: 'updated', header: 'Last change', width: '--w-date', align: 'num', cell: ({ updatedAt }) => <Time at={updatedAt} /> },
    { id: 'created', header: 'Created', width: '--w-date', align: 'num', cell: ({ createdAt }) => <Time at={createdAt} /> },
  ]
  const untouched = search === '' && view === 'ACTIVE'
  return (
    <Page
      crumbs={[{ text: here.name, to: paths.project(here.name) }, { text: 'Experiments' }]}
      title={<h1>Experiments</h1>}
      actions={
        <Button icon="plus" onClick={() => setCreating(true)} disabledReason={missingRight(here, 'tracking.experiment.create')}>
          New experiment
        </Button>
      }
    >
      <div className="pad fill">
        <section className="panel fill" aria-label="Experiments" aria-busy={list.busy}>
          <div className="hd">
            <SearchBox label="Search experiments by name" value={search} onChange={(value) => put('q', value)} />
            <span className="r">
              <Segments label="Which experiments" options={views} value={view} onChange={(value) => put('view', value === 'ACTIVE' ? '' : value)} />
            </span>
          </div>
          <Table
            label="Experiments"
            columns={columns}
            rows={list.rows}
            rowKey={(row) => row.id}
            loading={list.loading}
            problem={list.problem}
            onRetry={list.reload}
            onEnd={list.more}
            onOpen={(row) => void navigate(paths.experiment(here.name, row.id))}
            dense="relaxed"
            empty={untouched ? <NoExperiments project={here.name} /> : <Nothing search={search} onClear={() => put('q', '')} />}
          />
        </section>
      </div>
      <NewExperiment project={here.name} open={creating} onClose={() => setCreating(false)} onDone={(id) => void navigate(paths.experiment(here.name, id))} />
    </Page>
  )
}

const shownTags = 3

function Tags({ tags }: { tags: Row['tags'] }) {
  const own = tags.filter(({ key }) => !key.startsWith('mlflow.'))
  return (
    <span className="row tight">
      {own.slice(0, shownTags).map(({ key, value }) => (
        <span key={key} className="chip" title={`${key}: ${value}`}>
          {value || key}
        </span>
      ))}
      {own.length > shownTags && <span className="muted">{own.length - shownTags} more</span>}
    </span>
  )
}

const Nothing = ({ search, onClear }: { search: string; onClear: () => void }) =>
  search ? <EmptyState compact title={`No experiment has ${search} in its name`} action={<Button onClick={onClear}>Clear the search</Button>} /> : <EmptyState compact title="The trash is empty" />

const NoExperiments = ({ project }: { project: string }) => (
  <EmptyState title="No runs here yet">
    <p>An experiment appears with its first run. Any MLflow client works as it is; these lines already carry the address and the project.</p>
    <Snippet
      label="First run"
      languages={firstRun(location.origin, project)}
      footer={
        <span className="row sm">
          <Icon name="token" size="s" />
          Needs a token that may log runs in {project}.
        </span>
      }
    />
  </EmptyState>
)
