import { useState } from 'react'
import { Panel } from '../../ui/Panel.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { ListFilter, matching } from './ListFilter.tsx'

interface Row {
  readonly key: string
  readonly value: string
}

const columns: readonly Column<Row>[] = [
  { id: 'key', header: 'Name', mono: true, cell: ({ key }) => <span className="dim">{key}</span>, hover: ({ key }) => key },
  { id: 'value', header: 'Value', mono: true, align: 'num', cell: ({ value }) => value, hover: ({ value }) => value },
]

/** Params or tags: names and words, as a machine reads them. */
export function WordsPanel({ title, rows, empty }: { title: string; rows: readonly Row[]; empty: string }) {
  const [search, setSearch] = useState('')
  const actions = (
    <>
      <ListFilter of={title.toLowerCase()} size={rows.length} value={search} onChange={setSearch} />
      {rows.length > 0 && <CopyButton text={JSON.stringify(Object.fromEntries(rows.map(({ key, value }) => [key, value])), null, 2)} label={`Copy ${title.toLowerCase()} as JSON`} />}
    </>
  )
  return (
    <Panel title={title} note={rows.length} className="list" actions={actions}>
      <Table label={title} columns={columns} rows={matching(rows, search)} rowKey={({ key }) => key} empty={<p className="pad sm muted">{search ? `Nothing has ${search} in its name.` : empty}</p>} />
    </Panel>
  )
}
