/** Which of the five formats a file has: its extension says so and its first bytes must agree. */
import { invalid } from '#shared/errors.ts'

export const formats = ['csv', 'tsv', 'jsonl', 'parquet', 'arrow'] as const
export type Format = (typeof formats)[number]

const byExtension: Readonly<Record<string, Format>> = { csv: 'csv', tsv: 'tsv', tab: 'tsv', jsonl: 'jsonl', ndjson: 'jsonl', parquet: 'parquet', pq: 'parquet', arrow: 'arrow', feather: 'arrow' }

export const mediaTypes: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8',
  tsv: 'text/tab-separated-values; charset=utf-8',
  jsonl: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.file',
}

/** What the first bytes give away, most telling first. */
const signatures: readonly (readonly [bytes: Buffer, is: Format | string])[] = [
  [Buffer.from('PAR1'), 'parquet'],
  [Buffer.from('ARROW1'), 'arrow'],
  [Buffer.from([0xff, 0xfe]), 'UTF-16 text'],
  [Buffer.from([0xfe, 0xff]), 'UTF-16 text'],
  [Buffer.from([0x1f, 0x8b]), 'a gzip archive'],
  [Buffer.from([0x50, 0x4b, 0x03, 0x04]), 'a zip archive or a spreadsheet'],
  [Buffer.from('%PDF'), 'a PDF document'],
]

const isFormat = (text: string): text is Format => formats.some((f) => f === text)
export const extensionOf = (fileName: string): string => /\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? ''

/** `head`: the first bytes of the file, at least 64 KB of it where it has as many. */
export function formatOf(fileName: string, head: Buffer): Format {
  if (head.length === 0) throw invalid('The file is empty.', 'file')
  const named = byExtension[extensionOf(fileName)]
  const signature = signatures.find(([bytes]) => head.subarray(0, bytes.length).equals(bytes))?.[1]
  if (signature !== undefined && !isFormat(signature)) throw invalid(`The file is ${signature}. Send csv, tsv, jsonl, parquet or arrow; text as UTF-8, not compressed.`, 'file')
  if (named === 'parquet' || named === 'arrow' || signature !== undefined) {
    if (named !== undefined && named !== signature) throw invalid(`The file is named like ${named}, but its content is ${signature ?? 'something else'}.`, 'file')
    if (signature !== undefined && isFormat(signature)) return signature
  }
  return named ?? textFormatOf(head)
}

/** For a text file whose name says nothing. */
function textFormatOf(head: Buffer): Format {
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
  const firstLine = text.split(/\r?\n/, 1)[0] ?? ''
  if (firstLine.startsWith('{')) return 'jsonl'
  const tabs = firstLine.split('\t').length
  const commas = Math.max(firstLine.split(',').length, firstLine.split(';').length)
  if (!firstLine.startsWith('[') && !firstLine.startsWith('<') && (tabs > 1 || commas > 1)) return tabs > commas ? 'tsv' : 'csv'
  throw invalid('The format of the file is not known. Send csv, tsv, jsonl (one JSON object per line), parquet or arrow.', 'file')
}
