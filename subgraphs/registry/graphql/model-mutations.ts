/** Writing registered models. */
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import { scopeIn } from '#shared/access.ts'
import type { RegistryContext } from '#registry/graphql/context.ts'
import { CreateRegisteredModelInput, DeleteModelTagInput, DeleteRegisteredModelInput, RenameRegisteredModelInput, SetModelTagInput, UpdateRegisteredModelInput } from '#registry/graphql/inputs.ts'
import {
  CreateRegisteredModelPayload,
  DeleteModelTagPayload,
  DeleteRegisteredModelPayload,
  RenameRegisteredModelPayload,
  SetModelTagPayload,
  UpdateRegisteredModelPayload,
} from '#registry/graphql/payloads.ts'

@Resolver()
export class ModelMutations {
  @Mutation(() => CreateRegisteredModelPayload, { description: 'Register the name of a model.' })
  async createRegisteredModel(@Arg('input', () => CreateRegisteredModelInput) input: CreateRegisteredModelInput, @Ctx() { actor, models }: RegistryContext): Promise<CreateRegisteredModelPayload> {
    const scope = scopeIn(actor, input.project)
    return { registeredModel: await models.create(scope, { name: input.name, description: input.description, tags: input.tags ?? [] }) }
  }

  @Mutation(() => UpdateRegisteredModelPayload, { description: 'Change the description of a registered model.' })
  async updateRegisteredModel(@Arg('input', () => UpdateRegisteredModelInput) input: UpdateRegisteredModelInput, @Ctx() { actor, models }: RegistryContext): Promise<UpdateRegisteredModelPayload> {
    const scope = scopeIn(actor, input.project)
    return { registeredModel: await models.describe(scope, input.name, input.description) }
  }

  @Mutation(() => RenameRegisteredModelPayload, { description: 'Rename a registered model; versions, aliases and grants follow.' })
  async renameRegisteredModel(@Arg('input', () => RenameRegisteredModelInput) input: RenameRegisteredModelInput, @Ctx() { actor, models }: RegistryContext): Promise<RenameRegisteredModelPayload> {
    const scope = scopeIn(actor, input.project)
    return { registeredModel: await models.rename(scope, input.name, input.newName) }
  }

  @Mutation(() => DeleteRegisteredModelPayload, { description: 'Remove a registered model with its versions.' })
  async deleteRegisteredModel(@Arg('input', () => DeleteRegisteredModelInput) input: DeleteRegisteredModelInput, @Ctx() { actor, models }: RegistryContext): Promise<DeleteRegisteredModelPayload> {
    const scope = scopeIn(actor, input.project)
    await models.remove(scope, input.name)
    return { ok: true }
  }

  @Mutation(() => SetModelTagPayload, { description: 'Tag a registered model.' })
  async setModelTag(@Arg('input', () => SetModelTagInput) input: SetModelTagInput, @Ctx() { actor, models }: RegistryContext): Promise<SetModelTagPayload> {
    const scope = scopeIn(actor, input.project)
    return { registeredModel: await models.setTag(scope, input.model, { key: input.key, value: input.value }) }
  }

  @Mutation(() => DeleteModelTagPayload, { description: 'Remove a tag of a registered model.' })
  async deleteModelTag(@Arg('input', () => DeleteModelTagInput) input: DeleteModelTagInput, @Ctx() { actor, models }: RegistryContext): Promise<DeleteModelTagPayload> {
    const scope = scopeIn(actor, input.project)
    return { registeredModel: await models.deleteTag(scope, input.model, input.key) }
  }
}
