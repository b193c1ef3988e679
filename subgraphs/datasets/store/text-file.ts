/** A look at text files that DuckDB does not take: bytes that no text has, a missing header, the delimiter. */
import { open } from 'node:fs/promises'
import type { Format } from '#datasets/domain/format.ts'
import { FileProblem } from '#datasets/store/file-problem.ts'

const CHUNK_BYTES = 1024 * 1024

/** The first bytes as text, after the whole file was seen to hold no NUL. */
export async function headOfText(path: string): Promise<string> {
  const file = await open(path)
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    let head: string | undefined
    for (let position = 0; ; ) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position)
      if (bytesRead === 0) return head ?? ''
      const zero = chunk.subarray(0, bytesRead).indexOf(0)
      if (zero >= 0) throw new FileProblem(`The file holds a NUL byte (at byte ${position + zero + 1}): it is not text.`)
      head ??= chunk.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '')
      position += bytesRead
    }
  } finally {
    await file.close()
  }
}

export interface Dialect {
  readonly delimiter: string
  /** Names in the first line, unquoted. */
  readonly header: readonly string[]
}

/** The delimiter of a csv is the one that its first line has most of; a tsv's is the tab. */
export function dialectOf(head: string, format: Format): Dialect {
  if (head.trim() === '') throw new FileProblem('The file is empty.')
  if (/^[ \t]*\r?\n/.test(head)) throw new FileProblem('Line 1 must name the columns, but it is blank.')
  const candidates = format === 'tsv' ? ['\t'] : [',', ';', '\t', '|']
  const headers = candidates.map((delimiter) => ({ delimiter, header: splitLine(head, delimiter) }))
  return headers.reduce((best, next) => (next.header.length > best.header.length ? next : best))
}

/** The cells of the first line, with RFC 4180's quotes. */
function splitLine(text: string, delimiter: string): string[] {
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i)
    if (quoted) {
      if (c !== '"') cell += c
      else if (text.charAt(i + 1) === '"') cell += text.charAt(++i)
      else quoted = false
    } else if (c === '"' && cell === '') quoted = true
    else if (c === '\n' || c === '\r') break
    else if (c === delimiter) {
      cells.push(cell)
      cell = ''
    } else cell += c
  }
  return [...cells, cell]
}
