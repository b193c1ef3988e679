/** The one table. Four states in one place: skeleton, empty, error, rows; rows beyond the window are not in the page. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type KeyboardEvent, memo, type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import type { Problem } from '../data/problem.ts'
import { Check } from './Check.tsx'
import { ErrorState } from './ErrorState.tsx'
import { groupsOf } from './groups.ts'
import { Icon } from './Icon.tsx'

export interface Column<Row> {
  readonly id: string
  readonly header: string
  /** Columns of one group share a head above their own; a line stands between groups. */
  readonly group?: string
  /** Width token of styles/measures.css; absent: takes what is left. */
  readonly width?: `--w-${string}`
  readonly align?: 'num' | 'c'
  readonly mono?: boolean
  readonly pinned?: boolean
  readonly cell: (row: Row) => ReactNode
  /** The full text on hover. */
  readonly hover?: (row: Row) => string | undefined
  /** Present: the head is a button. */
  readonly sort?: { readonly now: 'ascending' | 'descending' | 'none'; readonly toggle: () => void }
}

export interface Selection<Row> {
  readonly isSelected: (row: Row) => boolean
  readonly toggle: (row: Row) => void
  readonly all: 'all' | 'some' | 'none'
  readonly toggleAll: () => void
  readonly labelOf: (row: Row) => string
}

export interface TableProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
  readonly loading?: boolean
  readonly problem?: Problem
  readonly onRetry?: () => void
  readonly empty: ReactNode
  readonly selection?: Selection<Row>
  readonly onOpen?: (row: Row) => void
  /** Called when the end comes near; with it the table scrolls by itself and shows only what is in the window. */
  readonly onEnd?: () => void
  readonly dense?: 'regular' | 'relaxed'
}

const rowHeights = { regular: 28, relaxed: 32 }
const overscan = 8

export function Table<Row>(props: TableProps<Row>) {
  const { label, columns, rows, rowKey, loading, problem, onRetry, empty, selection, onEnd, dense = 'regular' } = props
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => rowHeights[dense], overscan, getItemKey: (i) => keyAt(rows, rowKey, i) })
  const shown = virtual.getVirtualItems()
  const latest = useRef(selection)
  latest.current = selection
  const toggle = useCallback((row: Row) => latest.current?.toggle(row), [])
  const last = shown.at(-1)?.index ?? 0
  const [focused, setFocused] = useState(0)
  // One stop of the Tab key for all rows; arrows move on from there.
  const stop = shown.some(({ index }) => index === focused) ? focused : (shown[0]?.index ?? 0)
  useEffect(() => {
    if (onEnd && rows.length > 0 && last >= rows.length - overscan) onEnd()
  }, [last, rows.length, onEnd])

  if (problem && rows.length === 0) return <ErrorState problem={problem} onRetry={onRetry} />
  if (!loading && rows.length === 0) return <>{empty}</>
  const width = columns.length + (selection ? 1 : 0)
  const before = shown[0]?.start ?? 0
  const after = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0)
  return (
    <div className={`tbox ${dense}`} ref={box}>
      <table
        className="t"
        role={selection ? 'grid' : undefined}
        aria-label={label}
        aria-rowcount={loading ? undefined : rows.length}
        aria-busy={loading || undefined}
        onKeyDown={(event) => onKey(event, props)}
        onFocus={({ target }) => target instanceof HTMLTableRowElement && setFocused(Number(target.dataset['index']))}
      >
        <colgroup>
          {selection && <col className="w-check" />}
          {columns.map((column) => (
            <col key={column.id} style={column.width ? { width: `var(${column.width})` } : undefined} />
          ))}
        </colgroup>
        <Head columns={columns} selection={selection} />
        <tbody>
          {loading && rows.length === 0 ? <SkeletonRows width={width} /> : null}
          {before > 0 && <Space height={before} width={width} />}
          {shown.map((item) => {
            const row = rows[item.index]
            return row === undefined ? null : (
              <MemoRow
                key={item.key}
                row={row}
                index={item.index}
                columns={columns}
                stop={item.index === stop}
                openable={props.onOpen !== undefined}
                select={selection && { selected: selection.isSelected(row), label: `Select ${selection.labelOf(row)}` }}
                onToggle={toggle}
              />
            )
          })}
          {after > 0 && <Space height={after} width={width} />}
        </tbody>
      </table>
      {problem && <ErrorState problem={problem} onRetry={onRetry} />}
    </div>
  )
}

const keyAt = <Row,>(rows: readonly Row[], rowKey: (row: Row) => string, index: number): string => {
  const row = rows[index]
  return row === undefined ? String(index) : rowKey(row)
}

function Head<Row>({ columns, selection }: Pick<TableProps<Row>, 'columns' | 'selection'>) {
  const groups = groupsOf(columns)
  return (
    <thead>
      {groups.some(([name]) => name !== '') && (
        <tr>
          {selection && <th className="gh first" />}
          {groups.map(([name, span], i) => (
            <th key={name || i} className={`gh ${i === 0 ? 'first' : ''}`} colSpan={span} scope="colgroup">
              {name}
            </th>
          ))}
        </tr>
      )}
      <tr>
        {selection && (
          <th className="c check" scope="col">
            <Check state={selection.all} label="Select all loaded rows" onToggle={selection.toggleAll} />
          </th>
        )}
        {columns.map((column, i) => {
          const classes = [column.align, column.mono && 'mono', column.sort && column.sort.now !== 'none' && 'sorted', starts(columns, i) && 'lb', column.pinned && 'pin'].filter(Boolean).join(' ')
          return (
            <th key={column.id} className={classes} scope="col" title={column.header} aria-sort={column.sort?.now}>
              {column.sort ? <SortButton header={column.header} sort={column.sort} /> : column.header === '' ? <span className="sr-only">{column.id}</span> : column.header}
            </th>
          )
        })}
      </tr>
    </thead>
  )
}

function SortButton({ header, sort }: { header: string; sort: NonNullable<Column<never>['sort']> }) {
  return (
    <button type="button" className="sort" onClick={sort.toggle}>
      <span className="ell">{header}</span>
      {sort.now !== 'none' && (
        <span className={sort.now}>
          <Icon name="arrowUp" size="xs" />
        </span>
      )}
    </button>
  )
}

interface RowProps<Row> {
  readonly row: Row
  readonly index: number
  readonly columns: readonly Column<Row>[]
  readonly stop: boolean
  readonly openable: boolean
  /** Absent: the table has no selection. */
  readonly select: { readonly selected: boolean; readonly label: string } | undefined
  /** Always the same function, so that rows already drawn are left alone while the table scrolls. */
  readonly onToggle: (row: Row) => void
}

function BodyRow<Row>({ row, index, columns, stop, openable, select, onToggle }: RowProps<Row>) {
  return (
    <tr aria-rowindex={index + 1} data-index={index} className={select?.selected ? 'sel' : ''} aria-selected={select?.selected} tabIndex={openable || select ? (stop ? 0 : -1) : undefined}>
      {select && (
        <td className="c check">
          <Check state={select.selected ? 'all' : 'none'} label={select.label} onToggle={() => onToggle(row)} inRow />
        </td>
      )}
      {columns.map((column, i) => (
        <td key={column.id} className={[column.align, column.mono && 'mono', starts(columns, i) && 'lb', column.pinned && 'pin'].filter(Boolean).join(' ')} title={column.hover?.(row)}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  )
}

const sameRow = <Row,>(a: RowProps<Row>, b: RowProps<Row>): boolean =>
  a.row === b.row &&
  a.index === b.index &&
  a.columns === b.columns &&
  a.stop === b.stop &&
  a.openable === b.openable &&
  a.select?.selected === b.select?.selected &&
  a.select?.label === b.select?.label &&
  a.onToggle === b.onToggle
/** memo loses the type parameter of a generic component; the signature is BodyRow's own. */
const MemoRow = memo(BodyRow, sameRow) as typeof BodyRow

/** j and k or the arrows move between rows, x selects, Enter opens. */
function onKey<Row>(event: KeyboardEvent<HTMLTableElement>, { rows, selection, onOpen }: TableProps<Row>): void {
  const { target, key, currentTarget } = event
  if (!(target instanceof HTMLTableRowElement)) return
  const index = Number(target.dataset['index'])
  const row = rows[index]
  if (row === undefined) return
  const by = key === 'j' || key === 'ArrowDown' ? 1 : key === 'k' || key === 'ArrowUp' ? -1 : 0
  if (by !== 0) currentTarget.querySelector<HTMLElement>(`tr[data-index="${index + by}"]`)?.focus()
  else if (selection && (key === 'x' || key === ' ')) selection.toggle(row)
  else if (onOpen && key === 'Enter') onOpen(row)
  else return
  event.preventDefault()
}

const Space = ({ height, width }: { height: number; width: number }) => {
  const style: CSSProperties = { height }
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: the row is empty space and takes no focus
    <tr aria-hidden="true" className="space">
      <td colSpan={width} style={style} />
    </tr>
  )
}

const SkeletonRows = ({ width }: { width: number }) => (
  <>
    {[...Array(8).keys()].map((i) => (
      <tr key={i} className="skrow">
        <td colSpan={width}>
          <span className={`sk w${i % 4}`} />
        </td>
      </tr>
    ))}
  </>
)

const starts = (columns: readonly { readonly group?: string }[], i: number): boolean => i > 0 && (columns[i]?.group ?? '') !== (columns[i - 1]?.group ?? '')
