/** The words of a search filter, cut as sqlparse cuts them, and how Python prints what MLflow's messages quote. */

export interface Token {
  /** `name` may be dotted and partly quoted; `quoted` is wholly in double quotes or backticks; `list` is (…) as a whole. */
  readonly kind: 'name' | 'quoted' | 'string' | 'number' | 'operator' | 'keyword' | 'list' | 'comma' | 'semicolon' | 'other'
  readonly text: string
}

const keywords = new Set(['AND', 'OR', 'NOT', 'IN', 'IS', 'NULL', 'LIKE', 'ILIKE', 'RLIKE', 'BETWEEN'])
const part = '(?:[\\p{L}\\p{N}_$]+|`[^`]*`|"(?:""|\\\\"|[^"])*"|\'(?:\'\'|\\\\\'|[^\'])*\')'
const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['string', /'(?:''|\\'|[^'])*'/uy],
  ['number', /-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\p{L}\p{N}_.])/uy],
  ['name', new RegExp(`(?:[\\p{L}\\p{N}_$]+|\`[^\`]*\`|"(?:""|\\\\"|[^"])*")(?:\\.${part})*`, 'uy')],
  ['operator', /<=>|<>|!=|>=|<=|==|=|<|>/uy],
  ['comma', /,/uy],
  ['semicolon', /;/uy],
]
const space = /\s+/uy

export function tokens(text: string): Token[] {
  const found: Token[] = []
  for (let at = 0; at < text.length; ) {
    const blank = matchAt(space, text, at)
    if (blank) {
      at += blank.length
      continue
    }
    const token = tokenAt(text, at)
    found.push(token)
    at += token.text.length
  }
  return found
}

function tokenAt(text: string, at: number): Token {
  if (text[at] === '(') return { kind: 'list', text: text.slice(at, closing(text, at)) }
  for (const [kind, pattern] of patterns) {
    const match = matchAt(pattern, text, at)
    if (!match) continue
    if (kind !== 'name') return { kind, text: match }
    if (keywords.has(match.toUpperCase())) return { kind: 'keyword', text: match }
    return { kind: /^(?:"[\s\S]*"|`[^`]*`)$/u.test(match) && !match.includes('".') && !match.includes('`.') ? 'quoted' : 'name', text: match }
  }
  return { kind: 'other', text: String.fromCodePoint(text.codePointAt(at) ?? 0) }
}

/** The end of the parenthesis that opens at `at`; the end of the text when it is never closed. */
function closing(text: string, at: number): number {
  let depth = 0
  for (let i = at; i < text.length; i++) {
    const quote = text[i]
    if (quote === "'" || quote === '"') {
      const end = text.indexOf(quote, i + 1)
      if (end < 0) return text.length
      i = end
    } else if (quote === '(') depth++
    else if (quote === ')' && --depth === 0) return i + 1
  }
  return text.length
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** repr() of a string. */
export function pythonRepr(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
  return escaped.includes("'") && !escaped.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`
}

/** str() of a set of strings, in a fixed order where Python's is random. */
export const pythonSet = (values: readonly string[]): string =>
  `{${[...values]
    .sort()
    .map((v) => `'${v}'`)
    .join(', ')}}`
