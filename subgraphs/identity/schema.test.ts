import { isObjectType, isSpecifiedScalarType, type GraphQLSchema } from 'graphql'
import { beforeAll, expect, it } from 'vitest'
import { createIdentitySchema } from '#identity/schema.ts'

let schema: GraphQLSchema
beforeAll(async () => {
  schema = await createIdentitySchema()
})

it('needs no database and has the roots that the other subgraphs build on', () => {
  expect(Object.keys(schema.getQueryType()!.getFields()).sort()).toEqual(['_entities', '_service', 'me', 'platform', 'project', 'projects'])
  expect(Object.keys(schema.getMutationType()!.getFields()).sort()).toEqual([
    'changeMyPassword',
    'createProject',
    'createToken',
    'createUser',
    'removeMember',
    'revokeToken',
    'setMember',
    'setPassword',
    'updateProject',
    'updateUser',
  ])
})

it('gives every mutation exactly one argument, its input', () => {
  for (const field of Object.values(schema.getMutationType()!.getFields()))
    expect(
      field.args.map((a) => a.name),
      field.name,
    ).toEqual(['input'])
})

it('has no password or hash in any type that is read', () => {
  for (const type of Object.values(schema.getTypeMap()))
    if (isObjectType(type) && !type.name.startsWith('__') && type.name !== 'Mutation') for (const name of Object.keys(type.getFields())) expect(name, type.name).not.toMatch(/hash|^password$/i)
})

it('describes every object type that people read', () => {
  for (const type of Object.values(schema.getTypeMap()))
    if (isObjectType(type) && !/^(_|Query|Mutation)|Payload$/.test(type.name) && !isSpecifiedScalarType(type)) expect(type.description, type.name).toBeTruthy()
})
