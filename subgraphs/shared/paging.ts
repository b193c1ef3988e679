/**
 * Pages. One opaque token for both surfaces: base64 of a JSON object. GraphQL calls it a cursor, MLflow a page_token.
 * MLflow's own token is `{"offset": N}` (mlflow/utils/search_utils.py, SearchUtils.create_page_token); messages are its.
 */
import { invalid } from '#shared/errors.ts'

export interface Page<T> {
  readonly items: readonly T[]
  /** Absent on the last page. */
  readonly nextToken?: string
}

export const encodeToken = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64')
export const encodeOffset = (offset: number): string => Buffer.from(`{"offset": ${offset}}`).toString('base64')

export function decodeToken(token: string): Record<string, unknown> {
  // As Python's base64.b64decode: what is not of the alphabet is passed over, then the padding must be right.
  const digits = token.replaceAll(/[^A-Za-z0-9+/=]/g, '')
  if (!/^[^=]*={0,2}$/.test(digits) || digits.length % 4 !== 0) throw invalid('Invalid page token, could not base64-decode')
  const text = Buffer.from(digits, 'base64').toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch {
    // falls through to the refusal
  }
  throw invalid(`Invalid page token, decoded value=b'${text}'`)
}

export function decodeOffset(token: string | undefined): number {
  if (!token) return 0
  const { offset } = decodeToken(token)
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) throw invalid(`Invalid page token, decoded value=b'${Buffer.from(token, 'base64').toString('utf8')}'`)
  return offset
}

/** A page from rows that were read with `limit + 1`. */
export function pageOf<T>(rows: readonly T[], limit: number, tokenOf: (lastKept: T, kept: number) => string): Page<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return rows.length > limit && last !== undefined ? { items, nextToken: tokenOf(last, items.length) } : { items }
}
