/** How many cells the matrix must have, counted from the schemas without the code that asks. */
import { type DocumentNode, Kind, type ObjectTypeDefinitionNode, type TypeNode } from 'graphql'
import { needOf, policyTree } from '#gateway/graphql/policy-tree.ts'
import { isPermission } from '#shared/policy.ts'
import type { openApi } from './operations.ts'
import type { Kind as Thing } from './things.ts'

const people = 7
const contained: ReadonlySet<Thing> = new Set<Thing>([
  'experiment',
  'trashedExperiment',
  'run',
  'trashedRun',
  'loggedModel',
  'model',
  'plainModel',
  'webhook',
  'trace',
  'evaluationDataset',
  'scorer',
  'dataset',
])
const ownDeletable = /^(tracking\.[\w-]+|registry\.(model|version)|datasets\.\w+)\.delete$/

interface Taking {
  readonly takes: readonly Thing[]
  readonly decides?: string
}

/** Everybody; three tokens where a permission decides: without it, with what it takes, with nothing else; the maker where things can be deleted; two strangers for each thing that is named. */
const cellsOf = (permission: string | undefined, takes: readonly Thing[]): number => {
  const named = takes.filter((kind) => contained.has(kind)).length
  return people + (permission === undefined ? 0 : 3) + (permission && ownDeletable.test(permission) && named > 0 ? 1 : 0) + 2 * named
}

export function restCellCount(document: typeof openApi, exampleOf: (name: string) => Taking | undefined): number {
  let sum = 0
  for (const methods of Object.values(document.paths))
    for (const [method, facts] of Object.entries(methods)) {
      const example = exampleOf(`${method.toUpperCase()} ${facts['x-route']}`)
      const needs = facts['x-needs']
      sum += cellsOf(example?.decides ?? (needs.includes('.') ? needs : undefined), example?.takes ?? [])
    }
  return sum
}

const objectsOf = (document: DocumentNode): Map<string, ObjectTypeDefinitionNode> => new Map(document.definitions.flatMap((d) => (d.kind === Kind.OBJECT_TYPE_DEFINITION ? [[d.name.value, d]] : [])))
const named = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type))

/** Below each root every field of every type; below `projects` only what leads to a project and its own fields. */
export function queryCellCount(document: DocumentNode, byId: ReadonlyMap<string, readonly Thing[]>): number {
  const objects = objectsOf(document)
  const below = (type: string, stop: string | undefined, seen = new Set<string>()): Set<string> => {
    if (!objects.has(type) || seen.has(type)) return seen
    seen.add(type)
    if (type !== stop) for (const field of objects.get(type)?.fields ?? []) below(named(field.type), stop, seen)
    return seen
  }
  let sum = 0
  for (const root of objects.get('Query')?.fields ?? []) {
    sum += people + 2 * Number(isPermission(policyTree.roots.Query[root.name.value]?.needs ?? ''))
    for (const type of below(named(root.type), root.name.value === 'projects' ? 'Project' : undefined))
      for (const field of objects.get(type)?.fields ?? []) sum += people + 2 * Number(isPermission(needOf(policyTree, type, field.name.value) ?? ''))
  }
  return sum + [...byId.values()].reduce((cells, takes) => cells + 2 * takes.length, 0)
}

export function mutationCellCount(document: DocumentNode, examples: Readonly<Record<string, Taking>>): number {
  const fields = objectsOf(document).get('Mutation')?.fields ?? []
  return fields.reduce((sum, { name }) => {
    const needs = policyTree.roots.Mutation[name.value]?.needs ?? ''
    return sum + cellsOf(isPermission(needs) ? needs : undefined, examples[name.value]?.takes ?? [])
  }, 0)
}

/** Two steps from entity to entity, each asked as the owner, as an outsider and as the owner of another project. */
export function edgeCellCount(document: DocumentNode, entities: ReadonlySet<string>): number {
  const objects = objectsOf(document)
  const target = (type: string): string | undefined => {
    if (entities.has(type)) return type
    const nodes = type.endsWith('Connection') ? objects.get(type)?.fields?.find((f) => f.name.value === 'nodes') : undefined
    return nodes && target(named(nodes.type))
  }
  const edges = [...entities].flatMap((from) => (objects.get(from)?.fields ?? []).flatMap(({ type }) => target(named(type)) ?? []).map((to) => ({ from, to })))
  return 3 * edges.reduce((sum, { to }) => sum + edges.filter(({ from }) => from === to).length, 0)
}
