/** Rows of DuckDB as bounded JSON. */
import { DuckDBTypeId, JsonDuckDBValueConverter, type DuckDBResultReader, type DuckDBValueConverter, type Json } from '@duckdb/node-api'
import type { Preview } from '#datasets/domain/dataset.ts'
import { limits } from '#datasets/domain/limits.ts'

/** As DuckDB's own JSON, but whole numbers are numbers where a double is exact, and long text is cut. */
const cell: DuckDBValueConverter<Json> = (value, type, converter) => {
  if (typeof value === 'bigint' && type.typeId !== DuckDBTypeId.DECIMAL) {
    const near = Number(value)
    return Number.isSafeInteger(near) ? near : value.toString()
  }
  const json = JsonDuckDBValueConverter(value, type, converter)
  return typeof json === 'string' ? cut(json) : json
}

const cut = (text: string): string => (text.length > limits.cellCharacters ? `${text.slice(0, limits.cellCharacters)}…` : text)

/** Nested values that are too large are shown as the beginning of their JSON. */
const bounded = (value: Json | null): Json | null => {
  if (typeof value !== 'object' || value === null) return value
  const text = JSON.stringify(value)
  return text.length > limits.cellCharacters ? cut(text) : value
}

export function previewOf(reader: DuckDBResultReader): Preview {
  const rows: (Json | null)[][] = []
  let bytes = 0
  for (const row of reader.convertRows(cell)) {
    const cells = row.map(bounded)
    bytes += JSON.stringify(cells).length
    if (bytes > limits.previewBytes && rows.length > 0) break
    rows.push(cells)
  }
  return { columns: reader.deduplicatedColumnNames(), rows }
}
