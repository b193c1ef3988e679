/** The real table against the real, committed graph: a field without a rule, or a rule without a field, is red. */
import { readFileSync } from 'node:fs'
import { buildSchema, isInputObjectType, isObjectType } from 'graphql'
import { describe, expect, test } from 'vitest'
import { needOf, policyTree } from '#gateway/graphql/policy-tree.ts'
import { lintSchema, unusedRows } from '#gateway/graphql/schema-lint.ts'
import { repositoryPath } from '#shared/paths.ts'
import { isPermission, isPlatform, isRead, type Permission } from '#shared/policy.ts'

const api = buildSchema(readFileSync(repositoryPath('schema', 'api.graphql'), 'utf8'))
const supergraph = readFileSync(repositoryPath('schema', 'supergraph.graphql'), 'utf8')

test('every field of the graph has a rule, and the graph keeps the rules of the gateway', () => {
  expect(lintSchema(api, supergraph, policyTree)).toEqual([])
})
test('every row of the table is about something in the graph', () => {
  expect([...unusedRows(api, policyTree)]).toEqual([])
})

describe('the table', () => {
  const mutations = Object.entries(policyTree.roots.Mutation)
  test('asks for no read permission where something is changed', () => {
    expect(mutations.filter(([, { needs }]) => isPermission(needs) && isRead(needs)).map(([name]) => name)).toEqual([])
  })
  test('asks for read permissions only where something is read', () => {
    const needs = Object.values(api.getTypeMap()).flatMap((type) =>
      isObjectType(type) && !type.name.startsWith('__') && !/^(Query|Mutation)$/.test(type.name) ? Object.keys(type.getFields()).map((field) => needOf(policyTree, type.name, field)) : [],
    )
    expect(needs.filter((need): need is Permission => need !== undefined && isPermission(need) && !isRead(need))).toEqual([])
  })
  test('takes platform permissions outside projects, and project permissions inside them', () => {
    const misplaced = mutations.filter(([, { needs, place }]) => isPermission(needs) && isPlatform(needs) !== (place === 'platform' || place === 'created'))
    expect(misplaced.map(([name]) => name)).toEqual([])
  })
  test('lets strangers ask for nothing but who they are', () => {
    const open = [...Object.entries(policyTree.roots.Query), ...mutations].filter(([, { needs }]) => needs === 'open').map(([name]) => name)
    expect(open).toEqual(['me'])
  })
  test('reads the project of every mutation that names one, except where it is a ceiling or being made', () => {
    const fields = api.getMutationType()?.getFields() ?? {}
    const named = Object.values(fields).filter((field) =>
      field.args.some((a) => isInputObjectType(api.getType(String(a.type).replace('!', ''))) && String(a.type).startsWith(`${field.name[0]?.toUpperCase()}${field.name.slice(1)}Input`)),
    )
    expect(named.length).toBe(Object.keys(fields).length)
    const elsewhere = named.filter((field) => {
      const input = api.getType(String(field.args[0]?.type).replace('!', ''))
      return isInputObjectType(input) && input.getFields()['project'] && typeof policyTree.roots.Mutation[field.name]?.place !== 'object'
    })
    expect(elsewhere.map((field) => field.name).sort()).toEqual(['createProject', 'createToken'])
  })
})
