/**
 * From the table to graphql-shield: one rule per need, asked with the place as parent. The only file that knows shield's
 * and graphql-middleware's oddities: a refusal is *returned*, a rule that throws denies, strict caching would hash
 * parents and arguments, and a tree that names an absent type throws at boot.
 */
import { createRequire } from 'node:module'
import { MapperKind, mapSchema } from '@graphql-tools/utils'
import type * as Middleware from 'graphql-middleware'
import type * as Shield from 'graphql-shield'
import { type GraphQLSchema, isObjectType } from 'graphql'
import { needOf, type Need, type PolicyTree, type RootPolicy } from '#gateway/graphql/policy-tree.ts'
import type { Actor, ProjectRef } from '#shared/actor.ts'
import { couldHold, canSee, decide, isPlatform, type Permission, roleHolds } from '#shared/policy.ts'

// graphql-shield 7.6.5 as an ES module imports util.isUndefined, which Node 23 removed; its CommonJS half only misses it
// when `chain` or `race` are called, and we call neither. The middleware must then be of the same half.
const load = createRequire(import.meta.url)
const { deny, rule, shield }: typeof Shield = load('graphql-shield')
const { applyMiddleware }: typeof Middleware = load('graphql-middleware')

/** The project, or not quite one, that a root named for everything below it. */
export type Place =
  | { readonly kind: 'project'; readonly project: ProjectRef }
  | { readonly kind: 'missing'; readonly name: string }
  | { readonly kind: 'each' }
  | { readonly kind: 'created' }
  | { readonly kind: 'platform' }

/** Why a field is refused. */
export class Refusal extends Error {
  constructor(
    readonly reason: 'anonymous' | 'no-project' | 'no-permission',
    message: string,
    readonly permission?: Permission,
  ) {
    super(message)
  }
}

export interface PolicyContext {
  readonly actor: Actor
}

/** The API schema whose every field answers null behind its rule. Built once, at boot. */
export function policySchema(api: GraphQLSchema, tree: PolicyTree): GraphQLSchema {
  const silent = mapSchema(api, { [MapperKind.OBJECT_FIELD]: (field) => ({ ...field, resolve: () => null }) })
  return applyMiddleware(silent, shield(ruleTree(silent, tree), { fallbackRule: deny, allowExternalErrors: false, debug: false }))
}

function ruleTree(schema: GraphQLSchema, tree: PolicyTree) {
  const rules = new Map<Need, ReturnType<ReturnType<typeof rule>>>()
  const ruleFor = (need: Need) => {
    const known = rules.get(need)
    if (known) return known
    const made = rule(need, { cache: 'no_cache' })((place: Place, _args: unknown, context: PolicyContext) => answer(need, place, context.actor))
    rules.set(need, made)
    return made
  }
  const typeRules: Record<string, Record<string, ReturnType<typeof ruleFor>>> = {}
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    const roots = rootsOf(tree, schema, type.name)
    const needs = Object.keys(type.getFields()).map((field) => [field, roots ? roots[field]?.needs : needOf(tree, type.name, field)] as const)
    // What has no rule is left out, so that the fallback refuses it.
    typeRules[type.name] = Object.fromEntries(needs.flatMap(([field, need]) => (need ? [[field, ruleFor(need)]] : [])))
  }
  return typeRules
}

/** The root table of a root type; undefined for every other type. */
export function rootsOf(tree: PolicyTree, schema: GraphQLSchema, type: string): Readonly<Record<string, RootPolicy>> | undefined {
  if (type === schema.getQueryType()?.name) return tree.roots.Query
  if (type === schema.getMutationType()?.name) return tree.roots.Mutation
  return undefined
}

function answer(need: Need, place: Place, actor: Actor): true | Refusal {
  if (need === 'open' || need === 'reached') return true
  if (actor.kind === 'anonymous') return new Refusal('anonymous', 'You are not authenticated. Log in, or send a token as Bearer.')
  if (place.kind === 'missing') return new Refusal('no-project', `Project '${place.name}' not found`)
  if (need === 'authenticated') return true
  return holds(actor, need, place) ? true : new Refusal('no-permission', reason(actor, need, place), need)
}

function holds(actor: Actor, permission: Permission, place: Place): boolean {
  if (isPlatform(permission)) return couldHold(actor, permission, undefined)
  switch (place.kind) {
    case 'project':
      return couldHold(actor, permission, place.project.id)
    case 'each':
      return actor.snapshot.projects.filter((p) => canSee(actor, p.id)).every((p) => couldHold(actor, permission, p.id))
    case 'created':
      return roleHolds('owner', permission)
    default:
      return false
  }
}

/** Below `projects` the words are fixed: they must not tell in how many projects something is missing. */
function reason(actor: Actor, permission: Permission, place: Place): string {
  if (place.kind === 'each') return 'it is not held in every project of the list'
  return decide(actor, permission, place.kind === 'project' ? place.project.id : undefined).because.join('; ')
}
