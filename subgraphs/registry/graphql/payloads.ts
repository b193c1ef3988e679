/** What the registry's mutations answer: one type for each, so that each can grow by itself. */
import { Field, ObjectType } from 'type-graphql'
import { ModelVersionType, RegisteredModelType } from '#registry/graphql/types.ts'

@ObjectType()
class ModelPayload {
  @Field(() => RegisteredModelType)
  registeredModel!: RegisteredModelType
}

@ObjectType()
class VersionPayload {
  @Field(() => ModelVersionType)
  modelVersion!: ModelVersionType
}

@ObjectType()
class DonePayload {
  @Field(() => Boolean, { description: 'Always true: what cannot be done is an error.' })
  ok!: boolean
}

@ObjectType('CreateRegisteredModelPayload', { description: 'What createRegisteredModel did.' })
export class CreateRegisteredModelPayload extends ModelPayload {}

@ObjectType('UpdateRegisteredModelPayload', { description: 'What updateRegisteredModel did.' })
export class UpdateRegisteredModelPayload extends ModelPayload {}

@ObjectType('RenameRegisteredModelPayload', { description: 'What renameRegisteredModel did.' })
export class RenameRegisteredModelPayload extends ModelPayload {}

@ObjectType('DeleteRegisteredModelPayload', { description: 'What deleteRegisteredModel did.' })
export class DeleteRegisteredModelPayload extends DonePayload {}

@ObjectType('CreateModelVersionPayload', { description: 'What createModelVersion did.' })
export class CreateModelVersionPayload extends VersionPayload {}

@ObjectType('UpdateModelVersionPayload', { description: 'What updateModelVersion did.' })
export class UpdateModelVersionPayload extends VersionPayload {}

@ObjectType('DeleteModelVersionPayload', { description: 'What deleteModelVersion did.' })
export class DeleteModelVersionPayload extends DonePayload {}

@ObjectType('SetModelVersionStagePayload', { description: 'What setModelVersionStage did.' })
export class SetModelVersionStagePayload extends VersionPayload {}

@ObjectType('SetModelAliasPayload', { description: 'What setModelAlias did.' })
export class SetModelAliasPayload extends VersionPayload {}

@ObjectType('DeleteModelAliasPayload', { description: 'What deleteModelAlias did.' })
export class DeleteModelAliasPayload extends DonePayload {}

@ObjectType('SetModelTagPayload', { description: 'What setModelTag did.' })
export class SetModelTagPayload extends ModelPayload {}

@ObjectType('DeleteModelTagPayload', { description: 'What deleteModelTag did.' })
export class DeleteModelTagPayload extends ModelPayload {}

@ObjectType('SetModelVersionTagPayload', { description: 'What setModelVersionTag did.' })
export class SetModelVersionTagPayload extends VersionPayload {}

@ObjectType('DeleteModelVersionTagPayload', { description: 'What deleteModelVersionTag did.' })
export class DeleteModelVersionTagPayload extends VersionPayload {}
