/** Writing versions, stages and aliases. */
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import { scopeIn } from '#shared/access.ts'
import type { RegistryContext } from '#registry/graphql/context.ts'
import {
  CreateModelVersionInput,
  DeleteModelAliasInput,
  DeleteModelVersionInput,
  DeleteModelVersionTagInput,
  SetModelAliasInput,
  SetModelVersionStageInput,
  SetModelVersionTagInput,
  UpdateModelVersionInput,
} from '#registry/graphql/inputs.ts'
import {
  CreateModelVersionPayload,
  DeleteModelAliasPayload,
  DeleteModelVersionPayload,
  DeleteModelVersionTagPayload,
  SetModelAliasPayload,
  SetModelVersionStagePayload,
  SetModelVersionTagPayload,
  UpdateModelVersionPayload,
} from '#registry/graphql/payloads.ts'

@Resolver()
export class VersionMutations {
  @Mutation(() => CreateModelVersionPayload, { description: 'Register a version of a model from an artifact of the project.' })
  async createModelVersion(@Arg('input', () => CreateModelVersionInput) input: CreateModelVersionInput, @Ctx() { actor, registration }: RegistryContext): Promise<CreateModelVersionPayload> {
    const scope = scopeIn(actor, input.project)
    const modelVersion = await registration.register(scope, {
      name: input.model,
      source: input.source,
      runId: input.runId,
      loggedModelId: input.loggedModelId,
      description: input.description,
      tags: input.tags ?? [],
    })
    return { modelVersion }
  }

  @Mutation(() => UpdateModelVersionPayload, { description: 'Change the description of a version.' })
  async updateModelVersion(@Arg('input', () => UpdateModelVersionInput) input: UpdateModelVersionInput, @Ctx() { actor, versions }: RegistryContext): Promise<UpdateModelVersionPayload> {
    const scope = scopeIn(actor, input.project)
    return { modelVersion: await versions.describe(scope, input.model, input.version, input.description) }
  }

  @Mutation(() => DeleteModelVersionPayload, { description: 'Remove a version; its number is never used again.' })
  async deleteModelVersion(@Arg('input', () => DeleteModelVersionInput) input: DeleteModelVersionInput, @Ctx() { actor, versions }: RegistryContext): Promise<DeleteModelVersionPayload> {
    const scope = scopeIn(actor, input.project)
    await versions.remove(scope, input.model, input.version)
    return { ok: true }
  }

  @Mutation(() => SetModelVersionStagePayload, { description: 'Move a version into a stage.' })
  async setModelVersionStage(@Arg('input', () => SetModelVersionStageInput) input: SetModelVersionStageInput, @Ctx() { actor, versions }: RegistryContext): Promise<SetModelVersionStagePayload> {
    const scope = scopeIn(actor, input.project)
    return { modelVersion: await versions.setStage(scope, input.model, input.version, input.stage, input.archiveExisting) }
  }

  @Mutation(() => SetModelAliasPayload, { description: 'Point an alias at a version.' })
  async setModelAlias(@Arg('input', () => SetModelAliasInput) input: SetModelAliasInput, @Ctx() { actor, versions }: RegistryContext): Promise<SetModelAliasPayload> {
    const scope = scopeIn(actor, input.project)
    return { modelVersion: await versions.setAlias(scope, input.model, input.alias, input.version) }
  }

  @Mutation(() => DeleteModelAliasPayload, { description: 'Remove an alias.' })
  async deleteModelAlias(@Arg('input', () => DeleteModelAliasInput) input: DeleteModelAliasInput, @Ctx() { actor, versions }: RegistryContext): Promise<DeleteModelAliasPayload> {
    const scope = scopeIn(actor, input.project)
    await versions.deleteAlias(scope, input.model, input.alias)
    return { ok: true }
  }

  @Mutation(() => SetModelVersionTagPayload, { description: 'Tag a version.' })
  async setModelVersionTag(@Arg('input', () => SetModelVersionTagInput) input: SetModelVersionTagInput, @Ctx() { actor, versions }: RegistryContext): Promise<SetModelVersionTagPayload> {
    const scope = scopeIn(actor, input.project)
    return { modelVersion: await versions.setTag(scope, input.model, input.version, { key: input.key, value: input.value }) }
  }

  @Mutation(() => DeleteModelVersionTagPayload, { description: 'Remove a tag of a version.' })
  async deleteModelVersionTag(@Arg('input', () => DeleteModelVersionTagInput) input: DeleteModelVersionTagInput, @Ctx() { actor, versions }: RegistryContext): Promise<DeleteModelVersionTagPayload> {
    const scope = scopeIn(actor, input.project)
    return { modelVersion: await versions.deleteTag(scope, input.model, input.version, input.key) }
  }
}
