/**
 * The limits that need no schema, checked before validation: graphql-js compares equal response names pairwise, so a
 * document must be bounded before it is validated. Every function here visits each selection set once.
 */
import { type DocumentNode, type FragmentDefinitionNode, GraphQLError, Kind, parse, type SelectionSetNode, visit } from 'graphql'
import { limits } from '#gateway/graphql/limits.ts'

export const tooLarge = (what: string): GraphQLError => new GraphQLError(`The operation is too large: ${what}.`, { extensions: { code: 'OPERATION_TOO_LARGE', http: { status: 400 } } })

/** The refusal for this text, or undefined. A text that does not parse passes: the parser words that better. */
export function refuseDocument(query: string): GraphQLError | undefined {
  let document: DocumentNode
  try {
    document = parse(query, { maxTokens: limits.tokens, noLocation: true })
  } catch (error) {
    return error instanceof GraphQLError && error.message.includes('Parsing aborted') ? tooLarge(`more than ${limits.tokens} tokens`) : undefined
  }
  const { aliases, directives, repeats } = count(document)
  if (aliases > limits.aliases) return tooLarge(`${aliases} aliases, at most ${limits.aliases} are allowed`)
  if (directives > limits.directives) return tooLarge(`${directives} directives, at most ${limits.directives} are allowed`)
  if (repeats > limits.repeats) return tooLarge(`a field is repeated ${repeats} times, at most ${limits.repeats} are allowed`)
  const depth = depthOf(document)
  return depth > limits.depth ? tooLarge(`it is ${depth} fields deep, at most ${limits.depth} are allowed`) : undefined
}

function count(document: DocumentNode): { aliases: number; directives: number; repeats: number } {
  const found = { aliases: 0, directives: 0, repeats: 0 }
  visit(document, {
    enter(node) {
      if (node.kind === Kind.DIRECTIVE) found.directives++
      if (node.kind === Kind.FIELD && node.alias) found.aliases++
      if (node.kind === Kind.SELECTION_SET) found.repeats = Math.max(found.repeats, mostRepeated(node))
    },
  })
  return found
}

/** How often the most frequent selection of a set stands in it. */
function mostRepeated(set: SelectionSetNode): number {
  const times = new Map<string, number>()
  for (const selection of set.selections) {
    const name = selection.kind === Kind.FIELD ? (selection.alias ?? selection.name).value : selection.kind === Kind.FRAGMENT_SPREAD ? `...${selection.name.value}` : '...'
    times.set(name, (times.get(name) ?? 0) + 1)
  }
  return Math.max(0, ...times.values())
}

function depthOf(document: DocumentNode): number {
  const fragments = new Map(document.definitions.filter((d): d is FragmentDefinitionNode => d.kind === Kind.FRAGMENT_DEFINITION).map((d) => [d.name.value, d]))
  const known = new Map<SelectionSetNode, number>()
  const below = (set: SelectionSetNode): number => {
    const seen = known.get(set)
    if (seen !== undefined) return seen
    known.set(set, 0) // a cycle counts nothing here; validation refuses it
    let deepest = 0
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        // Introspection has its own rule in graphql-js (MaxIntrospectionDepthRule).
        if (!selection.name.value.startsWith('__')) deepest = Math.max(deepest, 1 + (selection.selectionSet ? below(selection.selectionSet) : 0))
        continue
      }
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments.get(selection.name.value)?.selectionSet
      if (inner) deepest = Math.max(deepest, below(inner))
    }
    known.set(set, deepest)
    return deepest
  }
  return Math.max(0, ...document.definitions.map((d) => (d.kind === Kind.OPERATION_DEFINITION || d.kind === Kind.FRAGMENT_DEFINITION ? below(d.selectionSet) : 0)))
}
