import { SearchBox } from '../../ui/SearchBox.tsx'

const worthSearching = 12

/** A search in the head of a short list; only where the list is long enough to need one. */
export function ListFilter({ of, size, value, onChange }: { of: string; size: number; value: string; onChange: (value: string) => void }) {
  return size < worthSearching ? null : <SearchBox label={`Search ${of}`} value={value} onChange={onChange} />
}

export const matching = <Row extends { readonly key: string }>(rows: readonly Row[], search: string): readonly Row[] =>
  search === '' ? rows : rows.filter(({ key }) => key.toLowerCase().includes(search.toLowerCase()))
