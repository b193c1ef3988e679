import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Scope } from '#shared/actor.ts'
import { testActor, testProject, testScope } from '#shared/testing/actors.ts'
import type { RegistryContext } from '#registry/graphql/context.ts'
import type { RegistryServices } from '#registry/domain/services.ts'
import { newTestRegistry, sourceKey, type TestRegistry } from '#registry/testing/registry.ts'

const project = testProject('p1')
const other = testProject('p2')
const runId = '0123456789abcdef0123456789abcdef'
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

beforeAll(async () => {
  test = await newTestRegistry([project, other])
  test.tracking.sources.set(sourceKey(project.id, source), { artifactUri, runId, modelId: null })
})
afterAll(() => test.stop())

describe('version numbers', () => {
  it('are unique under eight concurrent creators and never come back after deletion and restart', async () => {
    await services().models.create(owner, { name: 'counted' })
    const creators = Array.from({ length: 8 }, (_, i) => testScope(project, 'contributor', `c${i}`))
    const made = await Promise.all(creators.flatMap((scope) => [1, 2, 3].map(() => register('counted', scope))))
    expect(new Set(made.map((v) => v.version))).toEqual(new Set(Array.from({ length: 24 }, (_, i) => i + 1)))
    await services().versions.remove(owner, 'counted', 24)
    await services().versions.remove(owner, 'counted', 23)
    test = await test.restart()
    expect((await register('counted')).version).toBe(25)
  })

  it('count by model', async () => {
    await services().models.create(owner, { name: 'one' })
    await services().models.create(owner, { name: 'two' })
    await register('one')
    expect((await register('two')).version).toBe(1)
    expect((await register('one')).version).toBe(2)
  })
})
describe('who may', () => {
  it('lets a contributor register but not promote, a viewer neither, a stranger not even see', async () => {
    await services().models.create(carl, { name: 'roles' })
    const version = await register('roles', carl)
    expect(version).toMatchObject({ status: 'READY', artifactUri, runId, createdBy: carl.actor.subjectId, stage: 'None' })
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
})
