/**
 * A file as an HTTP answer. Artifacts are untrusted: always an attachment, never sniffed, and sandboxed should a browser
 * show one after all (security.md W-3). Types and names as MLflow's (mlflow/utils/mime_type_utils.py, handlers.py).
 */
import { RestAnswer } from '#shared/rest/route.ts'
import type { ByteRange } from '#shared/objects/object-store.ts'
import type { ArtifactFile } from '#tracking/domain/artifacts.ts'

const asText = new Set('txt log err cfg conf cnf cf ini properties prop hocon toml yaml yml xml json js py py3 csv tsv md rst ipynb MLmodel MLproject'.split(' '))
const types: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  bmp: 'image/bmp',
  bz2: 'application/x-bzip2',
  css: 'text/css',
  gif: 'image/gif',
  gz: 'application/gzip',
  htm: 'text/html',
  html: 'text/html',
  ico: 'image/vnd.microsoft.icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  wav: 'audio/x-wav',
  webm: 'video/webm',
  webp: 'image/webp',
  zip: 'application/zip',
}

export function guessedType(fileName: string): string {
  const dot = fileName.lastIndexOf('.')
  const extension = dot > 0 ? fileName.slice(dot + 1) : fileName
  if (asText.has(extension)) return 'text/plain'
  return (dot > 0 ? types[extension.toLowerCase()] : undefined) ?? 'application/octet-stream'
}

/** RFC 6266: a plain name where it is a token or can be quoted, and the exact one beside it where it is not ASCII. */
export function attachment(fileName: string): string {
  const ascii = fileName.normalize('NFKD').replace(/[^\x20-\x7e]/g, '') || 'download'
  const plain = /^[\w!#$%&'*+.^`|~-]+$/.test(ascii) ? ascii : `"${ascii.replace(/["\\]/g, '\\$&')}"`
  if (ascii === fileName) return `attachment; filename=${plain}`
  const exact = encodeURIComponent(fileName).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename=${plain}; filename*=UTF-8''${exact}`
}

/**
 * What a Range header asks of `size` bytes (RFC 9110 section 14): undefined where the whole file is the answer (none, not
 * bytes, several ranges, nonsense), null where nothing of the file is asked.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | null | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '')
  if (!match) return undefined
  const [, first = '', last = ''] = match
  if (first === '') {
    if (last === '') return undefined
    const length = Math.min(Number(last), size)
    return length === 0 ? null : { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return undefined
  return start >= size ? null : { start, end }
}

export async function download(file: ArtifactFile, path: string, headers: Readonly<Record<string, string | undefined>>): Promise<RestAnswer> {
  const name = path.split('/').at(-1) ?? path
  const etag = `"${file.sha256}"`
  const common = {
    'accept-ranges': 'bytes',
    'cache-control': 'no-cache',
    'content-disposition': attachment(name),
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
    etag,
  }
  const range = headers['if-range'] === undefined || headers['if-range'] === etag ? rangeOf(headers['range'], file.size) : undefined
  if (range === null) {
    const refusal = { error_code: 'INVALID_PARAMETER_VALUE', message: `The range lies outside the ${file.size} bytes of the artifact` }
    return new RestAnswer(refusal, { status: 416, headers: { ...common, 'content-range': `bytes */${file.size}` } })
  }
  const body = await file.open(range)
  const type = { 'content-type': guessedType(name) }
  if (range === undefined) return new RestAnswer(body, { headers: { ...common, ...type, 'content-length': String(file.size) } })
  return new RestAnswer(body, {
    status: 206,
    headers: { ...common, ...type, 'content-length': String(range.end - range.start + 1), 'content-range': `bytes ${range.start}-${range.end}/${file.size}` },
  })
}
