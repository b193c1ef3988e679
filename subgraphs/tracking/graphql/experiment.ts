/** Type Experiment; its computed fields are in experiment-fields.ts. */
import { Directive, Field, ID, ObjectType } from 'type-graphql'
import { PageInfo } from '#shared/graphql/page-types.ts'
import { Timestamp } from '#shared/graphql/scalars.ts'
import type * as domain from '#tracking/domain/experiment.ts'
import { LifecycleStage, Tag } from '#tracking/graphql/shared-types.ts'

@ObjectType({ description: 'A named place for runs.' })
@Directive('@key(fields: "projectId id")')
export class Experiment {
  @Field(() => ID)
  projectId!: string

  @Field(() => ID, { description: '18 digits; 0 is the Default experiment of its project.' })
  id!: string

  @Field(() => String)
  name!: string

  @Field(() => String, { description: 'Where the artifacts of its runs lie, as clients see it.' })
  artifactLocation!: string

  @Field(() => LifecycleStage)
  lifecycleStage!: LifecycleStage

  @Field(() => Timestamp)
  createdAt!: number

  @Field(() => Timestamp)
  updatedAt!: number

  @Field(() => [Tag])
  tags!: readonly Tag[]
}

@ObjectType({ description: 'A page of experiments.' })
export class ExperimentConnection {
  @Field(() => [Experiment])
  nodes!: Experiment[]

  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

export const experimentOf = (projectId: string, experiment: domain.Experiment): Experiment => ({
  projectId,
  id: experiment.id,
  name: experiment.name,
  artifactLocation: experiment.artifactLocation,
  lifecycleStage: experiment.active ? LifecycleStage.ACTIVE : LifecycleStage.DELETED,
  createdAt: experiment.createdAt,
  updatedAt: experiment.updatedAt,
  tags: experiment.tags,
})
