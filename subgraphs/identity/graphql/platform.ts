import { Field, Float, ObjectType, registerEnumType } from 'type-graphql'

export const ServiceStatusEnum = { HEALTHY: 'HEALTHY', UNHEALTHY: 'UNHEALTHY' } as const
registerEnumType(ServiceStatusEnum, { name: 'ServiceStatus', description: 'Whether a part of the platform can do its work.' })

@ObjectType({ description: 'Something that a service needs, as it answered just now.' })
export class Dependency {
  @Field(() => String)
  name!: string

  @Field(() => Boolean)
  ok!: boolean

  @Field(() => Float, { description: 'How long it took to answer, in milliseconds.' })
  latencyMs!: number

  @Field(() => String, { nullable: true, description: 'A short reason, without addresses or credentials.' })
  detail!: string | null
}

@ObjectType({ description: 'A part of the platform.' })
export class Service {
  @Field(() => String)
  name!: string

  @Field(() => ServiceStatusEnum)
  status!: keyof typeof ServiceStatusEnum

  @Field(() => [Dependency])
  dependencies!: Dependency[]
}

@ObjectType({ description: 'The installation itself; for administrators.' })
export class Platform {
  @Field(() => String)
  version!: string
}
