import { Directive, Field, ID, ObjectType } from 'type-graphql'
import { PageInfo } from '#shared/graphql/page-types.ts'
import { Timestamp } from '#shared/graphql/scalars.ts'

@ObjectType({ description: 'A person, as others may see them.' })
@Directive('@key(fields: "id")')
export class User {
  @Field(() => ID)
  id!: string

  @Field(() => String, { description: 'What the person signs in with; lower-case.' })
  username!: string

  @Field(() => String)
  displayName!: string
}

@ObjectType({ description: 'A page of people.' })
export class UserConnection {
  @Field(() => [User])
  nodes!: User[]

  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType({ description: 'A personal access token. Its secret is shown once, when it is made.' })
export class Token {
  @Field(() => ID)
  id!: string

  @Field(() => String)
  name!: string

  @Field(() => String, { description: 'The first characters of the secret, to recognise it by.' })
  prefix!: string

  @Field(() => [String], { nullable: true, description: 'Names of the projects it reaches at most; null for all of its owner’s.' })
  projects!: string[] | null

  @Field(() => [String], { nullable: true, description: 'Permissions it carries at most; null for all of its owner’s.' })
  permissions!: string[] | null

  @Field(() => Timestamp)
  createdAt!: number

  @Field(() => Timestamp)
  expiresAt!: number

  @Field(() => Timestamp, { nullable: true, description: 'To the minute.' })
  lastUsedAt!: number | null
}

@ObjectType({ description: 'The person who asks.' })
export class Me {
  @Field(() => ID)
  id!: string

  @Field(() => String)
  username!: string

  @Field(() => String)
  displayName!: string

  @Field(() => Boolean, { description: 'Whether the person administers the platform.' })
  isAdmin!: boolean

  @Field(() => Boolean, { description: 'While true, nothing but changeMyPassword is allowed.' })
  mustChangePassword!: boolean
}
