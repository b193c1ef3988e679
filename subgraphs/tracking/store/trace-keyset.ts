/**
 * Keyset paging over columns of which the last is unique. Missing values come last in both directions. A token carries the
 * place of the last row; MLflow's own `{"offset": N}` is understood as well.
 */
import { invalid } from '#shared/errors.ts'
import { decodeToken, encodeToken } from '#shared/paging.ts'
import type { Parameters } from '#tracking/store/search-sql.ts'

export type Row = Readonly<Record<string, unknown>>

/** One key of the order. */
export interface KeysetColumn {
  readonly render: (parameters: Parameters) => string
  readonly type: 'text' | 'bigint'
  readonly nullable: boolean
  readonly ascending: boolean
}

export interface RenderedColumn extends KeysetColumn {
  readonly sql: string
}

export const orderBySql = (order: readonly RenderedColumn[]): string =>
  order.map(({ sql, nullable, ascending }) => `${nullable ? `(${sql} IS NULL), ` : ''}${sql} ${ascending ? 'ASC' : 'DESC'}`).join(', ')

/** True for rows behind the last one of the page before; missing values come last in both directions. */
export function behindSql(order: readonly RenderedColumn[], values: readonly (string | null)[], parameters: Parameters): string {
  let behind = 'false'
  for (let i = order.length - 1; i >= 0; i--) {
    const [column, value] = [order[i], values[i]]
    if (!column || value === undefined) continue
    const { sql, ascending, nullable } = column
    if (value === null) {
      behind = `(${sql} IS NULL AND ${behind})`
      continue
    }
    const v = parameters.add(value, column.type)
    behind = `(${sql} ${ascending ? '>' : '<'} ${v} OR (${sql} = ${v} AND ${behind})${nullable ? ` OR ${sql} IS NULL` : ''})`
  }
  const [first] = order
  // The first key as a plain bound of its own: the part that an index can use.
  return first && !first.nullable && typeof values[0] === 'string' ? `${first.sql} ${first.ascending ? '>=' : '<='} ${parameters.add(values[0], first.type)} AND ${behind}` : behind
}

export type Start = { readonly kind: 'first' } | { readonly kind: 'after'; readonly values: readonly (string | null)[] } | { readonly kind: 'offset'; readonly offset: number }

export const tokenOf = (row: Row, order: readonly KeysetColumn[]): string => encodeToken({ keys: order.map((_, i) => (row[`v${i + 1}`] === null ? null : String(row[`v${i + 1}`]))) })

export function startOf(token: string | undefined, order: readonly KeysetColumn[]): Start {
  if (!token) return { kind: 'first' }
  const { offset, keys } = decodeToken(token)
  if (typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0) return { kind: 'offset', offset }
  if (Array.isArray(keys) && keys.length === order.length) {
    const values = keys.map((value: unknown, i) => placeOf(value, order[i]))
    if (values.every((value) => value !== undefined)) return { kind: 'after', values }
  }
  throw invalid(`Invalid page token, decoded value=b'${Buffer.from(token, 'base64').toString('utf8')}'`)
}

function placeOf(value: unknown, column: KeysetColumn | undefined): string | null | undefined {
  if (value === null) return column?.nullable ? null : undefined
  if (typeof value !== 'string' || value.includes('\u0000')) return undefined
  return column?.type === 'bigint' && !/^-?\d{1,19}$/.test(value) ? undefined : value
}
