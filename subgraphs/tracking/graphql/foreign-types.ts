/** Types of other subgraphs that tracking adds fields to or points at. */
import { Directive, Field, ID, ObjectType } from 'type-graphql'

@ObjectType('Project')
@Directive('@key(fields: "id")')
export class Project {
  @Field(() => ID)
  id!: string
}

@ObjectType('User')
@Directive('@key(fields: "id", resolvable: false)')
export class User {
  @Field(() => ID)
  id!: string
}

@ObjectType('DatasetVersion')
@Directive('@key(fields: "projectId id")')
export class DatasetVersion {
  @Field(() => ID)
  projectId!: string

  @Field(() => ID)
  id!: string
}
