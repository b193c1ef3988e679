/**
 * The policy pass: graphql-shield asked about every (selection set, type, place) of an operation, once, before it is
 * planned (stack.md section 1.5). Nothing is fetched for a refused operation. The place is the project that a root
 * names; no argument below a root changes it (schema-lint.ts forbids such arguments).
 */
import { randomUUID } from 'node:crypto'
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  GraphQLError,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLSkipDirective,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { appliesTo } from '#gateway/graphql/cost.ts'
import { tooLarge } from '#gateway/graphql/document-limits.ts'
import { limits } from '#gateway/graphql/limits.ts'
import { type Place, policySchema, Refusal, rootsOf } from '#gateway/graphql/policy-rules.ts'
import type { PlaceSource, PolicyTree } from '#gateway/graphql/policy-tree.ts'
import { findProject } from '#shared/access.ts'
import type { Actor } from '#shared/actor.ts'

export interface Operation {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  /** Coerced by the schema, defaults included. */
  readonly variables: Readonly<Record<string, unknown>>
}

export interface PassResult {
  readonly refused: readonly { readonly path: string; readonly refusal: Refusal }[]
  /** Names of the projects that the roots named, for the log. */
  readonly projects: readonly string[]
}

export interface PolicyPass {
  /** Walks the whole operation and collects every refusal. Throws only when it is too large. */
  check(operation: Operation, actor: Actor): Promise<PassResult>
}

export function createPolicyPass(api: GraphQLSchema, tree: PolicyTree): PolicyPass {
  const schema = policySchema(api, tree)
  return { check: (operation, actor) => new Walk(schema, tree, operation, actor).run() }
}

class Walk {
  private readonly refused: { path: string; refusal: Refusal }[] = []
  private readonly projects = new Set<string>()
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  private readonly setIds = new Map<SelectionSetNode, number>()
  private readonly seen = new Set<string>()
  private visits = 0

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly tree: PolicyTree,
    private readonly op: Operation,
    private readonly actor: Actor,
  ) {
    this.fragments = new Map(op.document.definitions.filter((d): d is FragmentDefinitionNode => d.kind === Kind.FRAGMENT_DEFINITION).map((d) => [d.name.value, d]))
  }

  async run(): Promise<PassResult> {
    const root = this.schema.getRootType(this.op.operation.operation)
    if (root) await this.visitSet(this.op.operation.selectionSet, root, undefined, '')
    return { refused: this.refused, projects: [...this.projects] }
  }

  /** `place` is undefined at the root: there every field finds its own. */
  private async visitSet(set: SelectionSetNode, type: GraphQLObjectType, place: Place | undefined, path: string): Promise<void> {
    if (this.wasSeen(set, type, place)) return
    for (const selection of set.selections) {
      if (!this.isIncluded(selection)) continue
      if (selection.kind === Kind.FIELD) {
        await this.visitField(selection, type, place, path)
        continue
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value)
      if (fragment && appliesTo(this.schema, fragment.typeCondition?.name.value, type)) await this.visitSet(fragment.selectionSet, type, place, path)
    }
  }

  private async visitField(node: FieldNode, type: GraphQLObjectType, inherited: Place | undefined, path: string): Promise<void> {
    if (node.name.value === '__typename') return
    if (++this.visits > limits.visits) throw tooLarge('the policy would have to look at too many fields')
    const name = (node.alias ?? node.name).value
    const at = path ? `${path}.${name}` : name
    const field = type.getFields()[node.name.value]
    if (!field) return this.visitIntrospection(at) // __schema and __type: the only names that validation lets through
    const args = getArgumentValues(field, node, { ...this.op.variables })
    const place = inherited ?? this.placeOf(type, field.name, args)
    const refusal = await this.ask(field, type, node, place, args)
    if (refusal) {
      this.refused.push({ path: at, refusal })
      return
    }
    const named = getNamedType(field.type)
    if (!node.selectionSet || !isCompositeType(named)) return
    for (const possible of isObjectType(named) ? [named] : isAbstractType(named) ? this.schema.getPossibleTypes(named) : []) await this.visitSet(node.selectionSet, possible, place, at)
  }

  private visitIntrospection(path: string): void {
    if (this.actor.kind === 'anonymous') this.refused.push({ path, refusal: new Refusal('anonymous', 'The schema is shown to whoever is logged in.') })
  }

  /** Asks the field's rule. Shield returns its refusal; a foreign error or a rule's defect refuses as well. */
  private async ask(field: GraphQLField<unknown, unknown>, type: GraphQLObjectType, node: FieldNode, place: Place, args: Record<string, unknown>): Promise<Refusal | undefined> {
    const info: GraphQLResolveInfo = {
      fieldName: field.name,
      fieldNodes: [node],
      returnType: field.type,
      parentType: type,
      path: { prev: undefined, key: field.name, typename: type.name },
      schema: this.schema,
      fragments: {},
      rootValue: undefined,
      operation: this.op.operation,
      variableValues: { ...this.op.variables },
    }
    let answer: unknown
    try {
      answer = await field.resolve?.(place, args, { actor: this.actor }, info)
    } catch (error) {
      answer = error
    }
    if (answer === null && field.resolve) return undefined
    return answer instanceof Refusal ? answer : new Refusal('no-permission', 'no rule allows this')
  }

  private placeOf(type: GraphQLObjectType, field: string, args: Record<string, unknown>): Place {
    const source = rootsOf(this.tree, this.schema, type.name)?.[field]?.place ?? 'platform'
    if (typeof source === 'string') return { kind: source }
    const name = argumentOf(source, args)
    const project = findProject(this.actor, name)
    // A project is named by its name: an id in this place is as missing as any other wrong name.
    if (project?.name !== name) return { kind: 'missing', name }
    this.projects.add(project.name)
    return { kind: 'project', project }
  }

  private wasSeen(set: SelectionSetNode, type: GraphQLObjectType, place: Place | undefined): boolean {
    const id = this.setIds.get(set) ?? this.setIds.size
    this.setIds.set(set, id)
    const where = place === undefined ? '' : place.kind === 'project' ? place.project.id : place.kind
    const key = `${id}|${type.name}|${where}`
    if (this.seen.has(key)) return true
    this.seen.add(key)
    return false
  }

  private isIncluded(node: SelectionNode): boolean {
    const variables = { ...this.op.variables }
    return getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] !== true && getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] !== false
  }
}

function argumentOf(source: Exclude<PlaceSource, string>, args: Record<string, unknown>): string {
  const input = args['input']
  const value = source.argument === 'name' ? args['name'] : typeof input === 'object' && input !== null && 'project' in input ? input.project : undefined
  return typeof value === 'string' ? value : ''
}

/** One error for the whole operation (design section 4): the worst reason decides, every refused path is named. */
export function refusalError(refused: PassResult['refused']): GraphQLError {
  const paths = refused.map(({ path }) => path)
  const first = (reason: Refusal['reason']): Refusal | undefined => refused.find(({ refusal }) => refusal.reason === reason)?.refusal
  const anonymous = first('anonymous')
  if (anonymous) return new GraphQLError(anonymous.message, { extensions: { code: 'UNAUTHENTICATED', paths, http: { status: 401 } } })
  const missing = first('no-project')
  if (missing) return new GraphQLError(missing.message, { extensions: { code: 'NOT_FOUND', http: { status: 404 } } })
  const denialId = randomUUID()
  const reasons = new Map(refused.map(({ refusal }) => [refusal.permission ?? 'this', refusal.message]))
  const words = [...reasons].map(([permission, why]) => `${permission} is missing (${why})`).join(', ')
  return new GraphQLError(`${words}; denial ${denialId}`, { extensions: { code: 'FORBIDDEN', paths, permissions: [...reasons.keys()], denialId, http: { status: 403 } } })
}
