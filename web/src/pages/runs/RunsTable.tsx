import { useEffect, useMemo, useState } from 'react'
import { Link, useNavigate, useOutletContext } from 'react-router'
import { graphql, readFragment } from '../../data/gql/index.ts'
import type { RunsPageQuery, RunsTable_RunFragment } from '../../data/gql/graphql.ts'
import { usePages } from '../../data/pages.ts'
import type { SessionUser } from '../../data/session.ts'
import { counted, whole } from '../../format/numbers.ts'
import { paths } from '../../paths.ts'
import { useProject } from '../../shell/project.ts'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Segments } from '../../ui/Segments.tsx'
import { Snippet } from '../../ui/Snippet.tsx'
import { Table } from '../../ui/Table.tsx'
import { firstRun } from '../projects/snippets.ts'
import { ColumnChooser } from './ColumnChooser.tsx'
import { orderClause } from './columns.ts'
import { FilterBar } from './FilterBar.tsx'
import { tableColumns } from './tableColumns.tsx'
import { SelectionBar } from './SelectionBar.tsx'
import { useRunsView } from './useRunsView.ts'

const runFragment = graphql(`
  fragment RunsTable_Run on Run {
    id
    projectId
    name
    status
    startTime
    endTime
    userName
    owner {
      id
      username
    }
    params {
      key
      value
    }
    metrics(keys: $metrics) {
      key
      value
      step
      min
      max
    }
    tags {
      key
      value
    }
  }
`)

const document = graphql(`
  query RunsTable($project: String!, $experiment: ID!, $after: String, $filter: String, $orderBy: [String!], $view: LifecycleView!, $metrics: [String!]) {
    project(name: $project) {
      id
      experiment(id: $experiment) {
        id
        projectId
        runs(first: 100, after: $after, filter: $filter, orderBy: $orderBy, view: $view) {
          nodes {
            id
            projectId
            ...RunsTable_Run
          }
          pageInfo {
            endCursor
            hasNextPage
          }
        }
      }
    }
  }
`)

export type RunRow = RunsTable_RunFragment
type Experiment = NonNullable<NonNullable<RunsPageQuery['project']>['experiment']>

const views = [
  ['ACTIVE', 'Active'],
  ['DELETED', 'Trash'],
] as const

export function RunsTable({ experiment, onChanged }: { experiment: Experiment; onChanged: () => void }) {
  const here = useProject()
  const user = useOutletContext<SessionUser>()
  const navigate = useNavigate()
  const view = useRunsView(experiment.columns)
  const [selected, setSelected] = useState<ReadonlySet<string>>(() => new Set(view.selectedInAddress))
  const metrics = view.columns.filter(({ kind }) => kind === 'metric').map(({ key }) => key)
  const list = usePages({
    document,
    variables: { project: here.name, experiment: experiment.id, filter: view.filter || null, orderBy: [orderClause(view.order)], view: view.view, metrics },
    select: (data) => {
      const page = data.project?.experiment?.runs
      return page && { nodes: readFragment(runFragment, page.nodes), pageInfo: page.pageInfo }
    },
    what: 'Runs',
  })
  const { rememberSelected } = view
  useEffect(() => rememberSelected(selected), [selected, rememberSelected])

  const { columns: data, order, setOrder } = view
  const columns = useMemo(() => tableColumns({ project: here.name, data, rows: list.rows, order, onOrder: setOrder }), [here.name, data, list.rows, order, setOrder])
  const filterProblem = list.problem?.kind === 'invalid' ? list.problem : undefined
  const change = (next: ReadonlySet<string>): void => setSelected(next)
  const refresh = (): void => {
    setSelected(new Set())
    list.reload()
    onChanged()
  }
  return (
    <div className="rt">
      <div className="bar">
        <Segments label="Which runs" options={views} value={view.view} onChange={view.setView} small={false} />
        <span className="sm dim" role="status">
          {list.loading ? 'Reading runs' : sizeWords(list.rows.length, list.hasMore, view.filter === '' && view.view === 'ACTIVE' ? experiment.runCount : undefined)}
        </span>
        <span className="grow" />
        <ColumnChooser available={experiment.columns} chosen={view.columns} onChange={view.setColumns} />
        <Button icon="retry" aria-label="Refresh runs" onClick={list.reload} />
      </div>
      <FilterBar value={view.filter} onChange={view.setFilter} problem={filterProblem} />
      <div className="tw" aria-busy={list.busy}>
        {list.busy && !list.loading && <span className="busy" aria-hidden="true" />}
        <Table
          label="Runs"
          columns={columns}
          rows={list.rows}
          rowKey={(run) => run.id}
          loading={list.loading}
          problem={filterProblem ? undefined : list.problem}
          onRetry={list.reload}
          onEnd={list.more}
          onOpen={(run) => void navigate(paths.run(here.name, run.id))}
          selection={{
            isSelected: (run) => selected.has(run.id),
            toggle: (run) => change(flipped(selected, run.id)),
            all: selected.size === 0 ? 'none' : list.rows.every((run) => selected.has(run.id)) ? 'all' : 'some',
            toggleAll: () => change(selected.size > 0 ? new Set() : new Set(list.rows.map((run) => run.id))),
            labelOf: (run) => run.name,
          }}
          empty={
            <NoRuns project={here.name} experiment={experiment.name} filter={view.filter} refused={filterProblem !== undefined} trash={view.view === 'DELETED'} onClear={() => view.setFilter('')} />
          }
        />
        <SelectionBar project={here} user={user} runs={list.rows.filter((run) => selected.has(run.id))} trash={view.view === 'DELETED'} onClear={() => change(new Set())} onDone={refresh} />
      </div>
    </div>
  )
}

/** How much of the answer is on the screen; the total is known for the whole experiment only. */
function sizeWords(loaded: number, hasMore: boolean, total: number | string | undefined): string {
  if (!hasMore) return counted(loaded, 'run')
  return total === undefined ? `First ${counted(loaded, 'run')}` : `${whole(loaded)} of ${counted(total, 'run')}`
}

function flipped(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set)
  if (!next.delete(id)) next.add(id)
  return next
}

function NoRuns({ project, experiment, filter, refused, trash, onClear }: { project: string; experiment: string; filter: string; refused: boolean; trash: boolean; onClear: () => void }) {
  const clear = <Button onClick={onClear}>Clear the filter</Button>
  if (refused) return <EmptyState compact title="The filter could not be read" action={clear} />
  if (filter) {
    return (
      <EmptyState compact title="No runs match" action={clear}>
        <p className="mono">{filter}</p>
      </EmptyState>
    )
  }
  if (trash) return <EmptyState compact title="The trash is empty" />
  return (
    <EmptyState title="No runs here yet">
      <p>Any MLflow client works as it is; these lines already carry the address, the project and the experiment.</p>
      <Snippet
        label="First run"
        languages={firstRun(location.origin, project, experiment)}
        footer={
          <span className="row sm">
            <Icon name="token" size="s" />
            Needs a token that may log runs in {project}.{' '}
            <Link className="link" to={paths.project(project)}>
              Overview
            </Link>
          </span>
        }
      />
    </EmptyState>
  )
}
