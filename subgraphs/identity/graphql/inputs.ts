/** Inputs and payloads of the mutations. */
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import type { Role } from '#shared/policy.ts'
import { Member, Project, RoleEnum } from './project.ts'
import { Token, User } from './user.ts'

@InputType()
export class CreateProjectInput {
  @Field(() => String, { description: 'The name: 2 to 63 of a-z, 0-9 and hyphen. It can never be changed.' })
  project!: string

  @Field(() => String, { nullable: true, description: 'Defaults to the name.' })
  title?: string | null

  @Field(() => String, { nullable: true })
  description?: string | null
}

@ObjectType()
export class CreateProjectPayload {
  @Field(() => Project)
  project!: Project
}

@InputType()
export class UpdateProjectInput {
  @Field(() => String)
  project!: string

  @Field(() => String, { nullable: true })
  title?: string | null

  @Field(() => String, { nullable: true, description: 'Null or an empty text removes it; left out, it stays.' })
  description?: string | null
}

@ObjectType()
export class UpdateProjectPayload {
  @Field(() => Project)
  project!: Project
}

@InputType()
export class SetMemberInput {
  @Field(() => String)
  project!: string

  @Field(() => String)
  username!: string

  @Field(() => RoleEnum)
  role!: Role
}

@ObjectType()
export class SetMemberPayload {
  @Field(() => Member)
  member!: Member
}

@InputType()
export class RemoveMemberInput {
  @Field(() => String)
  project!: string

  @Field(() => String)
  username!: string
}

@ObjectType()
export class RemoveMemberPayload {
  @Field(() => Boolean)
  ok!: boolean
}

@InputType()
export class CreateUserInput {
  @Field(() => String)
  username!: string

  @Field(() => String, { nullable: true, description: 'Defaults to the user name.' })
  displayName?: string | null

  @Field(() => String, { description: '12 to 128 characters.' })
  password!: string

  @Field(() => Boolean, { nullable: true })
  isAdmin?: boolean | null
}

@ObjectType()
export class CreateUserPayload {
  @Field(() => User)
  user!: User
}

@InputType()
export class UpdateUserInput {
  @Field(() => String)
  username!: string

  @Field(() => String, { nullable: true })
  displayName?: string | null

  @Field(() => Boolean, { nullable: true })
  isAdmin?: boolean | null

  @Field(() => Boolean, { nullable: true, description: 'False ends every session and token of the person at once.' })
  active?: boolean | null
}

@ObjectType()
export class UpdateUserPayload {
  @Field(() => User)
  user!: User
}

@InputType()
export class SetPasswordInput {
  @Field(() => String)
  username!: string

  @Field(() => String, { description: 'It must be changed at the next sign-in.' })
  password!: string
}

@ObjectType()
export class SetPasswordPayload {
  @Field(() => Boolean)
  ok!: boolean
}

@InputType()
export class ChangeMyPasswordInput {
  @Field(() => String)
  current!: string

  @Field(() => String)
  next!: string
}

@ObjectType()
export class ChangeMyPasswordPayload {
  @Field(() => Boolean, { description: 'Every session has ended: sign in anew.' })
  ok!: boolean
}

@InputType()
export class CreateTokenInput {
  @Field(() => String)
  name!: string

  @Field(() => String, { nullable: true, description: 'The only project it reaches; without it, all of its owner’s.' })
  project?: string | null

  @Field(() => [String], { nullable: true, description: 'Permissions it carries at most, e.g. tracking.run.read.' })
  permissions?: string[] | null

  @Field(() => Int, { nullable: true, description: '1 to 365; 90 when left out.' })
  expiresInDays?: number | null
}

@ObjectType()
export class CreateTokenPayload {
  @Field(() => Token)
  token!: Token

  @Field(() => String, { description: 'Shown this once.' })
  secret!: string
}

@InputType()
export class RevokeTokenInput {
  @Field(() => ID)
  id!: string
}

@ObjectType()
export class RevokeTokenPayload {
  @Field(() => Boolean)
  ok!: boolean
}
