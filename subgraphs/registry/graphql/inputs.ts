/** The inputs of the registry's mutations. Each names its project; `model` is the name of a registered model in it. */
import { Field, ID, InputType, Int } from 'type-graphql'

@InputType('ModelTagInput', { description: 'A key and its value.' })
export class ModelTagInput {
  @Field(() => String)
  key!: string

  @Field(() => String)
  value!: string
}

@InputType()
class ProjectInput {
  @Field(() => String, { description: 'The name of the project.' })
  project!: string
}

/** Of one registered model. */
@InputType()
class NamedInput extends ProjectInput {
  @Field(() => String, { description: 'The name of the registered model.' })
  name!: string
}

/** Of something in a registered model. */
@InputType()
class ModelInput extends ProjectInput {
  @Field(() => String, { description: 'The name of the registered model.' })
  model!: string
}

@InputType()
class VersionInput extends ModelInput {
  @Field(() => Int)
  version!: number
}

@InputType('CreateRegisteredModelInput', { description: 'A name to register.' })
export class CreateRegisteredModelInput extends NamedInput {
  @Field(() => String, { nullable: true })
  description!: string | null

  @Field(() => [ModelTagInput], { nullable: true })
  tags!: ModelTagInput[] | null
}

@InputType('UpdateRegisteredModelInput', { description: 'A new description; null removes it.' })
export class UpdateRegisteredModelInput extends NamedInput {
  @Field(() => String, { nullable: true })
  description!: string | null
}

@InputType('RenameRegisteredModelInput', { description: 'An old and a new name.' })
export class RenameRegisteredModelInput extends NamedInput {
  @Field(() => String)
  newName!: string
}

@InputType('DeleteRegisteredModelInput', { description: 'The model to remove.' })
export class DeleteRegisteredModelInput extends NamedInput {}

@InputType('CreateModelVersionInput', { description: 'What to register as the next version.' })
export class CreateModelVersionInput extends ModelInput {
  @Field(() => String, { description: 'An artifact of this project: runs:/<run>/<path>, models:/<logged model>, models:/<name>/<version> or mlflow-artifacts:/<path>.' })
  source!: string

  @Field(() => ID, { nullable: true, description: 'The run that holds the source; needed for runs:/ and mlflow-artifacts:/.' })
  runId!: string | null

  @Field(() => ID, { nullable: true })
  loggedModelId!: string | null

  @Field(() => String, { nullable: true })
  description!: string | null

  @Field(() => [ModelTagInput], { nullable: true })
  tags!: ModelTagInput[] | null
}

@InputType('UpdateModelVersionInput', { description: 'A new description; null removes it.' })
export class UpdateModelVersionInput extends VersionInput {
  @Field(() => String, { nullable: true })
  description!: string | null
}

@InputType('DeleteModelVersionInput', { description: 'The version to remove.' })
export class DeleteModelVersionInput extends VersionInput {}

@InputType('SetModelVersionStageInput', { description: 'Where a version shall stand.' })
export class SetModelVersionStageInput extends VersionInput {
  @Field(() => String, { description: 'None, Staging, Production or Archived; any case.' })
  stage!: string

  @Field(() => Boolean, { defaultValue: false, description: 'Archive what else stands in that stage; only for Staging and Production.' })
  archiveExisting!: boolean
}

@InputType('SetModelAliasInput', { description: 'An alias and the version it shall point at.' })
export class SetModelAliasInput extends VersionInput {
  @Field(() => String)
  alias!: string
}

@InputType('DeleteModelAliasInput', { description: 'The alias to remove.' })
export class DeleteModelAliasInput extends ModelInput {
  @Field(() => String)
  alias!: string
}

@InputType('SetModelTagInput', { description: 'A tag of a registered model.' })
export class SetModelTagInput extends ModelInput {
  @Field(() => String)
  key!: string

  @Field(() => String)
  value!: string
}

@InputType('DeleteModelTagInput', { description: 'The key of a tag of a registered model.' })
export class DeleteModelTagInput extends ModelInput {
  @Field(() => String)
  key!: string
}

@InputType('SetModelVersionTagInput', { description: 'A tag of a version.' })
export class SetModelVersionTagInput extends VersionInput {
  @Field(() => String)
  key!: string

  @Field(() => String)
  value!: string
}

@InputType('DeleteModelVersionTagInput', { description: 'The key of a tag of a version.' })
export class DeleteModelVersionTagInput extends VersionInput {
  @Field(() => String)
  key!: string
}
