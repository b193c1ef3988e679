import { cacheExchange } from '@urql/exchange-graphcache'
import { Client, fetchExchange, gql, mapExchange } from '@urql/core'
import { expect, it } from 'vitest'
import { cutFailures } from './partial.ts'

type Answer = { data: unknown; errors?: { message: string; path?: (string | number)[]; extensions?: object }[] }

const shell = gql('query Shell { project(name: "p") { id name } }')
const datasets = gql('query Datasets { project(name: "p") { id datasets { nodes { id } } } }')
const run = gql('query Run { project(name: "p") { id run(id: "1") { id name owner { id } } } }')

/** A client with the product's order of exchanges, whose network gives these answers in turn. */
function client(...answers: Answer[]): Client {
  return new Client({
    url: 'http://gateway.test/graphql',
    preferGetMethod: false,
    exchanges: [cacheExchange({ keys: { Connection: () => null } }), mapExchange({ onResult: cutFailures }), fetchExchange],
    fetch: async () => new Response(JSON.stringify(answers.shift()), { headers: { 'content-type': 'application/json' } }),
  })
}

const project = { __typename: 'Project', id: 'p1' }
const down = { message: 'datasets is down', extensions: { code: 'SUBGRAPH_DOWN' } }

it('a panel that failed does not take the project from under its neighbours', async () => {
  const urql = client({ data: { project: { ...project, name: 'p' } } }, { data: { project: null }, errors: [{ ...down, path: ['project', 'datasets'] }] })
  await urql.query(shell, {}).toPromise()
  const failed = await urql.query(datasets, {}, { requestPolicy: 'network-only' }).toPromise()
  expect(failed.error?.graphQLErrors[0]?.extensions).toEqual({ code: 'SUBGRAPH_DOWN' })
  expect(failed.data?.project ?? null).toBeNull()
  expect((await urql.query(shell, {}, { requestPolicy: 'cache-only' }).toPromise()).data).toMatchObject({ project: { name: 'p' } })
})

it('the same holds when the error names no field', async () => {
  const urql = client({ data: { project: { ...project, name: 'p' } } }, { data: { project: null }, errors: [down] })
  await urql.query(shell, {}).toPromise()
  await urql.query(datasets, {}, { requestPolicy: 'network-only' }).toPromise()
  expect((await urql.query(shell, {}, { requestPolicy: 'cache-only' }).toPromise()).data).toMatchObject({ project: { name: 'p' } })
})

it('what could be read of a partial answer is shown beside its error', async () => {
  const urql = client({
    data: { project: { ...project, run: { __typename: 'Run', id: '1', name: 'calm', owner: null } } },
    errors: [{ message: 'identity is down', path: ['project', 'run', 'owner', 'id'] }],
  })
  const { data, error } = await urql.query(run, {}).toPromise()
  expect(data).toMatchObject({ project: { run: { name: 'calm', owner: null } } })
  expect(error?.graphQLErrors[0]?.path).toEqual(['project', 'run', 'owner'])
})

it('an answer without an error keeps its nulls', async () => {
  const urql = client({ data: { project: { ...project, run: null } } })
  expect((await urql.query(run, {}).toPromise()).data).toMatchObject({ project: { run: null } })
})
