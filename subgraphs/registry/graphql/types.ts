/** The registry in the graph. Nodes are the domain's objects; what is not a column of theirs is a field resolver. */
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql'
import { PageInfo } from '#shared/graphql/page-types.ts'
import { Timestamp } from '#shared/graphql/scalars.ts'

@ObjectType('User', { description: 'A person, as others may see them.' })
@Directive('@key(fields: "id", resolvable: false)')
export class UserType {
  @Field(() => ID)
  id!: string
}

@ObjectType('Project', { description: 'The unit of isolation: everything belongs to exactly one project.' })
@Directive('@key(fields: "id")')
export class ProjectType {
  @Field(() => ID)
  id!: string
}

@ObjectType('Run', { description: 'One execution: what it was given, what it measured, what it made.' })
@Directive('@key(fields: "projectId id")')
export class RunType {
  @Field(() => ID)
  projectId!: string

  @Field(() => ID)
  id!: string
}

@ObjectType('Tag', { description: 'A key and a value that people attach.' })
@Directive('@shareable')
export class TagType {
  @Field(() => String)
  key!: string

  @Field(() => String)
  value!: string
}

@ObjectType('ModelAlias', { description: 'A name that points at one version of its model, e.g. champion.' })
export class ModelAliasType {
  @Field(() => String)
  alias!: string

  @Field(() => Int, { description: 'The number of the version.' })
  version!: number
}

@ObjectType('ModelVersion', { description: 'A numbered version of a registered model. Its number is never used again, not even after it is deleted.' })
@Directive('@key(fields: "projectId id")')
export class ModelVersionType {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  projectId!: string

  @Field(() => String)
  modelName!: string

  @Field(() => Int)
  version!: number

  @Field(() => String, { description: 'None, Staging, Production or Archived.' })
  stage!: string

  @Field(() => String, { description: 'PENDING_REGISTRATION until its source has been found, then READY; FAILED_REGISTRATION when there was nothing to find.' })
  status!: string

  @Field(() => String, { description: 'Where the files come from, as the one who registered it wrote it.' })
  source!: string

  @Field(() => String, { nullable: true })
  description!: string | null

  @Field(() => Timestamp)
  createdAt!: number

  @Field(() => Timestamp)
  updatedAt!: number

  @Field(() => [TagType])
  tags!: readonly TagType[]

  @Field(() => [String], { description: 'The aliases that point here.' })
  aliases!: readonly string[]

  @Field(() => ID, { nullable: true, description: 'The logged model it was made from.' })
  loggedModelId!: string | null
}

@ObjectType('ModelVersionConnection', { description: 'A page of model versions.' })
export class ModelVersionConnection {
  @Field(() => [ModelVersionType])
  nodes!: readonly ModelVersionType[]

  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType('RegisteredModel', { description: 'A name under which versions of a model are registered.' })
@Directive('@key(fields: "projectId id")')
export class RegisteredModelType {
  @Field(() => ID)
  id!: string

  @Field(() => ID)
  projectId!: string

  @Field(() => String, { description: 'Unique in its project; names that look alike are refused.' })
  name!: string

  @Field(() => String, { nullable: true })
  description!: string | null

  @Field(() => Timestamp)
  createdAt!: number

  @Field(() => Timestamp, { description: 'Also moves when a version is registered, promoted or deleted.' })
  updatedAt!: number

  @Field(() => [TagType])
  tags!: readonly TagType[]

  @Field(() => [ModelAliasType])
  aliases!: readonly ModelAliasType[]
}

@ObjectType('RegisteredModelConnection', { description: 'A page of registered models.' })
export class RegisteredModelConnection {
  @Field(() => [RegisteredModelType])
  nodes!: readonly RegisteredModelType[]

  @Field(() => PageInfo)
  pageInfo!: PageInfo
}
