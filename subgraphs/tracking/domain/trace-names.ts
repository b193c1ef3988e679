/** Ids, tags and metadata of traces: what a client may send, and what it hears when it does not (mlflow/utils/validation.py). */
import { invalid, notFound, type DomainError } from '#shared/errors.ts'
import { storableText } from '#shared/names.ts'
import { keyName } from '#tracking/domain/names.ts'
import { traceKeys, type Words } from '#tracking/domain/trace.ts'

export const traceLimits = {
  tagKey: 250,
  tagValue: 8_000,
  metadataKey: 250,
  /** On the wire values of tags and metadata are cut, as MLflow does (entities/trace_info_v2.py). */
  shownTagValue: 4_096,
  shownMetadata: 250,
  text: 16_384,
  search: 500,
  linksPerRequest: 100,
  batch: 500,
  spansPerRequest: 50_000,
} as const

/** `tr-` and 32 hex digits where MLflow made it; clients may choose their own. A name, never a path. */
const idPattern = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/

/** Could there be a trace of this name? What looks like a path is refused. */
export function isTraceId(text: string): boolean {
  if (text.includes('..') || /[/\\\p{Cc}\p{Cs}]/u.test(text)) throw invalid('Invalid trace id: it must not look like a path.', 'trace_id')
  return idPattern.test(text)
}
export function newTraceId(text: string): string {
  if (!isTraceId(text)) throw invalid(`Invalid trace id '${text.slice(0, 200)}'. It consists of letters, digits, '_', '.', ':' and '-', 128 at most.`, 'trace_id')
  return text
}
export const missingTrace = (id: string): DomainError => notFound(`Trace with ID '${id}' not found.`)

const cut = (text: string, limit: number): string => (text.length <= limit ? text : [...text].slice(0, limit).join(''))
const within = (what: string, limit: number, text: string): string => {
  if (text.length > limit && [...text].length > limit) throw invalid(`'${what}' exceeds the maximum length of ${limit} characters`, what)
  return text
}

/** A tag set by itself: its key is a name, its value is cut. */
export function traceTag(key: string, value: string): readonly [string, string] {
  storableText(key, 'key')
  keyName(key, 'key')
  return [within('key', traceLimits.tagKey, key), cut(storableText(value, 'value'), traceLimits.tagValue)]
}

const ours = new Set<string>([traceKeys.spansLocation, traceKeys.archiveLocation, traceKeys.archivalFailure])
export function changeableTag(key: string, operation: 'set' | 'deleted'): void {
  if (ours.has(key) && !(operation === 'deleted' && key === traceKeys.archivalFailure)) throw invalid(`Tag '${key}' is immutable and cannot be ${operation} on a trace.`, 'key')
}

/** Tags and metadata as they come with a trace. Where its files are and where its spans are is ours to say. */
export function newWords(words: Words, what: 'tags' | 'trace_metadata'): Words {
  const limit = what === 'tags' ? traceLimits.tagValue : traceLimits.text
  return Object.fromEntries(
    Object.entries(words)
      .filter(([key]) => what !== 'tags' || (!ours.has(key) && key !== traceKeys.artifactLocation))
      .map(([key, value]) => [within('key', traceLimits.tagKey, storableText(key, what)), cut(storableText(value, what), limit)]),
  )
}

const shown = (words: Words, keyLimit: number, valueLimit: number): Words => Object.fromEntries(Object.entries(words).map(([key, value]) => [cut(key, keyLimit), cut(value, valueLimit)]))
export const shownTags = (tags: Words): Words => shown(tags, traceLimits.tagKey, traceLimits.shownTagValue)
export const shownMetadata = (metadata: Words): Words => shown(metadata, traceLimits.shownMetadata, traceLimits.shownMetadata)
