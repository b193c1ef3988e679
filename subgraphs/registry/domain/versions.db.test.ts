import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Scope } from '#shared/actor.ts'
import { testActor, testProject, testScope } from '#shared/testing/actors.ts'
import type { ModelVersion } from '#registry/domain/model.ts'
import type { RegistryServices } from '#registry/domain/services.ts'
import type { RegistryContext } from '#registry/graphql/context.ts'
import { newTestRegistry, sourceKey, type TestRegistry } from '#registry/testing/registry.ts'

const project = testProject('p1')
const other = testProject('p2')
const runId = '0123456789abcdef0123456789abcdef'
const otherRun = 'fedcba9876543210fedcba9876543210'
const source = `runs:/${runId}/model`
const artifactUri = 'mlflow-artifacts:/workspaces/p1/1/run/artifacts/model'
const owner = testScope(project, 'owner', 'olga')
const carl = testScope(project, 'contributor', 'carl')
const viewer = testScope(project, 'viewer', 'vera')
const stranger: Scope = { actor: testActor('mallory', [[other, 'owner']]), project }
const elsewhere = testScope(other, 'owner', 'oscar')

let test: TestRegistry
const services = (): RegistryServices => test.registry.context(owner.actor) as RegistryContext // what createRegistry's context makes
const register = (name: string, scope = owner) => services().registration.register(scope, { name, source, runId })
const model = async (name: string, versions: number, scope = owner) => {
  await services().models.create(scope, { name })
  for (let i = 0; i < versions; i++) await register(name, scope)
}
const numbers = (versions: readonly ModelVersion[]) => versions.map((v) => v.version)
const stagesOf = async (name: string) => Object.fromEntries((await services().versions.search(owner, { filter: `name = '${name}'`, limit: 100 })).items.map((v) => [v.version, v.stage]))

beforeAll(async () => {
  test = await newTestRegistry([project, other])
  test.tracking.sources.set(sourceKey(project.id, source), { artifactUri, runId, modelId: 'm-1' })
})
afterAll(() => test.stop())

describe('version numbers', () => {
  it('are unique under eight concurrent creators and never come back after deletion and restart', async () => {
    await services().models.create(owner, { name: 'counted' })
    const creators = Array.from({ length: 8 }, (_, i) => testScope(project, 'contributor', `c${i}`))
    const made = await Promise.all(creators.flatMap((scope) => [1, 2, 3].map(() => register('counted', scope))))
    expect(new Set(numbers(made))).toEqual(new Set(Array.from({ length: 24 }, (_, i) => i + 1)))
    await services().versions.remove(owner, 'counted', 24)
    await services().versions.remove(owner, 'counted', 23)
    test = await test.restart()
    expect((await register('counted')).version).toBe(25)
  })

  it('count by model', async () => {
    await model('one', 1)
    await model('two', 0)
    expect((await register('two')).version).toBe(1)
    expect((await register('one')).version).toBe(2)
  })
})

describe('who may', () => {
  it('lets a contributor register but not promote, a viewer only look, a stranger not even that', async () => {
    await model('roles', 0, carl)
    expect(await register('roles', carl)).toMatchObject({ status: 'READY', artifactUri, runId, loggedModelId: 'm-1', createdBy: carl.actor.subjectId, stage: 'None' })
    const { versions } = services()
    await expect(versions.setStage(carl, 'roles', 1, 'Production', false)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(versions.setAlias(carl, 'roles', 'champion', 1)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(versions.deleteAlias(carl, 'roles', 'champion')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(services().models.create(viewer, { name: 'views' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(register('roles', viewer)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await versions.get(viewer, 'roles', 1)).toMatchObject({ version: 1 })
    await expect(versions.get(stranger, 'roles', 1)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(versions.get(elsewhere, 'roles', 1)).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'Registered Model with name=roles not found' })
  })

  it('lets who registered a version describe, tag and delete it, and no other contributor delete it', async () => {
    await model('mine', 2, carl)
    const dora = testScope(project, 'contributor', 'dora')
    const { versions } = services()
    expect((await versions.describe(dora, 'mine', 1, 'd')).description).toBe('d')
    expect((await versions.setTag(dora, 'mine', 1, { key: 'k', value: 'v' })).tags).toEqual([{ key: 'k', value: 'v' }])
    expect((await versions.deleteTag(carl, 'mine', 1, 'k')).tags).toEqual([])
    await expect(versions.remove(dora, 'mine', 1)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(versions.setTag(viewer, 'mine', 1, { key: 'k', value: 'v' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await versions.remove(carl, 'mine', 1)
    await expect(versions.get(owner, 'mine', 1)).rejects.toThrow('Model Version (name=mine, version=1) not found')
  })

  it('shows nothing of one project to an id or a run asked for in another', async () => {
    await model('secret', 1)
    const version = await services().versions.get(owner, 'secret', 1)
    const { versions } = services()
    expect(await versions.byIds(elsewhere, [version.id])).toEqual([])
    expect((await versions.ofRuns(elsewhere, [runId], 10, undefined)).get(runId)?.items).toEqual([])
    expect((await versions.ofModels(elsewhere, [version.modelId], 10, undefined)).get(version.modelId)?.items).toEqual([])
    expect(await versions.latestOf(elsewhere, [{ id: version.modelId }])).toEqual([])
    expect((await versions.search(elsewhere, { filter: "name = 'secret'", limit: 10 })).items).toEqual([])
    expect(await test.registry.ports.runsInUse(other.id, [runId])).toEqual([])
  })
})

describe('stages', () => {
  it('come in any case and go out canonical, and archive what stood there only when asked', async () => {
    await model('staged', 3)
    const { versions } = services()
    expect((await versions.setStage(owner, 'staged', 1, 'pRoDuCtIoN', false)).stage).toBe('Production')
    await versions.setStage(owner, 'staged', 2, 'production', false)
    expect(await stagesOf('staged')).toEqual({ 1: 'Production', 2: 'Production', 3: 'None' })
    await versions.setStage(owner, 'staged', 3, 'Production', true)
    expect(await stagesOf('staged')).toEqual({ 1: 'Archived', 2: 'Archived', 3: 'Production' })
    await versions.setStage(owner, 'staged', 3, 'Production', true)
    expect(await stagesOf('staged')).toEqual({ 1: 'Archived', 2: 'Archived', 3: 'Production' })
  })

  it('refuse what is no stage, and archiving for a stage nobody relies on', async () => {
    await model('strict', 1)
    const { versions } = services()
    await expect(versions.setStage(owner, 'strict', 1, 'Live', false)).rejects.toThrow('Invalid Model Version stage: Live. Value must be one of None, Staging, Production, Archived.')
    await expect(versions.setStage(owner, 'strict', 1, 'archived', true)).rejects.toThrow("because 'archived' is not an Active stage. Valid stages are ['Staging', 'Production']")
  })

  it('leave one version in production when many are promoted at once with archiving', async () => {
    await model('crowd', 6)
    await Promise.all([1, 2, 3, 4, 5, 6].map((n) => services().versions.setStage(owner, 'crowd', n, 'Production', true)))
    expect(Object.values(await stagesOf('crowd')).filter((s) => s === 'Production')).toHaveLength(1)
  })

  it('have a latest version each', async () => {
    await model('latest', 4)
    const { versions } = services()
    await versions.setStage(owner, 'latest', 1, 'Staging', false)
    await versions.setStage(owner, 'latest', 2, 'Staging', false)
    expect((await versions.latest(owner, 'latest')).map((v) => [v.version, v.stage])).toEqual([
      [2, 'Staging'],
      [4, 'None'],
    ])
    expect(numbers(await versions.latest(owner, 'latest', ['STAGING', 'archived']))).toEqual([2])
    await expect(versions.latest(owner, 'latest', ['foo'])).rejects.toThrow('Invalid Model Version stage: foo')
  })
})

describe('aliases', () => {
  it('point at one version, move, and go with it', async () => {
    await model('aliased', 3)
    const { versions } = services()
    await versions.setAlias(owner, 'aliased', 'champion', 1)
    expect((await versions.setAlias(owner, 'aliased', 'champion', 2)).aliases).toEqual(['champion'])
    expect((await versions.get(owner, 'aliased', 1)).aliases).toEqual([])
    expect((await versions.byAlias(viewer, 'aliased', 'champion')).version).toBe(2)
    expect((await versions.byAlias(viewer, 'aliased', 'Latest')).version).toBe(3)
    await versions.remove(owner, 'aliased', 2)
    await expect(versions.byAlias(owner, 'aliased', 'champion')).rejects.toThrow('Registered model alias champion not found.')
    await versions.deleteAlias(owner, 'aliased', 'champion')
    await expect(versions.setAlias(owner, 'aliased', 'champion', 2)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(versions.setAlias(owner, 'aliased', 'latest', 1)).rejects.toThrow('reserved')
    await expect(versions.setAlias(owner, 'aliased', 'v1', 1)).rejects.toThrow('reserved')
  })

  it('belong to their model only', async () => {
    await model('left', 1)
    await model('right', 1)
    const { versions } = services()
    await versions.setAlias(owner, 'left', 'champion', 1)
    await expect(versions.byAlias(owner, 'right', 'champion')).rejects.toMatchObject({ code: 'INVALID' })
  })
})

describe('lists', () => {
  it('page through the versions of several models at once, highest first', async () => {
    await model('long', 5)
    await model('short', 1)
    const { models, versions } = services()
    const [long, short] = [await models.resolve(owner, 'long'), await models.resolve(owner, 'short')]
    const first = await versions.ofModels(owner, [long.id, short.id], 2, undefined)
    expect(numbers(first.get(long.id)?.items ?? [])).toEqual([5, 4])
    expect(numbers(first.get(short.id)?.items ?? [])).toEqual([1])
    expect(first.get(short.id)?.nextToken).toBeUndefined()
    const rest = await versions.ofModels(owner, [long.id], 10, first.get(long.id)?.nextToken)
    expect(numbers(rest.get(long.id)?.items ?? [])).toEqual([3, 2, 1])
    await expect(versions.ofModels(owner, [long.id], 2, Buffer.from('{"version":"x"}').toString('base64'))).rejects.toMatchObject({ code: 'INVALID' })
    await expect(versions.ofModels(owner, [long.id], 0, undefined)).rejects.toMatchObject({ code: 'INVALID' })
    await expect(versions.ofModels(owner, [long.id], 1_001, undefined)).rejects.toMatchObject({ code: 'INVALID' })
  })

  it('page through the versions of a run, newest first', async () => {
    const made = 'runs:/fedcba9876543210fedcba9876543210/model'
    test.tracking.sources.set(sourceKey(project.id, made), { artifactUri, runId: otherRun, modelId: null })
    await model('of-run', 0)
    for (let i = 0; i < 3; i++) await services().registration.register(owner, { name: 'of-run', source: made, runId: otherRun })
    const { versions } = services()
    const first = (await versions.ofRuns(viewer, [otherRun], 2, undefined)).get(otherRun)
    expect(numbers(first?.items ?? [])).toEqual([3, 2])
    expect(numbers((await versions.ofRuns(viewer, [otherRun], 2, first?.nextToken)).get(otherRun)?.items ?? [])).toEqual([1])
    await expect(versions.ofRuns(viewer, [otherRun], 2, Buffer.from('{"id":"1 OR 1"}').toString('base64'))).rejects.toMatchObject({ code: 'INVALID' })
  })

  it('find versions by run, source, number and tag', async () => {
    await model('found', 3)
    const { versions } = services()
    await versions.setTag(owner, 'found', 2, { key: 'k', value: 'Yes' })
    const search = async (filter: string, orderBy?: string[]) => numbers((await versions.search(owner, { filter: `name = 'found' AND ${filter}`, orderBy, limit: 10 })).items)
    expect(await search(`run_id = '${runId}'`, ['version_number ASC'])).toEqual([1, 2, 3])
    expect(await search(`run_id IN ('zz')`)).toEqual([])
    expect(await search(`source_path LIKE 'runs:/%'`, ['version_number DESC'])).toEqual([3, 2, 1])
    expect(await search('version_number >= 2', ['version_number ASC'])).toEqual([2, 3])
    expect(await search("version_number = '2'")).toEqual([2])
    expect(await search("tags.k ILIKE 'yes'")).toEqual([2])
    expect(await search("tags.k = 'yes'")).toEqual([])
    const page = await versions.search(owner, { filter: "name = 'found'", orderBy: ['version_number'], limit: 2 })
    expect(page.nextToken).toBe('eyJvZmZzZXQiOiAyfQ==')
    expect(numbers((await versions.search(owner, { filter: "name = 'found'", orderBy: ['version_number'], limit: 2, token: page.nextToken })).items)).toEqual([3])
  })
})
