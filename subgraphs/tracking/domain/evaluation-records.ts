/** Records of evaluation datasets: read from JSON, merged by their inputs, and what they say of the dataset's fields. */
import { createHash } from 'node:crypto'
import { invalid } from '#shared/errors.ts'
import { newId } from '#shared/ids.ts'
import type { EvaluationDataset, HashedRecord, MergeResult } from '#tracking/domain/evaluation-dataset.ts'
import { dump, isObject, parseTyped, type TypedJson, type TypedObject } from '#tracking/domain/trace-value.ts'

export interface IncomingRecord {
  readonly inputs: TypedObject
  /** Undefined: not said, which is not the same as null. */
  readonly outputs: TypedJson | undefined
  readonly expectations: TypedObject | undefined
  readonly tags: TypedObject
  readonly source: TypedObject | undefined
}

const userTag = 'mlflow.user'
const sourceTypes = ['UNSPECIFIED', 'TRACE', 'HUMAN', 'DOCUMENT', 'CODE']

/** The hash that makes two records one: of the inputs, however their keys are ordered. */
export const hashOf = ({ inputs }: Pick<IncomingRecord, 'inputs'>): Buffer =>
  createHash('sha256')
    .update(dump(inputs, { sorted: true }))
    .digest()

export function recordsIn(json: string): IncomingRecord[] {
  const records = parseTyped(json)
  if (!Array.isArray(records)) throw invalid('`records` must be a JSON list of objects.', 'records')
  return records.map((record: TypedJson) => {
    if (!isObject(record)) throw invalid('`records` must be a JSON list of objects.', 'records')
    const { inputs, outputs, expectations, tags, source } = record
    return { inputs: objectIn(inputs, 'inputs') ?? {}, outputs, expectations: objectIn(expectations, 'expectations'), tags: objectIn(tags, 'tags') ?? {}, source: sourceIn(source) }
  })
}

function objectIn(value: TypedJson | undefined, name: string): TypedObject | undefined {
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) throw invalid(`\`${name}\` of a record must be an object.`, name)
  return value
}

function sourceIn(value: TypedJson | undefined): TypedObject | undefined {
  const source = objectIn(value, 'source')
  if (source === undefined) return undefined
  const type = typeof source['source_type'] === 'string' ? source['source_type'].toUpperCase() : ''
  if (!sourceTypes.includes(type)) throw invalid(`Invalid dataset record source type: ${type}. Valid source types: [${sourceTypes.map((name) => `'${name}'`).join(', ')}]`, 'source')
  return { source_type: type, source_data: objectIn(source['source_data'], 'source_data') ?? {} }
}

const userOf = (tags: TypedObject): string | null => (typeof tags[userTag] === 'string' ? tags[userTag] : null)

/** A new record, or the old one with what the new one says. */
function merged(before: HashedRecord | undefined, record: IncomingRecord, hash: Buffer, now: number): HashedRecord {
  const user = userOf(record.tags)
  if (!before)
    return {
      id: `dr-${newId().replaceAll('-', '')}`,
      hash,
      inputs: record.inputs,
      outputs: record.outputs === undefined ? {} : (record.outputs ?? undefined),
      expectations: record.expectations,
      tags: record.tags,
      source: record.source,
      createdTime: now,
      updateTime: now,
      createdBy: user,
      lastUpdatedBy: user,
    }
  return {
    ...before,
    outputs: record.outputs === undefined ? before.outputs : (record.outputs ?? undefined),
    expectations: record.expectations === undefined ? before.expectations : { ...before.expectations, ...record.expectations },
    tags: { ...before.tags, ...record.tags },
    updateTime: now,
    lastUpdatedBy: user ?? before.lastUpdatedBy,
  }
}

export function mergeRecords(dataset: EvaluationDataset, existing: readonly HashedRecord[], incoming: readonly IncomingRecord[], now: number, digest: string): MergeResult {
  const byHash = new Map(existing.map((record) => [record.hash.toString('hex'), record]))
  const touched = new Set<string>()
  let inserted = 0
  for (const record of incoming) {
    const hash = hashOf(record)
    const key = hash.toString('hex')
    const before = byHash.get(key)
    if (!before) inserted++
    byHash.set(key, merged(before, record, hash, now))
    touched.add(key)
  }
  return {
    records: [...touched].flatMap((key) => byHash.get(key) ?? []),
    inserted,
    schema: schemaWith(dataset.schema, incoming),
    digest,
    updateTime: now,
    lastUpdatedBy: incoming.map(({ tags }) => userOf(tags)).findLast((user) => user !== null) ?? null,
  }
}

/** The first type that a field was seen with stays. */
function schemaWith(before: TypedObject | null, records: readonly IncomingRecord[]): TypedObject | null {
  if (before === null && records.length === 0) return null
  const part = (name: string): Record<string, TypedJson> => ({ ...(before && isObject(before[name]) ? before[name] : {}) })
  const [inputs, outputs, expectations] = [part('inputs'), part('outputs'), part('expectations')]
  let plainOutputs = before && typeof before['outputs'] === 'string' ? before['outputs'] : undefined
  const see = (fields: Record<string, TypedJson>, values: TypedObject): void => {
    for (const [key, value] of Object.entries(values))
      if (!Object.hasOwn(fields, key)) Object.defineProperty(fields, key, { value: typeOf(value), enumerable: true, configurable: true, writable: true })
  }
  for (const record of records) {
    see(inputs, record.inputs)
    see(expectations, record.expectations ?? {})
    if (isObject(record.outputs)) see(outputs, record.outputs)
    else if (record.outputs !== undefined && record.outputs !== null && Object.keys(outputs).length === 0) plainOutputs ??= typeOf(record.outputs)
  }
  return { inputs, outputs: Object.keys(outputs).length === 0 ? (plainOutputs ?? outputs) : outputs, expectations, version: '1.0' }
}

function typeOf(value: TypedJson): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'boolean':
      return 'boolean'
    case 'bigint':
      return 'integer'
    case 'number':
      return 'float'
    case 'string':
      return 'string'
    default:
      return Array.isArray(value) ? 'array' : 'object'
  }
}
