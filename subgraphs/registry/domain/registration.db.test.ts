import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { testProject, testScope } from '#shared/testing/actors.ts'
import type { RegistryServices } from '#registry/domain/services.ts'
import type { RegistryContext } from '#registry/graphql/context.ts'
import { hostileSources } from '#registry/testing/hostile-sources.ts'
import { newTestRegistry, sourceKey, type TestRegistry } from '#registry/testing/registry.ts'

const project = testProject('p1')
const other = testProject('p2')
const owner = testScope(project, 'owner', 'olga')
const elsewhere = testScope(other, 'owner', 'oscar')
const runId = '0123456789abcdef0123456789abcdef'
const source = `runs:/${runId}/model`
const artifactUri = 'mlflow-artifacts:/workspaces/p1/1/run/artifacts/model'
const prompt = { key: 'mlflow.prompt.is_prompt', value: 'true' }

let test: TestRegistry
const opened: TestRegistry[] = []
const services = (): RegistryServices => test.registry.context(owner.actor) as RegistryContext // what createRegistry's context makes
const register = (input: { source?: string; runId?: string | null; loggedModelId?: string; name?: string; tags?: (typeof prompt)[]; description?: string } = {}) =>
  services().registration.register(owner, { name: 'm', source, runId, ...input })
const statuses = async () => (await services().versions.search(owner, { filter: "name = 'm'", orderBy: ['version_number'], limit: 100 })).items.map((v) => [v.version, v.status])

beforeEach(async () => {
  test = await newTestRegistry([project, other])
  opened.push(test)
  test.tracking.sources.set(sourceKey(project.id, source), { artifactUri, runId, modelId: null })
  await services().models.create(owner, { name: 'm' })
})
afterAll(async () => {
  for (const each of opened) await each.stop()
})

describe('sources', () => {
  it('that are hostile are all refused with 400 and leave no version behind, also for one who tags the version a prompt', async () => {
    const before = test.tracking.asked.length
    for (const hostile of hostileSources) {
      await expect(register({ source: hostile, runId: null }), hostile).rejects.toSatisfy(
        (e) => e instanceof Error && 'code' in e && (e.code === 'INVALID' || (hostile.startsWith('models:/') && e.code === 'NOT_FOUND')),
      )
      await expect(register({ source: hostile, runId: null, tags: [prompt] }), hostile).rejects.toThrow()
    }
    expect(await statuses()).toEqual([])
    // Tracking only ever sees what has a scheme and no tricks in it.
    for (const asked of test.tracking.asked.slice(before)) expect(asked).not.toMatch(/\.\.|%|\\|[?#;]|^file:|^\//i)
  })

  it('of another project are nothing here', async () => {
    test.tracking.sources.set(sourceKey(other.id, 'mlflow-artifacts:/workspaces/p2/1/x'), { artifactUri: 'mlflow-artifacts:/workspaces/p2/1/x', runId: null, modelId: null })
    await expect(register({ source: 'mlflow-artifacts:/workspaces/p2/1/x', runId: null })).rejects.toMatchObject({ code: 'INVALID' })
  })

  it('are not followed for prompts: only the placeholders pass, and they have no files', async () => {
    await services().models.create(owner, { name: 'p', tags: [prompt] })
    for (const evil of ['/etc', source, '../../../etc'])
      await expect(register({ name: 'p', source: evil, runId: null, tags: [prompt] })).rejects.toThrow('Prompt sources must use an MLflow placeholder.')
    expect(await register({ name: 'p', source: 'prompt-template', runId: null, tags: [prompt] })).toMatchObject({ status: 'READY', artifactUri: null })
    expect(await services().versions.downloadUri(owner, 'p', 1)).toBe('prompt-template')
    // Making a model a prompt afterwards opens nothing either.
    await register()
    await services().models.setTag(owner, 'm', prompt)
    await expect(register({ source: '/etc', runId: null })).rejects.toMatchObject({ code: 'INVALID' })
  })

  it('must belong to the run and the logged model that the request names', async () => {
    test.tracking.sources.set(sourceKey(project.id, 'models:/m-1'), { artifactUri, runId: null, modelId: 'm-1' })
    await expect(register({ runId: 'fedcba9876543210fedcba9876543210' })).rejects.toThrow('The run_id request parameter must identify')
    await expect(register({ loggedModelId: 'm-2' })).rejects.toThrow('The model_id request parameter must identify')
    await expect(register({ source: 'models:/m-1', runId: 'fedcba9876543210fedcba9876543210' })).rejects.toThrow('The run_id request parameter must identify')
    expect(await register({ source: 'models:/m-1', runId: null, loggedModelId: 'm-1' })).toMatchObject({ loggedModelId: 'm-1', runId: null })
  })

  it('may be another version of the registry: by number, alias, stage or latest, in the same project', async () => {
    await register()
    await services().versions.setAlias(owner, 'm', 'champion', 1)
    await services().versions.setStage(owner, 'm', 1, 'Staging', false)
    await services().models.create(owner, { name: 'copy' })
    for (const reference of ['models:/m/1', 'models:/m@champion', 'models:/m/staging', 'models:/m/latest'])
      expect(await register({ name: 'copy', source: reference, runId: null })).toMatchObject({ status: 'READY', artifactUri, runId })
    await expect(register({ name: 'copy', source: 'models:/m/9', runId: null })).rejects.toMatchObject({ code: 'INVALID' })
    await expect(register({ name: 'copy', source: 'models:/m/1', runId: 'fedcba9876543210fedcba9876543210' })).rejects.toThrow('must match the referenced model version')
    await services().models.create(elsewhere, { name: 'copy' })
    await expect(services().registration.register(elsewhere, { name: 'copy', source: 'models:/m/1' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await services().versions.downloadUri(owner, 'copy', 1)).toBe(artifactUri)
    const { id } = await services().models.resolve(owner, 'm')
    const deny = { permission: 'registry.model.read', projectId: project.id, resourceType: 'registry.model', resourceId: id, effect: 'deny', validFrom: 0, validTo: null } as const
    const barred = { project, actor: { ...owner.actor, snapshot: { ...owner.actor.snapshot, grants: [deny] } } }
    await expect(services().registration.register(barred, { name: 'copy', source: 'models:/m/1' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('while tracking is silent', () => {
  it('a version waits as PENDING, cannot be relied on, and is finished by the repeated request', async () => {
    test.tracking.down = true
    await expect(register()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(register()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await statuses()).toEqual([[1, 'PENDING_REGISTRATION']])
    const { versions } = services()
    await expect(versions.setAlias(owner, 'm', 'champion', 1)).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(versions.setStage(owner, 'm', 1, 'Production', false)).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(versions.downloadUri(owner, 'm', 1)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await versions.latest(owner, 'm')).toEqual([])
    test.tracking.down = false
    expect(await register()).toMatchObject({ version: 1, status: 'READY', artifactUri })
    expect(await register()).toMatchObject({ version: 2, status: 'READY' })
  })

  it('another request gets a version of its own', async () => {
    test.tracking.down = true
    await expect(register()).rejects.toThrow()
    test.tracking.down = false
    expect(await register({ description: 'different' })).toMatchObject({ version: 2 })
  })

  it('the reconciler finishes what waits, and the repeated request is answered with it', async () => {
    test.tracking.down = true
    await expect(register()).rejects.toThrow()
    await test.registry.reconcile()
    expect(await statuses()).toEqual([[1, 'PENDING_REGISTRATION']])
    test.tracking.down = false
    await test.registry.reconcile()
    expect(await statuses()).toEqual([[1, 'READY']])
    expect(await register()).toMatchObject({ version: 1, artifactUri })
    test.clock.at += 20_000
    expect(await register()).toMatchObject({ version: 2 })
  })
})

describe('after a crash', () => {
  /** The process dies after the intent is committed and before tracking has answered: nothing is released. */
  async function crash(): Promise<void> {
    const { modelSource } = test.tracking
    let reached = (): void => undefined
    const waiting = new Promise<void>((resolve) => {
      reached = resolve
    })
    Object.assign(test.tracking, {
      modelSource() {
        reached()
        return new Promise(() => undefined)
      },
    })
    register().catch(() => undefined)
    await waiting
    test = await test.restart()
    opened[opened.length - 1] = test
    Object.assign(test.tracking, { modelSource })
  }

  it('the reconciler waits until the claim has ended, then finishes the version', async () => {
    await crash()
    await test.registry.reconcile()
    expect(await statuses()).toEqual([[1, 'PENDING_REGISTRATION']])
    test.clock.at += 20_000
    await test.registry.reconcile()
    expect(await statuses()).toEqual([[1, 'READY']])
    expect((await services().versions.get(owner, 'm', 1)).artifactUri).toBe(artifactUri)
  })

  it('a source that has become nothing fails the version, and its number stays used', async () => {
    await crash()
    test.tracking.sources.clear()
    test.clock.at += 20_000
    await test.registry.reconcile()
    expect(await statuses()).toEqual([[1, 'FAILED_REGISTRATION']])
    await expect(services().versions.setAlias(owner, 'm', 'champion', 1)).rejects.toMatchObject({ code: 'CONFLICT' })
    test.tracking.sources.set(sourceKey(project.id, source), { artifactUri, runId, modelId: null })
    expect(await register()).toMatchObject({ version: 2, status: 'READY' })
  })

  it('a project that is gone fails the version', async () => {
    await crash()
    test.projects.splice(0)
    test.clock.at += 20_000
    await test.registry.reconcile()
    expect(await statuses()).toEqual([[1, 'FAILED_REGISTRATION']])
  })

  it('tracking that stays silent for an hour fails the version', async () => {
    await crash()
    test.tracking.down = true
    test.clock.at += 20_000
    await test.registry.reconcile()
    expect(await statuses()).toEqual([[1, 'PENDING_REGISTRATION']])
    test.clock.at += 60 * 60_000
    await test.registry.reconcile()
    expect(await statuses()).toEqual([[1, 'FAILED_REGISTRATION']])
  })
})

describe('runs in use', () => {
  it('are those that a version points at, also one that still waits, until it is deleted', async () => {
    const waiting = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
    await register()
    test.tracking.down = true
    await expect(register({ source: `runs:/${waiting}/m`, runId: waiting })).rejects.toThrow()
    const { runsInUse } = test.registry.ports
    expect((await runsInUse(project.id, [runId, waiting, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'])).sort()).toEqual([runId, waiting].sort())
    await services().versions.remove(owner, 'm', 1)
    expect(await runsInUse(project.id, [runId])).toEqual([])
    expect(await runsInUse(project.id, [])).toEqual([])
  })
})
