/** Which columns the runs table shows and in which order, as text for the address. Pure. */

export type ColumnKind = 'metric' | 'param' | 'tag'

/** A column of a run's own data, e.g. metric val_loss. Its id is `m:val_loss`. */
export interface DataColumn {
  readonly kind: ColumnKind
  readonly key: string
}

export interface Available {
  readonly metrics: readonly string[]
  readonly params: readonly string[]
  readonly tags: readonly string[]
}

export interface Order {
  /** `m:`, `p:` or `t:` with a key, or one of `attributes`. */
  readonly column: string
  readonly descending: boolean
}

const prefixes = { metric: 'm', param: 'p', tag: 't' } as const
const kinds = new Map<string, ColumnKind>([
  ['m', 'metric'],
  ['p', 'param'],
  ['t', 'tag'],
])

/** Sortable facts of the run itself, with MLflow's names. */
export const attributes: Readonly<Record<string, string>> = { name: 'attributes.run_name', status: 'attributes.status', started: 'attributes.start_time', by: 'attributes.user_id' }

export const columnId = ({ kind, key }: DataColumn): string => `${prefixes[kind]}:${key}`

export function columnOf(id: string): DataColumn | undefined {
  const kind = kinds.get(id.slice(0, 1))
  return kind && id[1] === ':' && id.length > 2 ? { kind, key: id.slice(2) } : undefined
}

/** MLflow's own tags are for machines; they can still be chosen. */
export const isOwnTag = (key: string): boolean => !key.startsWith('mlflow.')

const first = { metrics: 5, params: 6 }

/** What a person sees before choosing: the first metrics and params by name, no tags. */
export function defaultColumns(available: Available): DataColumn[] {
  return [...available.metrics.slice(0, first.metrics).map((key) => ({ kind: 'metric', key }) as const), ...available.params.slice(0, first.params).map((key) => ({ kind: 'param', key }) as const)]
}

/** All of them, grouped as the table groups them. */
export function allColumns({ metrics, params, tags }: Available): DataColumn[] {
  return [...metrics.map((key) => ({ kind: 'metric', key }) as const), ...params.map((key) => ({ kind: 'param', key }) as const), ...tags.map((key) => ({ kind: 'tag', key }) as const)]
}

const rankOf: Readonly<Record<ColumnKind, number>> = { metric: 0, param: 1, tag: 2 }

/** From the address; null means that nobody chose. Groups stay together whatever the address says. */
export function columnsFrom(text: string | null, available: Available): DataColumn[] {
  if (text === null) return defaultColumns(available)
  const chosen = text.split(',').flatMap((part) => columnOf(safeDecode(part)) ?? [])
  return chosen.sort((a, b) => rankOf[a.kind] - rankOf[b.kind])
}

export const columnsText = (columns: readonly DataColumn[]): string => columns.map((column) => encodeURIComponent(columnId(column))).join(',')

export function toggled(columns: readonly DataColumn[], column: DataColumn): DataColumn[] {
  const id = columnId(column)
  return columns.some((one) => columnId(one) === id) ? columns.filter((one) => columnId(one) !== id) : [...columns, column]
}

/** `started.desc`; a key may hold dots. */
export function orderFrom(text: string | null): Order {
  const match = /^(.+)\.(asc|desc)$/.exec(text ?? '')
  const column = match?.[1]
  return column && (column in attributes || columnOf(column)) ? { column, descending: match[2] === 'desc' } : { column: 'started', descending: true }
}

export const orderText = ({ column, descending }: Order): string => `${column}.${descending ? 'desc' : 'asc'}`

/** The next order when a head is pressed: metrics and times begin with the largest, words with the first letter. */
export function nextOrder(now: Order, column: string): Order {
  if (now.column === column) return { column, descending: !now.descending }
  return { column, descending: column === 'started' || columnOf(column)?.kind === 'metric' }
}

/** MLflow's order_by clause. Backticks quote the key; MLflow has no escape for a backtick in it. */
export function orderClause({ column, descending }: Order): string {
  const data = columnOf(column)
  const field = data ? `${data.kind === 'metric' ? 'metrics' : data.kind === 'param' ? 'params' : 'tags'}.\`${data.key}\`` : (attributes[column] ?? 'attributes.start_time')
  return `${field} ${descending ? 'DESC' : 'ASC'}`
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
