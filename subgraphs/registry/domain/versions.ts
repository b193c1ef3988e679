/** Versions of registered models: describing, promoting, removing them. Registering is registration.ts. */
import { demand } from '#shared/access.ts'
import type { Scope } from '#shared/actor.ts'
import type { Permission } from '#shared/policy.ts'
import type { ModelVersion, RegisteredModel, Tag } from '#registry/domain/model.ts'
import { factsOf, type ModelReads } from '#registry/domain/model-reads.ts'
import { aliasName, descriptionOf, newAliasName, tagKey, tagOf } from '#registry/domain/names.ts'
import { canonicalStage, demandArchivable, isActiveStage } from '#registry/domain/stages.ts'
import type { VersionStore } from '#registry/domain/store.ts'
import { createVersionReads, demandReady, versionNotFound, type VersionReads } from '#registry/domain/version-reads.ts'
import { versionType } from '#registry/domain/visibility.ts'
import { announcer } from '#registry/domain/webhook-events.ts'

export interface VersionsDeps {
  readonly models: ModelReads
  readonly store: VersionStore
  readonly now: () => number
}

export interface Versions extends VersionReads {
  describe(scope: Scope, name: string, version: number, description: string | null): Promise<ModelVersion>
  setStage(scope: Scope, name: string, version: number, stage: string, archiveExisting: boolean): Promise<ModelVersion>
  remove(scope: Scope, name: string, version: number): Promise<void>
  setTag(scope: Scope, name: string, version: number, tag: Tag): Promise<ModelVersion>
  deleteTag(scope: Scope, name: string, version: number, key: string): Promise<ModelVersion>
  setAlias(scope: Scope, name: string, alias: string, version: number): Promise<ModelVersion>
  deleteAlias(scope: Scope, name: string, alias: string): Promise<void>
}

const versionFacts = (version: ModelVersion) => ({ type: versionType, id: version.id, ownerId: version.createdBy })

export function createVersions({ models, store, now }: VersionsDeps): Versions {
  const reads = createVersionReads(models, store)
  const resolveFor = async (scope: Scope, name: string, number: number, permission: Permission): Promise<{ readonly model: RegisteredModel; readonly version: ModelVersion }> => {
    const found = await reads.resolve(scope, name, number)
    demand(scope, permission, versionFacts(found.version))
    return found
  }
  const again = async (scope: Scope, { id, modelName, version }: ModelVersion): Promise<ModelVersion> => {
    const [found] = await store.byIds(scope.project.id, [id])
    if (!found) throw versionNotFound(modelName, version)
    return found
  }
  /** Promotion is about the model: others rely on what its marks point at. Only what has a place can carry one. */
  const resolveToPromote = async (scope: Scope, name: string, number: number): Promise<{ readonly model: RegisteredModel; readonly version: ModelVersion }> => {
    const found = await reads.resolve(scope, name, number)
    demand(scope, 'registry.version.promote', factsOf(found.model))
    demandReady(found.version)
    return found
  }

  return {
    ...reads,

    async describe(scope, name, number, description) {
      const { version } = await resolveFor(scope, name, number, 'registry.version.update')
      await store.describe(scope.project.id, version.id, descriptionOf(description), now())
      return again(scope, version)
    },

    async setStage(scope, name, number, given, archiveExisting) {
      const stage = canonicalStage(given)
      if (archiveExisting) demandArchivable(given)
      const { version } = await resolveToPromote(scope, name, number)
      await store.setStage(scope.project.id, version, stage, archiveExisting ? stage : null, now())
      return again(scope, version)
    },

    async remove(scope, name, number) {
      const { model, version } = await reads.resolve(scope, name, number)
      demand(scope, 'registry.version.delete', versionFacts(version))
      // Taking away what others rely on is a promotion backwards, even of one's own version.
      if (version.aliases.length > 0 || isActiveStage(version.stage)) demand(scope, 'registry.version.promote', factsOf(model))
      await store.remove(scope.project.id, version, now())
    },

    async setTag(scope, name, number, tag) {
      const checked = tagOf(tag)
      const { model, version } = await resolveFor(scope, name, number, 'registry.version.update')
      if (!(await store.setTag(scope.project.id, version.id, checked, announcer(scope.project, now()).versionTagSet(model, number, checked)))) throw versionNotFound(version.modelName, number)
      return again(scope, version)
    },

    async deleteTag(scope, name, number, key) {
      const checked = tagKey(key)
      const { model, version } = await resolveFor(scope, name, number, 'registry.version.update')
      await store.deleteTag(scope.project.id, version.id, checked, announcer(scope.project, now()).versionTagDeleted(model, number, checked))
      return again(scope, version)
    },

    async setAlias(scope, name, given, number) {
      const alias = newAliasName(given)
      const { model, version } = await resolveToPromote(scope, name, number)
      if (!(await store.setAlias(scope.project.id, version.modelId, alias, number, announcer(scope.project, now()).aliasCreated(model, alias, number))))
        throw versionNotFound(version.modelName, number)
      return again(scope, version)
    },

    async deleteAlias(scope, name, given) {
      const alias = aliasName(given)
      const model = await models.resolve(scope, name)
      demand(scope, 'registry.version.promote', factsOf(model))
      await store.deleteAlias(scope.project.id, model.id, alias, announcer(scope.project, now()).aliasDeleted(model, alias))
    },
  }
}
