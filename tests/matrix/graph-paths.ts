/** Ways to every field of the graph, found in schema/api.graphql: the shortest below each root. */
import { readFileSync } from 'node:fs'
import { buildSchema, getNamedType, type GraphQLField, type GraphQLObjectType, isCompositeType, isObjectType, isRequiredArgument } from 'graphql'
import { needOf, policyTree, type Need } from '#gateway/graphql/policy-tree.ts'
import { repositoryPath } from '#shared/paths.ts'
import { fieldExamples } from './graph-examples.ts'
import type { Things } from './things.ts'

export const apiText = readFileSync(repositoryPath('schema', 'api.graphql'), 'utf8')
export const supergraphText = readFileSync(repositoryPath('schema', 'supergraph.graphql'), 'utf8')
export const api = buildSchema(apiText)

export const roots = ['project', 'me', 'projects', 'platform'] as const
export type Root = (typeof roots)[number]

interface Step {
  readonly type: GraphQLObjectType
  readonly field: GraphQLField<unknown, unknown>
}
/** From Query down to the field that is asked. */
export type Way = readonly Step[]

const objectType = (name: string): GraphQLObjectType => {
  const type = api.getType(name)
  if (!isObjectType(type)) throw new Error(`${name} is no object type of the graph`)
  return type
}
const fieldsOf = (type: GraphQLObjectType): Step[] => Object.values(type.getFields()).map((field) => ({ type, field }))
const targetOf = ({ field }: Step): GraphQLObjectType | undefined => {
  const type = getNamedType(field.type)
  return isObjectType(type) ? type : undefined
}
const rootStep = (root: Root): Step => {
  const type = objectType('Query')
  const field = type.getFields()[root]
  if (!field) throw new Error(`Query has no field ${root}`)
  return { type, field }
}

/** The shortest way to each type below a root. `projects` is followed as far as the project, where `project` goes on. */
function waysToTypes(root: Root): ReadonlyMap<string, Way> {
  const first = rootStep(root)
  const ways = new Map<string, Way>()
  const queue: Way[] = [[first]]
  for (let way = queue.shift(); way; way = queue.shift()) {
    const last = way.at(-1)
    const type = last && targetOf(last)
    if (!type || ways.has(type.name)) continue
    ways.set(type.name, way)
    if (root === 'projects' && type.name === 'Project') continue
    for (const step of fieldsOf(type)) queue.push([...way, step])
  }
  return ways
}

/** Every field of every type below the root, and the root itself. */
export const waysBelow = (root: Root): Way[] => [[rootStep(root)], ...[...waysToTypes(root)].flatMap(([type, way]) => fieldsOf(objectType(type)).map((step) => [...way, step]))]

/** The types that the subgraphs share by key; the gateway composes them, so they are the edges between subsystems. */
export const entities: readonly string[] = [...supergraphText.matchAll(/^type (\w+)((?:\n {2}@join__\w+\(.*\))*)/gm)].flatMap(([, name = '', joins = '']) => (joins.includes('key:') ? [name] : []))

/** Every two steps from entity to entity, below `project`. */
export function edges(): Way[] {
  const ways = waysToTypes('project')
  const stepsFrom = (type: string): { way: Way; to: string }[] =>
    fieldsOf(objectType(type)).flatMap((step) => {
      const target = targetOf(step)
      if (!target) return []
      if (entities.includes(target.name)) return [{ way: [step], to: target.name }]
      const nodes = target.name.endsWith('Connection') ? target.getFields()['nodes'] : undefined
      const inner = nodes && getNamedType(nodes.type)
      return nodes && inner && entities.includes(inner.name) ? [{ way: [step, { type: target, field: nodes }], to: inner.name }] : []
    })
  return entities.flatMap((entity) => {
    const way = ways.get(entity)
    if (!way) return []
    return stepsFrom(entity).flatMap((first) => stepsFrom(first.to).map((second) => [...way, ...first.way, ...second.way]))
  })
}

export const nameOf = (way: Way): string => way.map(({ field }) => field.name).join('.')
export const needsOf = (way: Way): (Need | undefined)[] => way.map(({ type, field }) => (type.name === 'Query' ? policyTree.roots.Query[field.name]?.needs : needOf(policyTree, type.name, field.name)))

/** The document for a way; `project` is the name that the root asks for. */
export function documentOf(way: Way, things: Things, project: string): string {
  const inner = way.reduceRight<string>((below, step, i) => {
    const isLast = i === way.length - 1
    const selection = isLast ? (isCompositeType(getNamedType(step.field.type)) ? ' { __typename }' : '') : ` { ${below} }`
    return `${step.field.name}${argumentsOf(step, things, project)}${selection}`
  }, '')
  return `{ ${inner} }`
}

function argumentsOf({ type, field }: Step, things: Things, project: string): string {
  const example = fieldExamples[`${type.name}.${field.name}`]
  const given = type.name === 'Query' && field.name === 'project' ? { name: project } : (example?.args(things) ?? {})
  // Pages multiply on the way down; the gateway refuses what could be too much.
  const all: Record<string, unknown> = field.args.some((a) => a.name === 'first') ? { first: 3, ...given } : given
  const missing = field.args.find((a) => isRequiredArgument(a) && !(a.name in all))
  if (missing) throw new Error(`${type.name}.${field.name} needs ${missing.name}: add a row to fieldExamples`)
  const parts = Object.entries(all).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  return parts.length === 0 ? '' : `(${parts.join(', ')})`
}

/** The values of the last field, from every object that the way led to; `undefined` where it led to none. */
export function reached(data: unknown, way: Way): readonly unknown[] | undefined {
  let objects: unknown[] = [data]
  for (const [i, { field }] of way.entries()) {
    const values = objects.flatMap((o): unknown[] => (typeof o === 'object' && o !== null && field.name in o ? [Object.entries(o).find(([k]) => k === field.name)?.[1]] : []))
    if (i === way.length - 1) return values.length > 0 ? values : undefined
    objects = values.flat().filter((v) => v !== null && v !== undefined)
    if (objects.length === 0) return undefined
  }
  return undefined
}
