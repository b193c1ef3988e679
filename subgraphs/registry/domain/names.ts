/**
 * What may be called how. Messages are MLflow's (mlflow/utils/validation.py), the rule against look-alikes is ours:
 * two models of one project never differ only in what nobody sees or what a URL decodes to (CVE-2024-3099).
 */
import { createHash } from 'node:crypto'
import { invalid } from '#shared/errors.ts'
import { normalName, storableText } from '#shared/names.ts'
import type { Tag } from '#registry/domain/model.ts'

const maxModelName = 500
const maxTagKey = 250
const maxTagValue = 100_000
const maxAlias = 255
const maxDescription = 100_000

const missing = (field: string) => invalid(`Missing value for required parameter '${field}'.`, field)
const badPath = (field: string, name: string, resolved: string) =>
  invalid(
    `Invalid value ${JSON.stringify(name)} for parameter '${field}' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${resolved}'`,
    field,
  )

/** The name of a registered model, in NFC. */
export function modelName(value: string, field = 'name'): string {
  if (value.trim() === '') throw missing(field)
  const name = normalName(value, field, maxModelName)
  if (/[/:]/.test(name)) throw invalid(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`, field)
  if (name === '.' || name.startsWith('..')) throw badPath(field, name, name)
  // What a URL makes of the name must be a name too: `a%2Fb` would travel as a path.
  const decoded = percentDecoded(name)
  if (decoded !== name && (/[/:\\\p{Cc}\p{Cf}]/u.test(decoded) || decoded === '.' || decoded.startsWith('..')))
    throw invalid(`Invalid model name '${name}'. Names cannot contain encoded '/', ':' or control characters.`, field)
  return name
}

function percentDecoded(text: string): string {
  for (let current = text, round = 0; ; round++) {
    const next = current.replace(/(%[0-9a-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run)
      } catch {
        return run
      }
    })
    if (next === current || round > 10) return next
    current = next
  }
}

/** Cyrillic and Greek letters that look like Latin ones, lower case. */
const lookAlikes = new Map(
  Object.entries({
    а: 'a',
    в: 'b',
    е: 'e',
    ё: 'e',
    з: '3',
    і: 'i',
    ї: 'i',
    ј: 'j',
    к: 'k',
    м: 'm',
    н: 'h',
    о: 'o',
    р: 'p',
    с: 'c',
    ѕ: 's',
    т: 't',
    у: 'y',
    ү: 'y',
    х: 'x',
    һ: 'h',
    ԁ: 'd',
    ԛ: 'q',
    ԝ: 'w',
    ӏ: 'l',
    α: 'a',
    β: 'b',
    ε: 'e',
    η: 'n',
    ι: 'i',
    κ: 'k',
    ν: 'v',
    ο: 'o',
    ρ: 'p',
    τ: 't',
    υ: 'u',
    χ: 'x',
    γ: 'y',
    ı: 'i',
    ɡ: 'g',
    ℓ: 'l',
  }),
)
const invisible = /\p{Default_Ignorable_Code_Point}|\p{Cf}|\p{Cc}/gu

/** What remains of a name when everything is taken away that people or URLs do not tell apart. */
export function skeleton(name: string): string {
  const folded = percentDecoded(name.normalize('NFKC')).normalize('NFKC').replace(invisible, '').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC')
  return Array.from(folded, (letter) => lookAlikes.get(letter) ?? letter)
    .join('')
    .replace(/[\s\p{Z}]+/gu, ' ')
    .trim()
}
/** The skeleton at a length that an index takes. */
export const skeletonKey = (name: string): string => createHash('sha256').update(skeleton(name)).digest('hex')

/** A version number as MLflow's clients send it: text. */
export function versionNumber(text: string): number {
  if (!/^\s*[-+]?\d+(_\d+)*\s*$/.test(text)) throw invalid(`Parameter 'version' must be an integer, got '${text}'.`, 'version')
  return Number(text.replaceAll('_', ''))
}

/** The name of an alias as it may be looked up. */
export function aliasName(value: string): string {
  if (value === '') throw invalid('Registered model alias name cannot be empty.', 'alias')
  if (!/^[\p{L}\p{N}_-]*$/u.test(value)) throw invalid(`Invalid alias name: '${value}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`, 'alias')
  if (value.length > maxAlias) throw invalid(`'Registered model alias name' exceeds the maximum length of ${maxAlias} characters`, 'alias')
  return value.normalize('NFC')
}

/** `latest` is a question, not a name that people give. */
export const isLatest = (alias: string): boolean => alias.toLowerCase() === 'latest'

/** The name of an alias as it may be set. */
export function newAliasName(value: string): string {
  const alias = aliasName(value)
  if (isLatest(alias)) throw invalid("'latest' alias name (case insensitive) is reserved.", 'alias')
  if (/^[vV]\d+$/.test(alias)) throw invalid(`Version alias name '${alias}' is reserved.`, 'alias')
  return alias
}

export function tagKey(key: string): string {
  if (!/^[/\p{L}\p{N}_.\- :]*$/u.test(key))
    throw invalid(
      `Invalid value ${JSON.stringify(key)} for parameter 'key' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).`,
      'key',
    )
  const parts = key.split('/')
  if (key === '' || parts.some((part) => part === '' || part === '.' || part === '..') || key.startsWith('..')) throw badPath('key', key, key)
  if (key.length > maxTagKey) throw invalid(`'key' exceeds the maximum length of ${maxTagKey} characters`, 'key')
  return key.normalize('NFC')
}

export const tagOf = (tag: Tag): Tag => ({ key: tagKey(tag.key), value: storableText(tag.value, 'value', maxTagValue) })

/** Tags of a new thing: of equal keys the last wins, as in MLflow. */
export const tagsOf = (tags: readonly Tag[] = []): Tag[] => [...new Map(tags.map(tagOf).map((tag) => [tag.key, tag])).values()]

export const descriptionOf = (text: string | null | undefined): string | null => (text === null || text === undefined ? null : storableText(text, 'description', maxDescription))
