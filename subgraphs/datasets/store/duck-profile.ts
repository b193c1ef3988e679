/** Columns, row count and rows of one csv, tsv, jsonl or Parquet file. Runs in the child process. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Column, Preview, Profile } from '#datasets/domain/dataset.ts'
import type { Format } from '#datasets/domain/format.ts'
import { limits } from '#datasets/domain/limits.ts'
import { previewOf } from '#datasets/store/cells.ts'
import { refuseCount, refuseNames } from '#datasets/store/column-limits.ts'
import { FileProblem, wordingOf } from '#datasets/store/file-problem.ts'
import { inSandbox, sqlName, sqlText } from '#datasets/store/sandbox.ts'
import { dialectOf, headOfText, type Dialect } from '#datasets/store/text-file.ts'

/** Lines from which types are guessed at first; when a later line disagrees, all of them. */
const SAMPLE_LINES = 20_480
const ALL_LINES = -1
/** Nesting below this stays JSON text, so that a type's name is bounded. */
const JSON_DEPTH = 4

type Shape = Pick<Column, 'name' | 'type'>

export async function profileFile(path: string, format: Format): Promise<Profile> {
  const dialect = await look(path, format)
  return inSandbox(path, async (connection) => {
    try {
      return await measure(connection, sourceOf(path, format, dialect, SAMPLE_LINES))
    } catch (error) {
      if (error instanceof FileProblem) throw error
      if (isLateType(error)) return measure(connection, sourceOf(path, format, dialect, ALL_LINES)).catch((e: unknown) => explain(e, connection, path, format, dialect))
      return explain(error, connection, path, format, dialect)
    }
  })
}

/** Rows of a file that was profiled before: its types are guessed the way that led to `columns`. */
export async function rowsOfFile(path: string, format: Format, columns: readonly Shape[], offset: number, count: number): Promise<Preview> {
  const dialect = await look(path, format)
  return inSandbox(path, async (connection) => {
    try {
      const quick = sourceOf(path, format, dialect, SAMPLE_LINES)
      const isSame = sameShape(await shapeOf(connection, quick), columns)
      return await rowsOf(connection, isSame ? quick : sourceOf(path, format, dialect, ALL_LINES), offset, count)
    } catch (error) {
      return explain(error, connection, path, format, dialect)
    }
  })
}

async function look(path: string, format: Format): Promise<Dialect | undefined> {
  if (format === 'parquet') return undefined
  const head = await headOfText(path)
  return format === 'jsonl' ? undefined : dialectOf(head, format)
}

function sourceOf(path: string, format: Format, dialect: Dialect | undefined, sampleLines: number): string {
  const file = sqlText(path)
  if (format === 'parquet') return `read_parquet(${file})`
  if (!dialect) return `read_json(${file}, format = 'newline_delimited', records = 'true', maximum_depth = ${JSON_DEPTH}, sample_size = ${sampleLines})`
  return `read_csv(${file}, ${csvOptions(dialect)}, sample_size = ${sampleLines})`
}

/** Everything that DuckDB would guess and could guess wrong is said: without `skip = 0` it drops lines that do not fit. */
const csvOptions = ({ delimiter }: Dialect): string =>
  `header = true, skip = 0, delim = ${sqlText(delimiter)}, quote = '"', escape = '"', comment = '', strict_mode = true, null_padding = false, ignore_errors = false`

async function shapeOf(connection: DuckDBConnection, source: string): Promise<Shape[]> {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`)
  return described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }))
}

const sameShape = (a: readonly Shape[], b: readonly Shape[]): boolean => a.length === b.length && a.every(({ name, type }, i) => name === b[i]?.name && type === b[i]?.type)

async function measure(connection: DuckDBConnection, source: string): Promise<Profile> {
  const shape = await shapeOf(connection, source)
  refuseCount(shape.length)
  refuseNames(shape.map(({ name }) => name))
  // Counting every column reads every value: what does not fit its column is found now, not by the next reader.
  const counted = await connection.runAndReadAll(`SELECT count(*), ${shape.map(({ name }) => `count(${sqlName(name)})`).join(', ')} FROM ${source}`)
  const [total = 0, ...present] = (counted.getRows()[0] ?? []).map(Number)
  const columns = shape.map(({ name, type }, i) => ({ name, type, nullable: (present[i] ?? 0) < total }))
  return { columns, rowCount: total, sample: await rowsOf(connection, source, 0, limits.sampleRows) }
}

async function rowsOf(connection: DuckDBConnection, source: string, offset: number, count: number): Promise<Preview> {
  return previewOf(await connection.runAndReadAll(`SELECT * FROM ${source} LIMIT ${count} OFFSET ${offset}`))
}

const isLateType = (error: unknown): boolean => error instanceof Error && /Conversion Error|JSON transform error|Could not convert/i.test(error.message)

/** Throws what is wrong. The sniffer does not say which line it stumbled over, so such a file is read once more, as text. */
async function explain(error: unknown, connection: DuckDBConnection, path: string, format: Format, dialect: Dialect | undefined): Promise<never> {
  if (error instanceof FileProblem) throw error
  if (dialect && error instanceof Error && /sniffing/i.test(error.message)) {
    const columns = dialect.header.map((_, i) => `'c${i}': 'VARCHAR'`).join(', ')
    const counts = dialect.header.map((_, i) => `count(c${i})`).join(', ')
    await connection.run(`SELECT ${counts} FROM read_csv(${sqlText(path)}, ${csvOptions(dialect)}, auto_detect = false, columns = {${columns}})`).catch((plain: unknown) => {
      throw wordingOf(plain, format)
    })
    throw new FileProblem(`The lines of the file do not fit together as ${format}: check its line endings and quotation marks.`)
  }
  throw wordingOf(error, format)
}
