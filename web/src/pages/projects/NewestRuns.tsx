import { Link, useNavigate } from 'react-router'
import { graphql } from '../../data/gql/index.ts'
import type { NewestRunsQuery } from '../../data/gql/graphql.ts'
import { useRead } from '../../data/read.ts'
import { counted, metric } from '../../format/numbers.ts'
import { duration } from '../../format/time.ts'
import { paths } from '../../paths.ts'
import { useProject } from '../../shell/project.ts'
import { None, RunStatusSign, Time } from '../../ui/bits.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { starter } from '../runs/starter.ts'
import { type Column, Table } from '../../ui/Table.tsx'

const document = graphql(`
  query NewestRuns($project: String!) {
    project(name: $project) {
      id
      experiments(first: 10, orderBy: ["last_update_time DESC"]) {
        nodes {
          id
          projectId
          name
          runs(first: 12, orderBy: ["attributes.start_time DESC"]) {
            nodes {
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
              metrics {
                key
                value
              }
            }
            pageInfo {
              hasNextPage
            }
          }
        }
        pageInfo {
          hasNextPage
        }
      }
    }
  }
`)

type ExperimentRow = NonNullable<NonNullable<NewestRunsQuery['project']>['experiments']>['nodes'][number]
type Row = ExperimentRow['runs']['nodes'][number] & { readonly experiment: ExperimentRow }

const most = 12

/** The youngest runs of the experiments that were touched last. */
export function NewestRuns() {
  const { name } = useProject()
  const navigate = useNavigate()
  const { value, loading, busy, problem, retry } = useRead({ document, variables: { project: name }, select: (data) => data.project?.experiments, what: 'Newest runs' })
  const rows = (value?.nodes ?? [])
    .flatMap((experiment) => experiment.runs.nodes.map((run) => ({ ...run, experiment })))
    .sort((a, b) => b.startTime - a.startTime)
    .slice(0, most)
  const columns: readonly Column<Row>[] = [
    { id: 'status', header: '', width: '--w-icon', align: 'c', cell: ({ status }) => <RunStatusSign status={status} /> },
    {
      id: 'name',
      header: 'Run',
      cell: (run) => (
        <Link to={paths.run(name, run.id)} className="m">
          {run.name}
        </Link>
      ),
      hover: (run) => run.name,
    },
    {
      id: 'experiment',
      header: 'Experiment',
      width: '--w-word',
      cell: ({ experiment }) => (
        <Link to={paths.experiment(name, experiment.id)} className="dim">
          {experiment.name}
        </Link>
      ),
      hover: ({ experiment }) => experiment.name,
    },
    {
      id: 'metric',
      header: 'First metric',
      width: '--w-name',
      cell: ({ metrics: [first] }) =>
        first ? (
          <>
            <span className="muted mono">{first.key}</span> {metric(first.value)}
          </>
        ) : (
          <None />
        ),
    },
    { id: 'duration', header: 'Duration', width: '--w-num', align: 'num', cell: ({ startTime, endTime }) => (endTime ? duration(endTime - startTime) : <None word="open" />) },
    { id: 'started', header: 'Started', width: '--w-num', align: 'num', cell: ({ startTime }) => <Time at={startTime} /> },
    { id: 'by', header: 'By', width: '--w-num', cell: (run) => <span className="dim">{starter(run)}</span> },
  ]
  return (
    <Panel
      title="Newest runs"
      note={value && `across ${counted(value.nodes.length, 'experiment')}`}
      busy={busy && !loading}
      actions={
        <Link className="link sm" to={paths.experiments(name)}>
          All experiments
        </Link>
      }
    >
      <Table
        label="Newest runs"
        columns={columns}
        rows={rows}
        rowKey={(run) => run.id}
        loading={loading}
        problem={problem}
        onRetry={retry}
        dense="relaxed"
        onOpen={(run) => void navigate(paths.run(name, run.id))}
        empty={
          <EmptyState title="No runs here yet">
            <p>The lines at the right already carry the address and the project. Any MLflow client works as it is.</p>
          </EmptyState>
        }
      />
    </Panel>
  )
}
