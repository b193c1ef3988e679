import { graphql, parse, validate } from 'graphql'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newTestDatabase, type TestDatabase } from '#shared/testing/database.ts'
import { clientOf } from '#datasets/testing/client.ts'
import { startTestServer, type TestServer } from '#datasets/testing/server.ts'

let database: TestDatabase
let server: TestServer
let count = 0
let name: string

beforeAll(async () => {
  database = await newTestDatabase()
  server = await startTestServer({ databaseUrl: database.url })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})
beforeEach(() => {
  name = `d${++count}`
})

const csv = 'id,city,score\n1,Bern,1.5\n9007199254740993,Wien,\n'
const alice = () => clientOf(server, 'alice', 'p1')
type Person = keyof TestServer['people']

/** A project's fields, reached as the gateway reaches them: by its key. */
async function inProject(who: Person, project: 'p1' | 'p2' | 'default', fields: string): Promise<unknown> {
  const query = `query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Project { ${fields} } } }`
  const { data, errors } = await server.graph(who, query, { keys: [{ __typename: 'Project', id: server.projects[project].id }] })
  if (errors) throw errors[0]?.originalError ?? errors[0]
  const entities = data?.['_entities']
  return Array.isArray(entities) ? entities[0] : undefined
}

describe('a project in the graph', () => {
  it('shows a dataset with its versions, columns, owner and rows', async () => {
    await alice().upload(`${name}.csv`, csv, '', { description: 'Cities', message: 'first' })
    await alice().upload(`${name}.csv`, 'id\n1\n', '?as_version=true')
    const answer = await inProject(
      'vera',
      'p1',
      `dataset(name: "${name}") {
        projectId name description location owner { id } tags { key }
        latestVersion { version }
        versions(first: 1) { nodes { version } pageInfo { hasNextPage } }
        version(version: 1) { datasetName version sizeBytes rowCount format fileName message source createdBy { id } columns { name type nullable } preview { columns rows } }
        none: version(version: 7) { version }
      }`,
    )
    const person = { id: server.people.alice.principalId }
    expect(answer).toMatchObject({
      dataset: {
        projectId: server.projects.p1.id,
        name,
        description: 'Cities',
        location: expect.stringMatching(`^datasets/p1/${name}/[0-9a-f]{64}/${name}.csv$`),
        owner: person,
        tags: [],
        latestVersion: { version: 2 },
        versions: { nodes: [{ version: 2 }], pageInfo: { hasNextPage: true } },
        version: {
          datasetName: name,
          version: 1,
          sizeBytes: Buffer.byteLength(csv),
          rowCount: 2,
          format: 'csv',
          fileName: `${name}.csv`,
          message: 'first',
          source: `https://sluice.test/p/p1/datasets/${name}/versions/1`,
          createdBy: person,
          columns: [
            { name: 'id', type: 'BIGINT', nullable: false },
            { name: 'city', type: 'VARCHAR', nullable: false },
            { name: 'score', type: 'DOUBLE', nullable: true },
          ],
          preview: {
            columns: ['id', 'city', 'score'],
            rows: [
              [1, 'Bern', 1.5],
              ['9007199254740993', 'Wien', null],
            ],
          },
        },
        none: null,
      },
    })
  })
  it('reads on from a preview beyond what was kept at the upload', async () => {
    await alice().upload(`${name}.csv`, `n,t\n${Array.from({ length: 1_000 }, (_, i) => `${i},x${i}`).join('\n')}\n`)
    const preview = async (args: string) => inProject('vera', 'p1', `dataset(name: "${name}") { latestVersion { preview(${args}) { columns rows } } }`)
    const rows = (from: number, to: number) => ({ dataset: { latestVersion: { preview: { columns: ['n', 't'], rows: Array.from({ length: to - from }, (_, i) => [from + i, `x${from + i}`]) } } } })
    expect(await preview('first: 2')).toEqual(rows(0, 2))
    expect(await preview('first: 3, offset: 900')).toEqual(rows(900, 903))
    expect(await preview('first: 500')).toEqual(rows(0, 500))
    expect(await preview('first: 5, offset: 999')).toEqual(rows(999, 1_000))
    expect(await preview('first: 5, offset: 5000')).toEqual(rows(0, 0))
    await expect(preview('first: 501')).rejects.toThrow("'first' must be between 1 and 500")
  })
  it('pages by name and finds by a part of name or description', async () => {
    for (const suffix of ['a', 'b', 'c', '100%']) await alice().upload(`page ${name} ${suffix}.csv`, 'x\n1\n', '', suffix === 'c' ? { description: 'Needle' } : {})
    const list = async (args: string) => inProject('vera', 'p1', `datasets(${args}) { nodes { name } pageInfo { endCursor hasNextPage } }`)
    const first = await list(`first: 2, search: "page_${name}_"`)
    expect(first).toMatchObject({ datasets: { nodes: [{ name: `page_${name}_100` }, { name: `page_${name}_a` }], pageInfo: { hasNextPage: true } } })
    const cursor = Buffer.from(JSON.stringify({ name: `page_${name}_a` })).toString('base64')
    expect(await list(`first: 2, search: "page_${name}_", after: "${cursor}"`)).toMatchObject({
      datasets: { nodes: [{ name: `page_${name}_b` }, { name: `page_${name}_c` }], pageInfo: { hasNextPage: false } },
    })
    expect(await list('search: "needle"')).toMatchObject({ datasets: { nodes: [{ name: `page_${name}_c` }] } })
    expect(await list(`search: "page${name}"`)).toMatchObject({ datasets: { nodes: [] } }) // `_` is no wildcard
  })
})

describe('mutations', () => {
  const mutate = (who: Person, text: string) => server.graph(who, `mutation { ${text} }`)
  it('describe, tag and delete a dataset', async () => {
    await alice().upload(`${name}.csv`, csv)
    expect((await mutate('bob', `updateDataset(input: { project: "p1", name: "${name}", description: "new" }) { dataset { description } }`)).data).toEqual({
      updateDataset: { dataset: { description: 'new' } },
    })
    expect((await mutate('bob', `setDatasetTag(input: { project: "p1", name: "${name}", key: "team", value: "a" }) { dataset { tags { key value } } }`)).data).toEqual({
      setDatasetTag: { dataset: { tags: [{ key: 'team', value: 'a' }] } },
    })
    expect((await mutate('bob', `setDatasetTag(input: { project: "p1", name: "${name}", key: "team" }) { dataset { tags { key } } }`)).data).toEqual({ setDatasetTag: { dataset: { tags: [] } } })
    const refused = await mutate('bob', `deleteDataset(input: { project: "p1", name: "${name}" }) { id }`)
    expect(refused.errors?.[0]?.originalError).toMatchObject({ code: 'FORBIDDEN' })
    expect((await mutate('alice', `deleteDataset(input: { project: "p1", name: "${name}" }) { id }`)).errors).toBeUndefined()
    expect(await inProject('alice', 'p1', `dataset(name: "${name}") { name }`)).toEqual({ dataset: null })
  })
  it('let who uploaded a dataset delete it', async () => {
    await clientOf(server, 'bob', 'p1').upload(`${name}.csv`, csv)
    expect((await mutate('bob', `deleteDataset(input: { project: "p1", name: "${name}" }) { id }`)).errors).toBeUndefined()
  })
  it.each([
    ['updateDataset', (n: string) => `updateDataset(input: { project: "p1", name: "${n}", description: "x" }) { dataset { id } }`],
    ['setDatasetTag', (n: string) => `setDatasetTag(input: { project: "p1", name: "${n}", key: "k", value: "v" }) { dataset { id } }`],
    ['deleteDataset', (n: string) => `deleteDataset(input: { project: "p1", name: "${n}" }) { id }`],
  ])('%s is refused to a viewer, and to a stranger the project does not exist', async (_name, text) => {
    await alice().upload(`${name}.csv`, csv)
    expect((await mutate('vera', text(name))).errors?.[0]?.originalError).toMatchObject({ code: 'FORBIDDEN' })
    expect((await mutate('mallory', text(name))).errors?.[0]?.originalError).toMatchObject({ code: 'NOT_FOUND', message: "Project 'p1' not found" })
  })
})

describe('isolation', () => {
  const entities = async (who: Person, keys: object[]) => {
    const { data } = await server.graph(
      who,
      'query ($keys: [_Any!]!) { _entities(representations: $keys) { __typename ... on Dataset { name } ... on DatasetVersion { sha256 } ... on Project { id } } }',
      { keys },
    )
    return data?.['_entities']
  }
  it('answers a key only with its own project, and only to who may see it', async () => {
    const { body } = await alice().upload(`${name}.csv`, csv)
    const id = body['id']
    const versionId = ((await inProject('alice', 'p1', `dataset(name: "${name}") { latestVersion { id } }`)) as { dataset: { latestVersion: { id: string } } }).dataset.latestVersion.id // the query above has this shape
    const { p1, p2, default: other } = server.projects
    const right = [
      { __typename: 'Dataset', projectId: p1.id, id },
      { __typename: 'DatasetVersion', projectId: p1.id, id: versionId },
    ]
    const elsewhere = [p2, other].flatMap((p) => right.map((key) => ({ ...key, projectId: p.id })))
    expect(await entities('vera', right)).toEqual([
      { __typename: 'Dataset', name },
      { __typename: 'DatasetVersion', sha256: body['sha256'] },
    ])
    expect(await entities('alice', elsewhere)).toEqual([null, null, null, null])
    expect(await entities('mallory', [...right, ...elsewhere, { __typename: 'Project', id: p1.id }])).toEqual(Array(7).fill(null))
    expect(
      await entities('vera', [
        { __typename: 'Dataset', projectId: p1.id, id: 'x' },
        { __typename: 'Dataset', projectId: 'x', id },
      ]),
    ).toEqual([null, null])
  })
  it('keeps equal names in two projects apart', async () => {
    await clientOf(server, 'mallory', 'p2').upload(`${name}.csv`, 'secret\n1\n')
    await alice().upload(`${name}.csv`, csv)
    expect(await inProject('mallory', 'p2', `dataset(name: "${name}") { latestVersion { columns { name } } }`)).toEqual({ dataset: { latestVersion: { columns: [{ name: 'secret' }] } } })
    expect(await inProject('alice', 'p1', `dataset(name: "${name}") { latestVersion { columns { name } } }`)).toMatchObject({ dataset: { latestVersion: { columns: [{ name: 'id' }, {}, {}] } } })
  })
  it('hides a dataset that a grant denies from lists, lookups and keys', async () => {
    const { body } = await alice().upload(`${name}.csv`, csv)
    const { vera } = server.people
    const deny = {
      permission: 'datasets.dataset.read' as const,
      projectId: server.projects.p1.id,
      resourceType: 'datasets.dataset',
      resourceId: String(body['id']),
      effect: 'deny' as const,
      validFrom: 0,
      validTo: null,
    }
    const denied = { ...vera, snapshot: { ...vera.snapshot, grants: [deny] } }
    const ask = async (actor: typeof vera) => {
      const source = `query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Dataset { name } ... on Project { dataset(name: "${name}") { name } datasets(search: "${name}") { nodes { name } } } } }`
      const keys = [
        { __typename: 'Dataset', projectId: server.projects.p1.id, id: body['id'] },
        { __typename: 'Project', id: server.projects.p1.id },
      ]
      return (await graphql({ schema: server.subsystem.schema, source, contextValue: server.subsystem.context(actor), variableValues: { keys } })).data?.['_entities']
    }
    expect(await ask(vera)).toEqual([{ name }, { dataset: { name }, datasets: { nodes: [{ name }] } }])
    expect(await ask(denied)).toEqual([null, { dataset: null, datasets: { nodes: [] } }])
  })
  it('shows one who holds a grant on one dataset that one alone', async () => {
    const { body } = await alice().upload(`${name}.csv`, csv)
    const { vera } = server.people
    const allow = {
      permission: 'datasets.dataset.read' as const,
      projectId: server.projects.p1.id,
      resourceType: 'datasets.dataset',
      resourceId: String(body['id']),
      effect: 'allow' as const,
      validFrom: 0,
      validTo: null,
    }
    const guest = { ...vera, snapshot: { ...vera.snapshot, memberships: [], grants: [allow] } }
    const source = 'query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Project { datasets { nodes { name } } } } }'
    const { data } = await graphql({
      schema: server.subsystem.schema,
      source,
      contextValue: server.subsystem.context(guest),
      variableValues: { keys: [{ __typename: 'Project', id: server.projects.p1.id }] },
    })
    expect(data?.['_entities']).toEqual([{ datasets: { nodes: [{ name }] } }])
  })
})

describe('the port and the schema', () => {
  it('finds a version by project, name and number, and nothing else', async () => {
    const { body } = await alice().upload(`${name}.csv`, csv)
    const { version } = server.subsystem.ports
    expect(await version(server.projects.p1.id, name, 1)).toMatchObject({ datasetId: body['id'], name, version: 1, sha256: body['sha256'] })
    for (const [project, dataset, number] of [
      [server.projects.p2.id, name, 1],
      [server.projects.p1.id, name, 2],
      [server.projects.p1.id, 'nothing', 1],
      ['x', name, 1],
      [server.projects.p1.id, 'a\0', 1],
      [server.projects.p1.id, name, 1e12],
    ] as const)
      expect(await version(project, dataset, number)).toBeNull()
  })
  it('has no root that reaches a dataset without its project', () => {
    expect(validate(server.subsystem.schema, parse('{ dataset(name: "x") { id } }')).length).toBeGreaterThan(0)
  })
})
