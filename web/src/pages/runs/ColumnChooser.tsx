import { Popover } from 'radix-ui'
import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { CheckItem } from '../../ui/Check.tsx'
import { allColumns, type Available, columnId, type ColumnKind, type DataColumn, isOwnTag, toggled } from './columns.ts'

const heads: readonly (readonly [ColumnKind, string])[] = [
  ['metric', 'Metrics'],
  ['param', 'Params'],
  ['tag', 'Tags'],
]

/** Shows and hides metrics, params and tags. */
export function ColumnChooser({ available, chosen, onChange }: { available: Available; chosen: readonly DataColumn[]; onChange: (columns: readonly DataColumn[] | undefined) => void }) {
  const [search, setSearch] = useState('')
  const shown = new Set(chosen.map(columnId))
  const all = allColumns(available).filter(({ key }) => key.toLowerCase().includes(search.toLowerCase()))
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button icon="columns">
          Columns <span className="n">{chosen.length}</span>
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu pop chooser" align="end" sideOffset={4} collisionPadding={8} aria-label="Columns">
          <div className="chooser-head">
            <input className="plain" type="search" aria-label="Search columns" placeholder="Search columns" value={search} onChange={(event) => setSearch(event.target.value)} />
            <Button small kind="ghost" onClick={() => onChange(undefined)}>
              Reset
            </Button>
          </div>
          <div className="mscroll">
            {all.length === 0 && <div className="mh">{search ? `No column has ${search} in its name.` : 'Runs of this experiment have no metrics, params or tags yet.'}</div>}
            {heads.map(([kind, head]) => {
              const columns = all.filter((column) => column.kind === kind && (kind !== 'tag' || search !== '' || isOwnTag(column.key) || shown.has(columnId(column))))
              return columns.length === 0 ? null : (
                <div key={kind} role="group" aria-label={head}>
                  <div className="mh">{head}</div>
                  {columns.map((column) => (
                    <CheckItem key={columnId(column)} on={shown.has(columnId(column))} label={`${head}: ${column.key}`} onToggle={() => onChange(toggled(chosen, column))}>
                      <span className="mono ell">{column.key}</span>
                    </CheckItem>
                  ))}
                </div>
              )
            })}
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
