/** What a search of logged models may ask: MLflow's filter grammar with the attributes of a model, and its order objects. */
import { invalid } from '#shared/errors.ts'
import { parseFilter, type Filter, type Grammar } from '#tracking/domain/search-filter.ts'
import { tokens } from '#tracking/domain/search-tokens.ts'

export interface ModelOrder {
  /** An attribute, or `metrics.<key>`. */
  readonly field: string
  readonly isAscending: boolean
  /** Narrow a metric to the points measured on a dataset. */
  readonly datasetName?: string
  readonly datasetDigest?: string
}

/** Attributes and what a metric is narrowed to, already resolved. */
export type ModelOrderTerm =
  | { readonly kind: 'attribute'; readonly name: ModelAttribute; readonly isAscending: boolean }
  | { readonly kind: 'metric'; readonly name: string; readonly isAscending: boolean; readonly datasetName: string | null; readonly datasetDigest: string | null }

export interface DatasetChoice {
  readonly name: string
  /** Null: any. */
  readonly digest: string | null
}

export const modelAttributes = ['name', 'model_id', 'model_type', 'status', 'source_run_id', 'creation_timestamp', 'last_updated_timestamp'] as const
export type ModelAttribute = (typeof modelAttributes)[number]

const times = ['creation_timestamp', 'last_updated_timestamp'] as const
const aliases: Readonly<Record<string, ModelAttribute>> = {
  creation_time: 'creation_timestamp',
  creation_timestamp_ms: 'creation_timestamp',
  last_updated_time: 'last_updated_timestamp',
  last_updated_timestamp_ms: 'last_updated_timestamp',
}
const spellings = [...modelAttributes, ...Object.keys(aliases)].sort()

const modelGrammar: Grammar = {
  attributes: spellings,
  orderAttributes: spellings,
  numericAttributes: [...times, ...Object.keys(aliases)],
  aliases,
  listAttributes: modelAttributes.filter((name) => !times.some((time) => time === name)),
  entities: ['attribute', 'attributes', 'metric', 'metrics', 'param', 'params', 'tag', 'tags'],
  nullable: ['tag', 'parameter'],
  invalidClause: (text) => `'${text}'`,
}

/** MLflow reads these filters by a grammar of their own (search_logged_model_utils.py), where params and tags may equal a bare number: quote it. */
function withQuotedNumbers(text: string): string {
  const all = tokens(text)
  const isBare = all.map(({ kind }, i) => kind === 'number' && all[i - 1]?.kind === 'operator' && /^(param|tag)s?\./.test(all[i - 2]?.text ?? ''))
  return isBare.includes(true) ? all.map((token, i) => (isBare[i] ? `'${token.text}'` : token.text)).join(' ') : text
}

export const parseModelFilter = (text: string): Filter | undefined => parseFilter(withQuotedNumbers(text), modelGrammar)

const attributeOf = (name: string): ModelAttribute | undefined => modelAttributes.find((a) => a === name) ?? (Object.hasOwn(aliases, name) ? aliases[name] : undefined)

/** Messages as MLflow's (sqlalchemy_store.py, _apply_order_by_search_logged_models). */
export const modelOrder = (orders: readonly ModelOrder[]): ModelOrderTerm[] =>
  orders.map(({ field, isAscending, datasetName, datasetDigest }) => {
    const dot = field.indexOf('.')
    if (dot < 0) {
      const name = attributeOf(field)
      if (!name) throw invalid(`Invalid order by field name: ${field}`, 'order_by')
      return { kind: 'attribute', name, isAscending }
    }
    if (field.slice(0, dot) !== 'metrics') throw invalid(`Invalid order by field name: ${field}. Only metrics are supported.`, 'order_by')
    return { kind: 'metric', name: field.slice(dot + 1), isAscending, datasetName: datasetName || null, datasetDigest: datasetDigest || null }
  })
