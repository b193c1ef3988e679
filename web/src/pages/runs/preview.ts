/** What can be shown of an artifact from its first bytes. Pure, but for `readHead`. */
import { offlineProblem, type Problem, problemOfResponse } from '../../data/problem.ts'

/** A preview reads this much and no more. */
export const previewBytes = 256 * 1024
export const previewRows = 200

export type Preview =
  | { readonly kind: 'text'; readonly text: string; readonly cut: boolean }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[]; readonly cut: boolean }
  | { readonly kind: 'binary' }

const images = /\.(png|jpe?g|gif|webp|bmp|svg|avif)$/i
export const isImage = (path: string): boolean => images.test(path)
const separators: Readonly<Record<string, string>> = { csv: ',', tsv: '\t' }

/** Text is UTF-8 without NUL; a cut in the middle of a character is no reason to refuse. */
export function previewOf(path: string, bytes: Uint8Array, cut: boolean): Preview {
  if (bytes.includes(0)) return { kind: 'binary' }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut })
  } catch {
    return { kind: 'binary' }
  }
  const separator = separators[path.split('.').at(-1)?.toLowerCase() ?? '']
  if (separator === undefined) return { kind: 'text', text, cut }
  const [head = [], ...rows] = parseTable(text, separator)
  const whole = cut ? rows.slice(0, -1) : rows // the last row may have lost its end
  return { kind: 'table', head, rows: whole.slice(0, previewRows), cut: cut || whole.length > previewRows }
}

/** RFC 4180: quotes, doubled quotes, line breaks in quotes. */
export function parseTable(text: string, separator: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  const endRow = (): void => {
    row.push(cell)
    if (row.length > 1 || cell !== '') rows.push(row)
    row = []
    cell = ''
  }
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (quoted) {
      if (char !== '"') cell += char
      else if (text[i + 1] === '"') {
        cell += '"'
        i += 1
      } else quoted = false
    } else if (char === '"' && cell === '') quoted = true
    else if (char === separator) {
      row.push(cell)
      cell = ''
    } else if (char === '\n') endRow()
    else if (char !== '\r') cell += char
  }
  endRow()
  return rows
}

export type Head = { readonly preview: Preview } | { readonly problem: Problem }

/** The first bytes of a file. A server without ranges is read only as far, then hung up on. */
export async function readHead(address: string, path: string, signal: AbortSignal): Promise<Head> {
  const what = 'The preview'
  const response = await fetch(address, { headers: { range: `bytes=0-${previewBytes - 1}` }, signal }).catch(() => undefined)
  if (!response) return { problem: offlineProblem(what) }
  if (response.status === 416) return { preview: previewOf(path, new Uint8Array(), false) } // an empty file has no first byte
  if (!response.ok || !response.body) return { problem: await problemOfResponse(response, what) }
  const total = Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN)
  const bytes = await firstBytes(response.body)
  return { preview: previewOf(path, bytes, Number.isNaN(total) ? bytes.length >= previewBytes : total > bytes.length) }
}

async function firstBytes(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const out = new Uint8Array(previewBytes)
  const reader = body.getReader()
  let size = 0
  while (size < previewBytes) {
    const { done, value } = await reader.read()
    if (done) break
    const part = value.subarray(0, previewBytes - size)
    out.set(part, size)
    size += part.length
  }
  await reader.cancel()
  return out.subarray(0, size)
}
