/**
 * The shape that the policy pass relies on (design section 4), checked in CI and at every boot: the project of each
 * selection must be known from its root, before anything runs. Each rule yields sentences; none means the schema is good.
 */
import {
  type DirectiveNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  type DocumentNode,
} from 'graphql'
import { rootsOf } from '#gateway/graphql/policy-rules.ts'
import { needOf, type PolicyTree } from '#gateway/graphql/policy-tree.ts'

type Lint = (facts: Facts) => Iterable<string>

interface Facts {
  /** What clients see. */
  readonly api: GraphQLSchema
  /** The composed supergraph, for its keys. */
  readonly supergraph: DocumentNode
  readonly tree: PolicyTree
}

/** Everything wrong with the schema, as sentences. */
export function lintSchema(api: GraphQLSchema, supergraphSdl: string, tree: PolicyTree): string[] {
  const facts: Facts = { api, supergraph: parse(supergraphSdl, { noLocation: true }), tree }
  return rules.flatMap((rule) => [...rule(facts)])
}

const objects = (schema: GraphQLSchema): GraphQLObjectType[] => Object.values(schema.getTypeMap()).filter((t): t is GraphQLObjectType => isObjectType(t) && !t.name.startsWith('__'))
const fieldsOf = (type: GraphQLObjectType): GraphQLField<unknown, unknown>[] => Object.values(type.getFields())

function* everyFieldHasANeed({ api, tree }: Facts): Iterable<string> {
  for (const type of objects(api)) {
    const roots = rootsOf(tree, api, type.name)
    for (const field of fieldsOf(type)) if (roots ? !roots[field.name] : !needOf(tree, type.name, field.name)) yield `${type.name}.${field.name} has no rule in policy-tree.ts`
  }
}

/**
 * Rows for what the schema has not: a misspelt row for something that it has. For CI only; an old row harms nobody at boot,
 * because what it was meant for has no rule then, and that is a fault above.
 */
export function* unusedRows(api: GraphQLSchema, tree: PolicyTree): Iterable<string> {
  for (const [root, rows] of Object.entries(tree.roots)) {
    const type = root === 'Query' ? api.getQueryType() : api.getMutationType()
    for (const field of Object.keys(rows)) if (!type?.getFields()[field]) yield `policy-tree.ts has a row ${root}.${field}, the schema has not`
  }
  for (const [name, policy] of Object.entries(tree.types)) {
    const type = api.getType(name)
    if (!isObjectType(type)) yield `policy-tree.ts has a row ${name}, the schema has no such type`
    else if (typeof policy === 'object')
      for (const field of Object.keys(policy)) if (field !== '*' && !type.getFields()[field]) yield `policy-tree.ts has an exception ${name}.${field}, the schema has no such field`
  }
}

function* projectComesFromRootsOnly({ api, tree }: Facts): Iterable<string> {
  for (const type of objects(api)) {
    const isRoot = rootsOf(tree, api, type.name) !== undefined
    for (const field of fieldsOf(type)) {
      if (!isRoot) for (const argument of field.args) if (argument.name === 'project') yield `${type.name}.${field.name} has an argument 'project' below the roots`
      if (!isRoot && getNamedType(field.type).name === 'Project' && !isCarrier(type.name)) yield `${type.name}.${field.name} returns Project: only roots may (elsewhere a ForeignProject)`
    }
  }
}
const isCarrier = (type: string): boolean => type === 'ProjectConnection' || type.endsWith('Payload')

function* mutationsTakeOneInput({ api, tree }: Facts): Iterable<string> {
  for (const field of Object.values(api.getMutationType()?.getFields() ?? {})) {
    const [argument] = field.args
    if (field.args.length !== 1 || argument?.name !== 'input' || !isNonNullType(argument.type)) {
      yield `Mutation.${field.name} must take exactly one argument, input, that is not null`
      continue
    }
    const input = getNullableType(argument.type)
    const place = tree.roots.Mutation[field.name]?.place
    const project = isInputObjectType(input) ? input.getFields()['project'] : undefined
    const wantsProject = typeof place === 'object' || place === 'created'
    if (wantsProject && !(project && isNonNullType(project.type))) yield `Mutation.${field.name}: its input has no 'project: String!'`
    if (typeof place === 'object' && place.argument !== 'input.project') yield `Mutation.${field.name}: its place must come from input.project`
  }
}

/** A rule on an abstract type does not protect the types behind it, so each of them must have its own. */
function* abstractTypesAreRuled({ api, tree }: Facts): Iterable<string> {
  for (const type of Object.values(api.getTypeMap())) {
    if (!isAbstractType(type)) continue
    for (const possible of api.getPossibleTypes(type)) if (!tree.types[possible.name]) yield `${possible.name} hides behind ${type.name} and has no row in policy-tree.ts`
  }
}

function* keysCarryTheProject({ supergraph }: Facts): Iterable<string> {
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
    const wanted = keyedById.has(definition.name.value) ? 'id' : 'projectId id'
    for (const directive of definition.directives ?? []) {
      const key = keyOf(directive)
      if (key !== undefined && key !== wanted) yield `${definition.name.value} has the key "${key}", it must be "${wanted}"`
    }
  }
}
const keyedById = new Set(['User', 'Project'])
const keyOf = (directive: DirectiveNode): string | undefined => {
  if (directive.name.value !== 'join__type') return undefined
  const value = directive.arguments?.find((a) => a.name.value === 'key')?.value
  return value?.kind === Kind.STRING ? value.value : undefined
}

/**
 * A field that another subgraph adds to an entity must be nullable: when that subgraph is down, GraphQL's null rule would
 * take the whole entity away with it, where partial data is promised (design section 4). An entity's home is the subgraph
 * with most of its fields.
 */
function* borrowedFieldsAreNullable({ supergraph }: Facts): Iterable<string> {
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || !definition.directives?.some((d) => keyOf(d) !== undefined)) continue
    const fields = (definition.fields ?? []).map((field) => ({ field, graphs: graphsOf(field.directives ?? []) }))
    const weight = new Map<string, number>()
    for (const { graphs } of fields) for (const graph of graphs) weight.set(graph, (weight.get(graph) ?? 0) + 1)
    const home = [...weight].sort(([, a], [, b]) => b - a)[0]?.[0]
    for (const { field, graphs } of fields)
      if (graphs.length === 1 && graphs[0] !== home && field.type.kind === Kind.NON_NULL_TYPE) yield `${definition.name.value}.${field.name.value} comes from ${graphs[0]} and must be nullable`
  }
}
/** The subgraphs that a field's `join__field` names; none where all of them have it. */
const graphsOf = (directives: readonly DirectiveNode[]): string[] =>
  directives.flatMap((directive) => {
    const graph = directive.name.value === 'join__field' ? directive.arguments?.find((a) => a.name.value === 'graph')?.value : undefined
    return graph?.kind === Kind.ENUM ? [graph.value] : []
  })

/** `Float` refuses NaN and `Int` refuses milliseconds and sizes: times, steps, values and sizes have scalars of their own. */
const wideNames = /(At|Time|Timestamp|step|Bytes|[sS]ize|points)$/
function* wideNumbersHaveWideScalars({ api }: Facts): Iterable<string> {
  for (const type of objects(api)) {
    for (const field of fieldsOf(type)) {
      const scalar = getNamedType(field.type).name
      if ((scalar === 'Int' || scalar === 'Float') && wideNames.test(field.name)) yield `${type.name}.${field.name} is ${scalar}: use Timestamp, Long or MetricValue`
      if (type.name.startsWith('Metric') && scalar === 'Float') yield `${type.name}.${field.name} is Float, which refuses NaN: use MetricValue`
    }
  }
}

function* connectionsAreThin({ api }: Facts): Iterable<string> {
  for (const type of objects(api)) {
    if (!type.name.endsWith('Connection')) continue
    const fields = type.getFields()
    const names = Object.keys(fields).sort().join(' ')
    const nodes = fields['nodes']
    if (names !== 'nodes pageInfo') yield `${type.name} has the fields ${names}; a connection has nodes and pageInfo (a total is a field of its own)`
    else if (nodes && !isListType(getNullableType(nodes.type))) yield `${type.name}.nodes must be a list`
  }
}

/** Lists of entities without pages grow until they hurt; short lists of values are allowed. */
function* listsOfEntitiesArePaged({ api, supergraph }: Facts): Iterable<string> {
  const entities = new Set(supergraph.definitions.flatMap((d) => (d.kind === Kind.OBJECT_TYPE_DEFINITION && d.directives?.some((x) => keyOf(x) !== undefined) ? [d.name.value] : [])))
  for (const type of objects(api)) {
    for (const field of fieldsOf(type)) {
      const name = `${type.name}.${field.name}`
      const takesPages = field.args.some((a) => a.name === 'first') && field.args.some((a) => a.name === 'after')
      if (getNamedType(field.type).name.endsWith('Connection') && !takesPages) yield `${name} is a connection and must take first and after`
      if (isListType(getNullableType(field.type)) && entities.has(getNamedType(field.type).name) && field.name !== 'nodes' && !boundedLists.has(name))
        yield `${name} is a list of entities without pages`
    }
  }
}
/** Lists of entities that are short by nature. */
const boundedLists = new Set(['RegisteredModel.latestVersions', 'Run.loggedModels', 'DeleteRunsPayload.runs', 'RestoreRunsPayload.runs'])

const rules: readonly Lint[] = [
  everyFieldHasANeed,
  projectComesFromRootsOnly,
  mutationsTakeOneInput,
  abstractTypesAreRuled,
  keysCarryTheProject,
  borrowedFieldsAreNullable,
  wideNumbersHaveWideScalars,
  connectionsAreThin,
  listsOfEntitiesArePaged,
]
