import { useState } from 'react'
import { type FragmentType, graphql, readFragment } from '../../data/gql/index.ts'
import type { RunMetrics_RunFragment } from '../../data/gql/graphql.ts'
import { isOdd, type Measured, metric, whole } from '../../format/numbers.ts'
import { None } from '../../ui/bits.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { ListFilter, matching } from './ListFilter.tsx'

export const runMetrics = graphql(`
  fragment RunMetrics_Run on Run {
    id
    projectId
    metrics {
      key
      value
      step
      timestamp
      min
      max
      count
    }
  }
`)

type Row = RunMetrics_RunFragment['metrics'][number]

const number = (value: Measured | null | undefined) => (value === null || value === undefined ? <None /> : <span className={isOdd(value) ? 'warn' : ''}>{short(value)}</span>)

/** A small value keeps to the width of its column; all its digits are on hover. */
const short = (value: Measured): string => (typeof value === 'number' && Math.abs(value) >= 1e-4 && Math.abs(value) < 0.1 ? metric(value, 5) : metric(value))

const columns: readonly Column<Row>[] = [
  { id: 'key', header: 'Name', mono: true, cell: ({ key }) => key, hover: ({ key }) => key },
  {
    id: 'value',
    header: 'Last',
    width: '--w-metric',
    align: 'num',
    cell: ({ value }) => <b className="m">{number(value)}</b>,
    hover: ({ value, step, count }) => `${value} at step ${whole(step)}, ${whole(count)} points`,
  },
  { id: 'min', header: 'Min', width: '--w-metric', align: 'num', cell: ({ min }) => number(min), hover: ({ min }) => (min === null ? undefined : String(min)) },
  { id: 'max', header: 'Max', width: '--w-metric', align: 'num', cell: ({ max }) => number(max), hover: ({ max }) => (max === null ? undefined : String(max)) },
]

export function RunMetrics({ run }: { run: FragmentType<typeof runMetrics> }) {
  const { metrics } = readFragment(runMetrics, run)
  const [search, setSearch] = useState('')
  return (
    <Panel title="Metrics" note={metrics.length} className="list" actions={<ListFilter of="metrics" size={metrics.length} value={search} onChange={setSearch} />}>
      <Table
        label="Metrics"
        columns={columns}
        rows={matching(metrics, search)}
        rowKey={({ key }) => key}
        empty={<p className="pad sm muted">{search ? `No metric has ${search} in its name.` : 'No metrics were logged.'}</p>}
      />
    </Panel>
  )
}
