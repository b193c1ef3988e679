/**
 * How many objects the answer could hold, at most. Scalars are free; the page of a list multiplies what lies below its
 * `nodes`. Each (selection set, type, page) is computed once, so fragments that double each other stay linear.
 */
import {
  type FragmentDefinitionNode,
  getArgumentValues,
  getNamedType,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { tooLarge } from '#gateway/graphql/document-limits.ts'
import { assumedPage, limits, pageLimits } from '#gateway/graphql/limits.ts'

/** Throws when the operation could yield more objects than allowed, or asks for a page larger than allowed. */
export function assertAffordable(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>): void {
  const fragments = new Map(document.definitions.filter((d): d is FragmentDefinitionNode => d.kind === Kind.FRAGMENT_DEFINITION).map((d) => [d.name.value, d]))
  const known = new Map<SelectionSetNode, Map<string, number>>()

  const costOfSet = (set: SelectionSetNode, type: GraphQLObjectType, page: number): number => {
    const key = `${type.name}:${page}`
    const bySet = known.get(set) ?? new Map<string, number>()
    known.set(set, bySet)
    const seen = bySet.get(key)
    if (seen !== undefined) return seen
    let cost = 0
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        cost += costOfField(selection, type, page)
        continue
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      if (fragment && appliesTo(schema, fragment.typeCondition?.name.value, type)) cost += costOfSet(fragment.selectionSet, type, page)
    }
    bySet.set(key, cost)
    return cost
  }

  const costOfField = (node: FieldNode, type: GraphQLObjectType, page: number): number => {
    const field = type.getFields()[node.name.value]
    if (!field || !node.selectionSet) return 0
    const named = getNamedType(field.type)
    const possible = isObjectType(named) ? [named] : isAbstractType(named) ? schema.getPossibleTypes(named) : []
    const inner = pageOf(field.args.some((a) => a.name === 'first') ? getArgumentValues(field, node, { ...variables })['first'] : undefined, named.name, node)
    const below = Math.max(0, ...possible.map((t) => costOfSet(node.selectionSet ?? { kind: Kind.SELECTION_SET, selections: [] }, t, inner)))
    return (node.name.value === 'nodes' ? page : 1) * (1 + below)
  }

  const root = schema.getRootType(operation.operation)
  if (!root) return
  const cost = costOfSet(operation.selectionSet, root, 1)
  if (cost > limits.cost) throw tooLarge(`it could return ${cost} objects, at most ${limits.cost} are allowed; ask for smaller pages`)
}

/** The length of a page, checked. */
function pageOf(first: unknown, connection: string, node: FieldNode): number {
  if (typeof first !== 'number') return assumedPage
  const most = pageLimits[connection] ?? limits.first
  if (first < 0 || first > most)
    throw new GraphQLError(`'first' of ${node.name.value} must be between 0 and ${most}.`, { nodes: [node], extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } })
  return first
}

/** Whether a fragment on `condition` looks at objects of `type`. */
export function appliesTo(schema: GraphQLSchema, condition: string | undefined, type: GraphQLObjectType): boolean {
  if (condition === undefined || condition === type.name) return true
  const named = schema.getType(condition)
  return isAbstractType(named) && schema.isSubType(named, type)
}
