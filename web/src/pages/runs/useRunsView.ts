import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { type Available, columnsFrom, columnsText, type DataColumn, orderFrom, orderText, type Order } from './columns.ts'

export type View = 'ACTIVE' | 'DELETED'
/** More selected rows than this stay out of the address. */
const mostInAddress = 50

/** The state of the runs table that a copied address carries: filter, order, columns, view, selection. */
export function useRunsView(available: Available) {
  const [params, setParams] = useSearchParams()
  const put = useCallback(
    (changes: Record<string, string | null>) =>
      setParams(
        (old) => {
          for (const [key, value] of Object.entries(changes)) {
            if (value === null || value === '') old.delete(key)
            else old.set(key, value)
          }
          return old
        },
        { replace: true },
      ),
    [setParams],
  )
  const columnParam = params.get('cols')
  const columns = useMemo(() => columnsFrom(columnParam, available), [columnParam, available])
  const view: View = params.get('view') === 'DELETED' ? 'DELETED' : 'ACTIVE'
  const orderParam = params.get('order')
  const selectedParam = params.get('sel') ?? ''
  return {
    filter: params.get('q') ?? '',
    setFilter: (filter: string) => put({ q: filter, sel: null }),
    order: useMemo(() => orderFrom(orderParam), [orderParam]),
    setOrder: useCallback((order: Order) => put({ order: orderText(order) }), [put]),
    view,
    setView: (next: View) => put({ view: next === 'ACTIVE' ? null : next, sel: null }),
    columns,
    setColumns: (next: readonly DataColumn[] | undefined) => put({ cols: next === undefined ? null : columnsText(next) || '-' }),
    selectedInAddress: useMemo(() => selectedParam.split(',').filter(Boolean), [selectedParam]),
    rememberSelected: useCallback((ids: ReadonlySet<string>) => put({ sel: ids.size > mostInAddress ? null : [...ids].join(',') }), [put]),
  }
}
