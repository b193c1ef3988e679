/** Type Run; its computed fields are in run-fields.ts. */
import { Directive, Field, ID, ObjectType } from 'type-graphql'
import { PageInfo } from '#shared/graphql/page-types.ts'
import { Timestamp } from '#shared/graphql/scalars.ts'
import type * as domain from '#tracking/domain/run.ts'
import { User } from '#tracking/graphql/foreign-types.ts'
import { DatasetInput, LifecycleStage, type Metric, Param, RunStatus, Tag } from '#tracking/graphql/shared-types.ts'

@ObjectType({ description: 'One execution: what it was given, what it measured, what it made.' })
@Directive('@key(fields: "projectId id")')
export class Run {
  @Field(() => ID)
  projectId!: string

  @Field(() => ID, { description: '32 hex digits.' })
  id!: string

  @Field(() => ID)
  experimentId!: string

  @Field(() => String)
  name!: string

  @Field(() => RunStatus)
  status!: RunStatus

  @Field(() => Timestamp)
  startTime!: number

  @Field(() => Timestamp, { nullable: true, description: 'Null while it runs.' })
  endTime!: number | null

  @Field(() => LifecycleStage)
  lifecycleStage!: LifecycleStage

  @Field(() => String)
  artifactUri!: string

  @Field(() => String, { description: 'What the client called its user; `owner` is who really started it.' })
  userName!: string

  @Field(() => User, { nullable: true })
  owner!: User | null

  @Field(() => [Param])
  params!: readonly Param[]

  @Field(() => [Tag])
  tags!: readonly Tag[]

  @Field(() => [DatasetInput], { description: 'The datasets it read.' })
  inputs!: DatasetInput[]

  /** Filtered by the field resolver below. */
  latest!: readonly Metric[]
}

@ObjectType({ description: 'A page of runs.' })
export class RunConnection {
  @Field(() => [Run])
  nodes!: Run[]

  @Field(() => PageInfo)
  pageInfo!: PageInfo
}

export const runOf = (projectId: string, run: domain.Run): Run => ({
  projectId,
  id: run.id,
  experimentId: run.experimentId,
  name: run.name,
  status: RunStatus[run.status],
  startTime: run.startTime,
  endTime: run.endTime,
  lifecycleStage: run.active ? LifecycleStage.ACTIVE : LifecycleStage.DELETED,
  artifactUri: run.artifactUri,
  userName: run.userName,
  owner: run.ownerId === null ? null : { id: run.ownerId },
  params: run.params,
  tags: run.tags,
  latest: run.metrics,
  inputs: run.datasets.map((d) => ({
    name: d.name,
    digest: d.digest,
    sourceType: d.sourceType,
    source: d.source,
    context: d.context,
    datasetVersion: d.versionId === null ? null : { projectId, id: d.versionId },
  })),
})
