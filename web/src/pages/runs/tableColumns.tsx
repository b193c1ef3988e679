import { Link } from 'react-router'
import { decimalsFor, isOdd, metric } from '../../format/numbers.ts'
import { duration } from '../../format/time.ts'
import { paths } from '../../paths.ts'
import { None, RunStatusSign, Time } from '../../ui/bits.tsx'
import type { Column } from '../../ui/Table.tsx'
import { attributes, columnId, type DataColumn, nextOrder, type Order } from './columns.ts'
import { starter } from './starter.ts'
import type { RunRow } from './RunsTable.tsx'

const groups = { metric: 'Metrics', param: 'Params', tag: 'Tags' } as const

/** The columns of the runs table: the run itself, then metrics, params and tags as chosen. */
export function tableColumns({
  project,
  data,
  rows,
  order,
  onOrder,
}: {
  project: string
  data: readonly DataColumn[]
  rows: readonly RunRow[]
  order: Order
  onOrder: (order: Order) => void
}): Column<RunRow>[] {
  const sortOf = (id: string): Column<RunRow>['sort'] => ({ now: order.column === id ? (order.descending ? 'descending' : 'ascending') : 'none', toggle: () => onOrder(nextOrder(order, id)) })
  const own: Column<RunRow>[] = [
    { id: 'status', header: '', group: 'Run', width: '--w-icon', align: 'c', pinned: true, cell: ({ status }) => <RunStatusSign status={status} /> },
    {
      id: 'name',
      header: 'Name',
      group: 'Run',
      width: '--w-name',
      pinned: true,
      cell: ({ id, name }) => (
        <Link to={paths.run(project, id)} className="m" tabIndex={-1}>
          {name}
        </Link>
      ),
      hover: ({ name }) => name,
    },
    { id: 'started', header: 'Started', group: 'Run', width: '--w-date', align: 'num', cell: ({ startTime }) => <Time at={startTime} /> },
    { id: 'duration', header: 'Duration', group: 'Run', width: '--w-num', align: 'num', cell: ({ startTime, endTime }) => (endTime ? duration(endTime - startTime) : <None word="open" />) },
    { id: 'by', header: 'By', group: 'Run', width: '--w-num', cell: (run) => <span className="dim">{starter(run)}</span>, hover: starter },
  ]
  return [
    ...own.map((column) => (column.id in attributes && column.id !== 'status' ? { ...column, sort: sortOf(column.id) } : column)),
    ...data.map((column) => ({ ...dataColumn(column, rows), sort: sortOf(columnId(column)) })),
  ]
}

function dataColumn(column: DataColumn, rows: readonly RunRow[]): Column<RunRow> {
  const base = { id: columnId(column), header: column.key, group: groups[column.kind], width: '--w-data' } as const
  if (column.kind === 'metric') {
    const of = (run: RunRow) => run.metrics.find(({ key }) => key === column.key)
    const decimals = decimalsFor(rows.flatMap((run) => of(run)?.value ?? []))
    return {
      ...base,
      align: 'num',
      cell: (run) => {
        const value = of(run)?.value
        return value === undefined ? <None /> : <span className={isOdd(value) ? 'warn' : ''}>{metric(value, decimals)}</span>
      },
      hover: (run) => {
        const one = of(run)
        return one && `${one.value} at step ${one.step}; min ${one.min ?? 'none'}, max ${one.max ?? 'none'}`
      },
    }
  }
  const of = (run: RunRow): string | undefined => (column.kind === 'param' ? run.params : run.tags).find(({ key }) => key === column.key)?.value
  const numeric = rows.every((run) => isNumber(of(run)))
  return { ...base, align: numeric ? 'num' : undefined, cell: (run) => of(run) ?? <None />, hover: of }
}

const isNumber = (text: string | undefined): boolean => text === undefined || (text.trim() !== '' && Number.isFinite(Number(text)))
