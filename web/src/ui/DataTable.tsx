import { type Column, Table } from './Table.tsx'
import { None } from './bits.tsx'

export interface DataColumn {
  readonly name: string
  readonly type?: string
}

interface Row {
  readonly index: number
  readonly cells: readonly unknown[]
}

/** Rows of somebody's data, as they are: mono, numbers to the right, null as the word. */
export function DataTable({ label, columns, rows }: { label: string; columns: readonly DataColumn[]; rows: readonly (readonly unknown[])[] }) {
  const shown: Column<Row>[] = columns.map(({ name, type }, at) => ({
    id: `${at}:${name}`,
    header: name,
    mono: true,
    width: widthOf(rows, at, name),
    align: isNumeric(rows, at) ? 'num' : undefined,
    cell: ({ cells }) => (cells[at] === null || cells[at] === undefined ? <None word="null" /> : textOf(cells[at])),
    hover: ({ cells }) => (cells[at] === null || cells[at] === undefined ? undefined : `${type ? `${type}: ` : ''}${textOf(cells[at])}`),
  }))
  return <Table label={label} columns={shown} rows={rows.map((cells, index) => ({ cells, index }))} rowKey={({ index }) => String(index)} empty={<p className="pad sm muted">No rows.</p>} />
}

const textOf = (cell: unknown): string => (typeof cell === 'string' ? cell : JSON.stringify(cell))

const commonLength = 15
/** Timestamps and names need more room than numbers; the longest decides, up to one wide column. */
const widthOf = (rows: readonly (readonly unknown[])[], at: number, name: string): '--w-cell' | '--w-name' =>
  rows.some((cells) => textOf(cells[at] ?? '').length > commonLength) || name.length > commonLength ? '--w-name' : '--w-cell'

const isNumeric = (rows: readonly (readonly unknown[])[], at: number): boolean =>
  rows.every((cells) => {
    const cell = cells[at]
    return cell === null || cell === undefined || typeof cell === 'number' || (typeof cell === 'string' && cell.trim() !== '' && Number.isFinite(Number(cell)))
  })
