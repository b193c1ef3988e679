import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql'
import { PageInfo } from '#shared/graphql/page-types.ts'
import { Timestamp } from '#shared/graphql/scalars.ts'
import type { Role } from '#shared/policy.ts'
import { User } from './user.ts'

/** The graph's spelling of the built-in roles. */
export const RoleEnum = { VIEWER: 'viewer', CONTRIBUTOR: 'contributor', MAINTAINER: 'maintainer', OWNER: 'owner' } as const satisfies Record<string, Role>
registerEnumType(RoleEnum, { name: 'Role', description: 'A built-in role in a project, weakest first. Each holds what the ones before it hold.' })

@ObjectType({ description: 'The unit of isolation: everything belongs to exactly one project.' })
@Directive('@key(fields: "id")')
export class Project {
  @Field(() => ID, { description: 'Never changes and is never used again.' })
  id!: string

  @Field(() => String, { description: 'The immutable slug in paths; MLflow calls it the workspace.' })
  name!: string

  @Field(() => String, { description: 'What people call it; free to change.' })
  title!: string

  @Field(() => String, { nullable: true })
  description!: string | null

  @Field(() => Timestamp)
  createdAt!: number
}

@ObjectType({ description: 'A page of projects.' })
export class ProjectConnection {
  @Field(() => [Project])
  nodes!: Project[]

  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

@ObjectType({ description: 'Somebody who works in a project.' })
export class Member {
  @Field(() => User)
  user!: User

  @Field(() => RoleEnum)
  role!: Role

  @Field(() => Timestamp, { description: 'Since when the member holds this role.' })
  since!: number
}

@ObjectType({ description: 'A page of members.' })
export class MemberConnection {
  @Field(() => [Member])
  nodes!: Member[]

  @Field(() => PageInfo)
  pageInfo!: PageInfo
}
