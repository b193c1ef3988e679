/** The headers of a download: an attachment in every browser, resumable by every client (RFC 9110 section 14). */
import { invalid, type DomainError } from '#shared/errors.ts'
import type { ByteRange } from '#shared/objects/object-store.ts'
import type { DatasetVersion } from '#datasets/domain/dataset.ts'
import { mediaTypes } from '#datasets/domain/format.ts'

export const etagOf = ({ sha256 }: DatasetVersion): string => `"${sha256}"`

export const contentHeaders = (version: DatasetVersion): Record<string, string> => ({
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

/** Version numbers in paths: digits only. */
export function versionNumber(text: string | undefined): number {
  if (text === undefined || !/^[1-9]\d{0,8}$/.test(text)) throw notANumber()
  return Number(text)
}
const notANumber = (): DomainError => invalid("'version' must be a number from 1 on", 'version')
