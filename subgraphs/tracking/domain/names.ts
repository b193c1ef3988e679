/**
 * Names and limits of experiments, runs, metrics, params and tags, in MLflow's words (mlflow/utils/validation.py,
 * mlflow-api.md sections 7.3 and 7.4). A table: what a client may send, and what it hears when it does not.
 */
import { invalid } from '#shared/errors.ts'
import { normalName, storableText } from '#shared/names.ts'
import type { Tag } from '#tracking/domain/experiment.ts'
import type { NewMetric } from '#tracking/domain/metric.ts'
import type { Param } from '#tracking/domain/run.ts'
import type { NewRunDataset } from '#tracking/domain/run-input.ts'

export const limits = {
  experimentName: 500,
  experimentTagValue: 20_000,
  userName: 256,
  key: 250,
  paramValue: 6_000,
  runTagValue: 8_000,
  batchMetrics: 1_000,
  batchParams: 100,
  batchTags: 100,
  batchAll: 1_000,
  batchDatasets: 1_000,
  datasetName: 500,
  datasetDigest: 36,
  datasetSchema: 1_048_575,
  datasetSource: 65_535,
  datasetProfile: 16_777_215,
  inputTagKey: 255,
  inputTagValue: 500,
  searchRuns: 50_000,
  searchExperiments: 50_000,
  historyRuns: 100,
  historyRows: 25_000,
  intervalPoints: 2_500,
  searchDatasetExperiments: 20,
} as const

const allowed = /^[/\p{L}\p{N}_.\- :]*$/u
const badCharacters = 'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).'

/** posixpath.normpath of Python. */
export function normalPath(path: string): string {
  if (path === '') return '.'
  const leading = path.startsWith('//') && !path.startsWith('///') ? '//' : path.startsWith('/') ? '/' : ''
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && (leading === '' ? parts.length === 0 || parts.at(-1) === '..' : false)) parts.push(part)
    else if (part === '..') parts.pop()
    else parts.push(part)
  }
  return leading + parts.join('/') || '.'
}

/** The name of a metric, param or tag: also a relative path that names only itself. `field` is how the caller spelt it. */
export function keyName(name: string, field: string): string {
  const supplied = `Invalid value ${JSON.stringify(name)} for parameter '${field}' supplied: `
  if (!allowed.test(name)) throw invalid(supplied + badCharacters, field)
  const normal = normalPath(name)
  if (normal !== name || normal === '.' || normal.startsWith('..') || normal.startsWith('/')) {
    throw invalid(`${supplied}Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${normal}'`, field)
  }
  return name
}

const within = (what: string, limit: number, value: string): string => {
  if (value.length > limit && [...value].length > limit) throw invalid(`'${what}' exceeds the maximum length of ${limit} characters`, what)
  return value
}
/** MLflow's default: long values are cut, not refused (MLFLOW_TRUNCATE_LONG_VALUES). Never inside a surrogate pair. */
const cut = (value: string, limit: number): string => (value.length <= limit ? value : [...value].slice(0, limit).join(''))

/** Run names may repeat and are cut like the tag that mirrors them. */
export const runName = (name: string): string => cut(storableText(name, 'run_name'), limits.runTagValue)
export const userName = (name: string): string => storableText(name, 'user_id', limits.userName)
export const experimentName = (name: string): string => normalName(name, 'name', limits.experimentName)

export function experimentTag({ key, value }: Tag): Tag {
  keyName(key, 'key')
  return { key: within('key', limits.key, key), value: within('value', limits.experimentTagValue, storableText(value, 'value')) }
}

const at = (path: string, field: string): string => (path ? `${path}.${field}` : field)

export function metric<M extends NewMetric>(m: M, path = ''): M {
  keyName(m.key, at(path, 'name'))
  if (m.timestamp < 0) {
    const value = Number.isInteger(m.value) ? m.value.toFixed(1) : String(m.value)
    throw invalid(
      `Invalid value ${m.timestamp} for parameter '${at(path, 'timestamp')}' supplied: metric '${m.key}' (value=${value}). Timestamp must be a nonnegative long (64-bit integer) `,
      'timestamp',
    )
  }
  within('Metric name', limits.key, m.key)
  return m
}

export function param({ key, value }: Param, path = ''): Param {
  keyName(key, at(path, 'key'))
  return { key: within('Param key', limits.key, key), value: cut(storableText(value, at(path, 'value')), limits.paramValue) }
}

export function runTag({ key, value }: Tag, path = ''): Tag {
  keyName(key, at(path, 'key'))
  return { key: within(at(path, 'key'), limits.key, key), value: cut(storableText(value, at(path, 'value')), limits.runTagValue) }
}

export function batchSizes(metrics: number, params: number, tags: number): void {
  const atMost = (what: string, limit: number, count: number): void => {
    if (count > limit) throw invalid(`A batch logging request can contain at most ${limit} ${what}. Got ${count} ${what}. Please split up ${what} across multiple requests and try again.`)
  }
  atMost('metrics', limits.batchMetrics, metrics)
  atMost('params', limits.batchParams, params)
  atMost('tags', limits.batchTags, tags)
  atMost('metrics, params, and tags', limits.batchAll, metrics + params + tags)
}

export function distinctParams(params: readonly Param[]): void {
  const seen = new Set<string>()
  const twice = params.map(({ key }) => key).filter((key) => seen.has(key) || !seen.add(key))
  if (twice.length > 0)
    throw invalid(`Duplicate parameter keys have been submitted: [${twice.map((key) => `'${key}'`).join(', ')}]. Please ensure the request contains only one param value per param key.`)
}

const datasetLimits = [
  ['name', limits.datasetName],
  ['digest', limits.datasetDigest],
  ['source', limits.datasetSource],
  ['schema', limits.datasetSchema],
  ['profile', limits.datasetProfile],
] as const

export function runDataset(dataset: NewRunDataset): NewRunDataset {
  for (const [field, limit] of datasetLimits) if (dataset[field] !== undefined) within(field, limit, storableText(dataset[field], field))
  storableText(dataset.sourceType, 'source_type', limits.datasetName)
  for (const tag of dataset.tags) {
    within('key', limits.inputTagKey, storableText(tag.key, 'key'))
    within('value', limits.inputTagValue, storableText(tag.value, 'value'))
  }
  return dataset
}
