import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Grant, Scope } from '#shared/actor.ts'
import { testProject, testScope } from '#shared/testing/actors.ts'
import type { RegistryServices } from '#registry/domain/services.ts'
import type { RegistryContext } from '#registry/graphql/context.ts'
import { confusable } from '#registry/testing/confusable-names.ts'
import { newTestRegistry, sourceKey, type TestRegistry } from '#registry/testing/registry.ts'

const project = testProject('p1')
const other = testProject('p2')
const owner = testScope(project, 'owner', 'olga')
const carl = testScope(project, 'contributor', 'carl')
const dora = testScope(project, 'contributor', 'dora')
const mona = testScope(project, 'maintainer', 'mona')
const viewer = testScope(project, 'viewer', 'vera')
const elsewhere = testScope(other, 'owner', 'oscar')
const artifactUri = 'mlflow-artifacts:/1/a'
const source = 'mlflow-artifacts:/1/a'

let test: TestRegistry
const services = (): RegistryServices => test.registry.context(owner.actor) as RegistryContext // what createRegistry's context makes
const names = async (filter?: string, scope = owner, orderBy?: string[]) => (await services().models.search(scope, { filter, orderBy, limit: 100 })).items.map((m) => m.name)

beforeAll(async () => {
  test = await newTestRegistry([project, other])
  for (const p of [project, other]) test.tracking.sources.set(sourceKey(p.id, source), { artifactUri, runId: null, modelId: null })
})
afterAll(() => test.stop())

describe('names', () => {
  it('are refused when they look like an existing one, whichever came first', async () => {
    const { models } = services()
    for (const [first, second] of [...confusable, ...confusable.map(([a, b]) => [b, a] as const)]) {
      const made = await models.create(owner, { name: first }).catch(() => null)
      if (!made) continue // the invisible ones are no names at all
      await expect(models.create(owner, { name: second }), `${first} | ${second}`).rejects.toSatisfy((e) => e instanceof Error && 'code' in e && (e.code === 'ALREADY_EXISTS' || e.code === 'INVALID'))
      if (second.normalize('NFC') !== made.name) await expect(models.resolve(owner, second), `${first} | ${second}`).rejects.toThrow()
      await models.remove(owner, made.name)
    }
  })

  it('may look like those of another project', async () => {
    const { models } = services()
    await models.create(owner, { name: 'Shared' })
    await models.create(elsewhere, { name: 'shared' })
    expect(await names("name ILIKE 'shared'")).toEqual(['Shared'])
    expect(await names("name ILIKE 'shared'", elsewhere)).toEqual(['shared'])
  })

  it('stay unique when eight people take one at the same time', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => services().models.create(owner, { name: i % 2 ? 'race' : 'RACE' })))
    expect(outcomes.filter((o) => o.status === 'fulfilled')).toHaveLength(1)
  })

  it('tell prompts from models when they clash', async () => {
    const { models } = services()
    await models.create(owner, { name: 'greeting', tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }] })
    await expect(models.create(owner, { name: 'greeting' })).rejects.toThrow("Tried to create a registered model with name 'greeting', but the name is already taken by a prompt.")
    await expect(models.create(owner, { name: 'greeting', tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }] })).rejects.toThrow('Prompt (name=greeting) already exists.')
  })
})

describe('renaming', () => {
  it('keeps the id, versions, aliases and owner, and frees the old name', async () => {
    const { models, registration, versions } = services()
    const before = await models.create(carl, { name: 'old' })
    await registration.register(carl, { name: 'old', source })
    await versions.setAlias(owner, 'old', 'champion', 1)
    const after = await models.rename(dora, 'old', 'new')
    expect(after).toMatchObject({ id: before.id, ownerId: carl.actor.subjectId, name: 'new', aliases: [{ alias: 'champion', version: 1 }] })
    expect(await versions.byAlias(owner, 'new', 'champion')).toMatchObject({ modelName: 'new', version: 1 })
    await expect(models.resolve(owner, 'old')).rejects.toThrow('Registered Model with name=old not found')
    await models.create(owner, { name: 'old' })
    await expect(models.rename(owner, 'old', 'NEW')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    await expect(models.rename(owner, 'old', 'new')).rejects.toThrow('Registered Model (name=new) already exists.')
    expect((await models.rename(owner, 'old', 'OLD')).name).toBe('OLD')
  })
})

describe('who may', () => {
  it('lets contributors describe and tag, but delete only their own', async () => {
    const { models } = services()
    await models.create(carl, { name: 'carls' })
    expect((await models.describe(dora, 'carls', 'by dora')).description).toBe('by dora')
    expect((await models.setTag(dora, 'carls', { key: 'team', value: 'risk' })).tags).toEqual([{ key: 'team', value: 'risk' }])
    expect((await models.deleteTag(dora, 'carls', 'team')).tags).toEqual([])
    await expect(models.remove(dora, 'carls')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(models.remove(viewer, 'carls')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(models.describe(viewer, 'carls', 'x')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await models.remove(carl, 'carls')
    await expect(models.resolve(owner, 'carls')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('does not let an owner delete what is in production without being able to promote', async () => {
    const { models, registration, versions } = services()
    await models.create(carl, { name: 'live' })
    await registration.register(carl, { name: 'live', source })
    await registration.register(carl, { name: 'live', source })
    await versions.setStage(mona, 'live', 1, 'Production', false)
    await versions.setAlias(mona, 'live', 'next', 2)
    await expect(versions.remove(carl, 'live', 1)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(versions.remove(carl, 'live', 2)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(models.remove(carl, 'live')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await versions.deleteAlias(mona, 'live', 'next')
    await versions.remove(carl, 'live', 2)
    await versions.setStage(mona, 'live', 1, 'Archived', false)
    await models.remove(carl, 'live')
  })

  it('shows one model to who was granted only that one, and hides one that is denied', async () => {
    const { models } = services()
    const seen = await models.create(owner, { name: 'granted-1' })
    await models.create(owner, { name: 'granted-2' })
    const grant = (effect: 'allow' | 'deny'): Grant => ({
      permission: 'registry.model.read',
      projectId: project.id,
      resourceType: 'registry.model',
      resourceId: seen.id,
      effect,
      validFrom: 0,
      validTo: null,
    })
    const guest: Scope = { project, actor: { ...elsewhere.actor, snapshot: { ...elsewhere.actor.snapshot, projects: [project, other], grants: [grant('allow')] } } }
    const barred: Scope = { project, actor: { ...viewer.actor, snapshot: { ...viewer.actor.snapshot, grants: [grant('deny')] } } }
    expect(await names("name LIKE 'granted-%'", guest)).toEqual(['granted-1'])
    expect(await names("name LIKE 'granted-%'", barred)).toEqual(['granted-2'])
    expect((await models.resolve(guest, 'granted-1')).id).toBe(seen.id)
    await expect(models.resolve(guest, 'granted-2')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(models.resolve(barred, 'granted-1')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await models.byIds(barred, [seen.id])).toEqual([])
    const { registration, versions } = services()
    const version = await registration.register(owner, { name: 'granted-1', source })
    for (const [scope, count] of [
      [guest, 1],
      [barred, 0],
    ] as const) {
      expect(await versions.latestOf(scope, [seen])).toHaveLength(count)
      expect(await versions.byIds(scope, [version.id])).toHaveLength(count)
      expect((await versions.ofModels(scope, [seen.id], 10, undefined)).get(seen.id)?.items).toHaveLength(count)
      expect((await versions.search(scope, { filter: "name = 'granted-1'", limit: 10 })).items).toHaveLength(count)
    }
    await expect(models.describe(guest, 'granted-1', 'x')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

describe('who sees the project but holds nothing of the registry', () => {
  it('is refused, not shown an empty list', async () => {
    const runs: Grant = { permission: 'tracking.run.read', projectId: project.id, resourceType: null, resourceId: null, effect: 'allow', validFrom: 0, validTo: null }
    const guest: Scope = { project, actor: { ...elsewhere.actor, snapshot: { ...elsewhere.actor.snapshot, projects: [project, other], grants: [runs] } } }
    const { models, versions } = services()
    await expect(models.search(guest, { limit: 10 })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(versions.search(guest, { limit: 10 })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(models.resolve(guest, 'anything')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

describe('search', () => {
  beforeAll(async () => {
    const { models } = services()
    await models.create(owner, {
      name: 's-a',
      tags: [
        { key: 'team', value: 'Risk' },
        { key: 'kind', value: 'x' },
      ],
    })
    await models.create(owner, { name: 's-b', tags: [{ key: 'team', value: 'sales' }] })
    await models.create(owner, { name: 's-c%', tags: [{ key: 'team', value: 'risk' }] })
    await models.create(owner, { name: 'S_d\\' })
    await models.create(owner, {
      name: 's-prompt',
      tags: [
        { key: 'mlflow.prompt.is_prompt', value: 'true' },
        { key: 'team', value: 'risk' },
      ],
    })
    await models.create(elsewhere, { name: 's-elsewhere', tags: [{ key: 'team', value: 'risk' }] })
  })

  it.each([
    ["name LIKE 's-%'", ['s-a', 's-b', 's-c%']],
    ["name ILIKE 's_%' AND name != 'Shared'", ['S_d\\', 's-a', 's-b', 's-c%']],
    ["name LIKE 'S_d\\'", ['S_d\\']],
    ["name != 's-a' AND name LIKE 's-%'", ['s-b', 's-c%']],
    ["name IN ('s-a', 's-b', 's-elsewhere')", ['s-a', 's-b']],
    ["name NOT IN ('s-a', 's-b') AND name LIKE 's-%'", ['s-c%']],
    ["tags.team = 'risk'", ['s-c%']],
    ["tags.team ILIKE 'risk'", ['s-a', 's-c%']],
    ["tags.team != 'risk' AND name LIKE 's-%'", ['s-a', 's-b']],
    ["tags.team ILIKE 'risk' AND tags.kind = 'x'", ['s-a']],
    ["tags.team LIKE '%s%' AND tags.team LIKE 'R%'", ['s-a']],
    ["tags.`mlflow.prompt.is_prompt` = 'true' AND name LIKE 's-%'", ['s-prompt']],
    ["tags.`mlflow.prompt.is_prompt` != 'true' AND tags.team = 'risk'", ['s-c%']],
    ["name = '' OR ''=''", null],
  ])('%s', async (filter, found) => {
    if (found === null) await expect(names(filter)).rejects.toMatchObject({ code: 'INVALID' })
    else expect(await names(filter)).toEqual(found)
  })

  it('orders by name either way and by time', async () => {
    expect(await names("name LIKE 's-%'", owner, ['name DESC'])).toEqual(['s-c%', 's-b', 's-a'])
    await services().models.describe(owner, 's-b', 'touched')
    expect((await names("name LIKE 's-%'", owner, ['last_updated_timestamp DESC']))[0]).toBe('s-b')
  })
})
