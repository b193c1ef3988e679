/** Changing datasets. Uploads are REST: `POST /datasets/upload`. */
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql'
import { scopeIn } from '#shared/access.ts'
import type { Dataset } from '#datasets/domain/dataset.ts'
import type { DatasetsContext } from '#datasets/graphql/context.ts'
import { DatasetType } from '#datasets/graphql/types.ts'

@InputType()
export class UpdateDatasetInput {
  @Field(() => String, { description: 'The project, by name.' })
  project!: string

  @Field(() => String)
  name!: string

  @Field(() => String)
  description!: string
}

@InputType()
export class SetDatasetTagInput {
  @Field(() => String, { description: 'The project, by name.' })
  project!: string

  @Field(() => String)
  name!: string

  @Field(() => String)
  key!: string

  @Field(() => String, { nullable: true, description: 'Null removes the tag.' })
  value?: string | null
}

@InputType()
export class DeleteDatasetInput {
  @Field(() => String, { description: 'The project, by name.' })
  project!: string

  @Field(() => String)
  name!: string
}

@ObjectType()
export class UpdateDatasetPayload {
  @Field(() => DatasetType)
  dataset!: Dataset
}

@ObjectType()
export class SetDatasetTagPayload {
  @Field(() => DatasetType)
  dataset!: Dataset
}

@ObjectType()
export class DeleteDatasetPayload {
  @Field(() => Boolean)
  ok!: boolean

  @Field(() => ID, { description: 'The id of what was deleted.' })
  id!: string
}

@Resolver()
export class DatasetMutations {
  @Mutation(() => UpdateDatasetPayload, { description: 'Describes a dataset.' })
  async updateDataset(@Arg('input', () => UpdateDatasetInput) input: UpdateDatasetInput, @Ctx() { actor, datasets }: DatasetsContext): Promise<UpdateDatasetPayload> {
    return { dataset: await datasets.describe(scopeIn(actor, input.project), input.name, input.description) }
  }

  @Mutation(() => SetDatasetTagPayload, { description: 'Sets or removes a tag of a dataset.' })
  async setDatasetTag(@Arg('input', () => SetDatasetTagInput) input: SetDatasetTagInput, @Ctx() { actor, datasets }: DatasetsContext): Promise<SetDatasetTagPayload> {
    return { dataset: await datasets.setTag(scopeIn(actor, input.project), input.name, input.key, input.value ?? null) }
  }

  @Mutation(() => DeleteDatasetPayload, { description: 'Moves a dataset with its versions to the trash; its name is free again.' })
  async deleteDataset(@Arg('input', () => DeleteDatasetInput) input: DeleteDatasetInput, @Ctx() { actor, datasets }: DatasetsContext): Promise<DeleteDatasetPayload> {
    return { ok: true, id: (await datasets.remove(scopeIn(actor, input.project), input.name)).id }
  }
}
