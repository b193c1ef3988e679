/**
 * Keyset paging over any order: columns v1, v2, … of a relation and its unique `pos` (always descending). Values come
 * first, then NaN, then what is missing, whatever the direction. A token carries the last row's place; MLflow's own
 * `{"offset": N}` is understood as well.
 */
import { invalid } from '#shared/errors.ts'
import { decodeToken, encodeToken } from '#shared/paging.ts'
import type { OrderColumn, Parameters } from '#tracking/store/search-sql.ts'

/** The value of one column of a row: 0 a value, 1 NaN, 2 missing. */
export type Place = readonly [0, string] | readonly [1] | readonly [2]
export interface Cursor {
  readonly places: readonly Place[]
  readonly pos: string
}
export type Start = { readonly kind: 'first' } | { readonly kind: 'after'; readonly cursor: Cursor } | { readonly kind: 'offset'; readonly offset: number }

type Column = Pick<OrderColumn, 'type' | 'ascending'>

const rankSql = (value: string, { type }: Column): string =>
  type === 'float8' ? `CASE WHEN ${value} IS NULL THEN 2 WHEN ${value} = 'NaN' THEN 1 ELSE 0 END` : `CASE WHEN ${value} IS NULL THEN 2 ELSE 0 END`
const collated = (value: string, { type }: Column): string => (type === 'text' ? `${value} COLLATE "C"` : value)

export const orderBySql = (alias: string, columns: readonly Column[]): string =>
  [...columns.map((c, i) => `${rankSql(`${alias}.v${i + 1}`, c)}, ${collated(`${alias}.v${i + 1}`, c)} ${c.ascending ? 'ASC' : 'DESC'}`), `${alias}.pos DESC`].join(', ')

/** True for rows behind the cursor. */
export function behindSql(alias: string, columns: readonly Column[], cursor: Cursor, parameters: Parameters): string {
  const pos = parameters.add(cursor.pos, 'bigint')
  let behind = `${alias}.pos < ${pos}`
  for (let i = columns.length - 1; i >= 0; i--) {
    const column = columns[i]
    const place = cursor.places[i]
    if (!column || !place) continue
    const value = `${alias}.v${i + 1}`
    const rank = rankSql(value, column)
    if (place[0] !== 0) {
      behind = `(${rank} > ${place[0]} OR (${rank} = ${place[0]} AND ${behind}))`
      continue
    }
    const v = parameters.add(place[1], column.type)
    behind = `(${rank} > 0 OR (${rank} = 0 AND (${collated(value, column)} ${column.ascending ? '>' : '<'} ${v} OR (${value} = ${v} AND ${behind}))))`
  }
  return behind
}

export function tokenOf(row: Readonly<Record<string, unknown>>, columns: readonly Column[]): string {
  const places = columns.map((_, i): Place => {
    const value = row[`v${i + 1}`]
    if (value === null || value === undefined) return [2]
    return typeof value === 'number' && Number.isNaN(value) ? [1] : [0, String(value)]
  })
  return encodeToken({ after: places, pos: String(row['pos']) })
}

export function startOf(token: string | undefined, columns: readonly Column[]): Start {
  if (!token) return { kind: 'first' }
  const { offset, after, pos } = decodeToken(token)
  if (typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0) return { kind: 'offset', offset }
  if (Array.isArray(after) && after.length === columns.length && typeof pos === 'string' && /^-?\d{1,19}$/.test(pos)) {
    const places = after.map((place, i) => placeOf(place, columns[i]))
    if (places.every((place) => place !== undefined)) return { kind: 'after', cursor: { places, pos } }
  }
  throw invalid(`Invalid page token, decoded value=b'${Buffer.from(token, 'base64').toString('utf8')}'`)
}

const numeric = /^(?:-?(?:\d+(?:\.\d*)?(?:e[-+]?\d+)?|Infinity))$/i
function placeOf(place: unknown, column: Column | undefined): Place | undefined {
  if (!Array.isArray(place) || !column) return undefined
  const [rank, value]: unknown[] = place
  if (rank === 2) return [2]
  if (rank === 1 && column.type === 'float8') return [1]
  if (rank !== 0 || typeof value !== 'string') return undefined
  if (column.type === 'bigint' && !/^-?\d{1,19}$/.test(value)) return undefined
  if (column.type === 'float8' && !numeric.test(value)) return undefined
  return value.includes('\u0000') ? undefined : [0, value]
}
