/** A download: an attachment in every browser, resumable by every client (RFC 9110 section 14). */
import type { Readable } from 'node:stream'
import { invalid, type DomainError } from '#shared/errors.ts'
import type { ByteRange } from '#shared/objects/object-store.ts'
import { RestAnswer } from '#shared/rest/route.ts'
import type { DatasetVersion } from '#datasets/domain/dataset.ts'
import { mediaTypes } from '#datasets/domain/format.ts'

const etagOf = ({ sha256 }: DatasetVersion): string => `"${sha256}"`

const contentHeaders = (version: DatasetVersion): Record<string, string> => ({
  'content-type': mediaTypes[version.format],
  'content-disposition': `attachment; filename="${asciiName(version.fileName)}"; filename*=UTF-8''${encodeExtended(version.fileName)}`,
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  'cache-control': 'private, no-cache',
  'accept-ranges': 'bytes',
  etag: etagOf(version),
})

const asciiName = (name: string): string => name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
/** RFC 8187: what encodeURIComponent leaves and the RFC does not. */
const encodeExtended = (name: string): string => encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** The one range that was asked for; undefined for the whole (also for several ranges, which a server may ignore); 'none' where it lies outside. */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'none' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return undefined
  const [first, last] = [match[1], match[2]].map((text) => (text === '' || text === undefined ? undefined : Number(text)))
  if (first === undefined) {
    const suffix = Math.min(last ?? 0, size)
    return suffix === 0 ? 'none' : { start: size - suffix, end: size - 1 }
  }
  if (first >= size) return 'none'
  const end = Math.min(last ?? size - 1, size - 1)
  return end < first ? undefined : { start: first, end }
}

/** The answer to a request with these headers; `open` yields the bytes of a range, or all. */
export async function downloadOf(version: DatasetVersion, request: Readonly<Record<string, string | undefined>>, open: (range?: ByteRange) => Promise<Readable>): Promise<RestAnswer> {
  const headers = contentHeaders(version)
  const size = version.sizeBytes
  if (request['if-none-match'] === etagOf(version)) return new RestAnswer(undefined, { status: 304, headers })
  // A range of other bytes than the client has seen would not fit: then it gets the whole (If-Range).
  const isSame = [undefined, etagOf(version)].includes(request['if-range'])
  const range = isSame ? rangeOf(request['range'], size) : undefined
  if (range === 'none') return new RestAnswer({ detail: 'The range lies outside the file.' }, { status: 416, headers: { 'content-range': `bytes */${size}` } })
  const body = await open(range)
  if (!range) return new RestAnswer(body, { headers: { ...headers, 'content-length': String(size) } })
  return new RestAnswer(body, { status: 206, headers: { ...headers, 'content-length': String(range.end - range.start + 1), 'content-range': `bytes ${range.start}-${range.end}/${size}` } })
}

/** Version numbers in paths: digits only. */
export function versionNumber(text: string | undefined): number {
  if (text === undefined || !/^[1-9]\d{0,8}$/.test(text)) throw notANumber()
  return Number(text)
}
const notANumber = (): DomainError => invalid("'version' must be a number from 1 on", 'version')
