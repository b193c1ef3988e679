import { type FragmentType, graphql, readFragment } from '../../data/gql/index.ts'
import type { DatasetColumns_DatasetVersionFragment } from '../../data/gql/graphql.ts'
import { Icon } from '../../ui/Icon.tsx'
import type { IconName } from '../../ui/icons.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { type Column, Table } from '../../ui/Table.tsx'

export const datasetColumns = graphql(`
  fragment DatasetColumns_DatasetVersion on DatasetVersion {
    id
    projectId
    columns {
      name
      type
      nullable
    }
  }
`)

type Row = DatasetColumns_DatasetVersionFragment['columns'][number]

const columns: readonly Column<Row>[] = [
  { id: 'icon', header: '', width: '--w-icon', align: 'c', cell: ({ type }) => <Icon name={iconOf(type)} size="s" /> },
  { id: 'name', header: 'Name', mono: true, cell: ({ name }) => <span className="m">{name}</span>, hover: ({ name }) => name },
  { id: 'type', header: 'Type', mono: true, width: '--w-name', cell: ({ type }) => <span className="dim">{type.toLowerCase()}</span>, hover: ({ type }) => type },
  { id: 'nullable', header: 'Missing values', width: '--w-word', cell: ({ nullable }) => (nullable ? 'has some' : <span className="muted">none</span>) },
]

export function DatasetColumns({ version }: { version: FragmentType<typeof datasetColumns> }) {
  const { columns: rows } = readFragment(datasetColumns, version)
  return (
    <Panel title="Columns" note={rows.length} className="list">
      <Table label="Columns" columns={columns} rows={rows} rowKey={({ name }) => name} empty={<p className="pad sm muted">The file names no columns.</p>} />
    </Panel>
  )
}

function iconOf(type: string): IconName {
  if (/INT|DOUBLE|FLOAT|DECIMAL|REAL|HUGE/i.test(type)) return 'hash'
  if (/BOOL/i.test(type)) return 'toggle'
  return /DATE|TIME/i.test(type) ? 'clock' : 'text'
}
