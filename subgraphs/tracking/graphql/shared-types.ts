/** Value types of tracking's graph. */
import { Directive, Field, ObjectType, registerEnumType } from 'type-graphql'
import { Long, MetricSeries, MetricValue, Timestamp, type SeriesColumns } from '#shared/graphql/scalars.ts'
import { DatasetVersion } from '#tracking/graphql/foreign-types.ts'

export enum LifecycleView {
  ACTIVE = 'ACTIVE',
  DELETED = 'DELETED',
  ALL = 'ALL',
}
registerEnumType(LifecycleView, { name: 'LifecycleView', description: 'Which lifecycle stages a list shows.' })

export enum LifecycleStage {
  ACTIVE = 'ACTIVE',
  DELETED = 'DELETED',
}
registerEnumType(LifecycleStage, { name: 'LifecycleStage', description: 'DELETED things are in the trash and can be restored.' })

export enum RunStatus {
  RUNNING = 'RUNNING',
  SCHEDULED = 'SCHEDULED',
  FINISHED = 'FINISHED',
  FAILED = 'FAILED',
  KILLED = 'KILLED',
}
registerEnumType(RunStatus, { name: 'RunStatus', description: 'How far a run is, as its client says.' })

@ObjectType({ description: 'A word of people about a thing.' })
@Directive('@shareable')
export class Tag {
  @Field(() => String)
  key!: string

  @Field(() => String)
  value!: string
}

@ObjectType({ description: 'What a run was given. Never changes once logged.' })
export class Param {
  @Field(() => String)
  key!: string

  @Field(() => String)
  value!: string
}

@ObjectType({ description: 'One metric of a run: its latest point and a summary of all of them.' })
export class Metric {
  @Field(() => String)
  key!: string

  @Field(() => MetricValue, { description: 'At the latest step; of equal steps the latest time.' })
  value!: number

  @Field(() => Long)
  step!: number | bigint

  @Field(() => Timestamp)
  timestamp!: number | bigint

  @Field(() => MetricValue, { nullable: true, description: 'The smallest value, NaN apart; null while every value is NaN.' })
  min!: number | null

  @Field(() => MetricValue, { nullable: true, description: 'The largest value, NaN apart; null while every value is NaN.' })
  max!: number | null

  @Field(() => Long, { description: 'How many points were logged.' })
  count!: number
}

@ObjectType({ description: 'The course of one metric of a run, thinned for charts.' })
export class MetricHistory {
  @Field(() => String)
  key!: string

  @Field(() => Long, { description: 'How many points there are before thinning.' })
  points!: number

  @Field(() => MetricSeries, { description: 'In the order of time; peaks survive the thinning.' })
  series!: SeriesColumns
}

@ObjectType({ description: 'A dataset that a run read.' })
export class DatasetInput {
  @Field(() => String)
  name!: string

  @Field(() => String)
  digest!: string

  @Field(() => String)
  sourceType!: string

  @Field(() => String)
  source!: string

  @Field(() => String, { nullable: true, description: 'What the data was for, e.g. training.' })
  context!: string | null

  @Field(() => DatasetVersion, { nullable: true, description: 'The version in this platform, where the source is its address.' })
  datasetVersion!: DatasetVersion | null
}

@ObjectType({ description: 'The names that runs of an experiment use: the columns of its table.' })
export class RunColumns {
  @Field(() => [String])
  metrics!: readonly string[]

  @Field(() => [String])
  params!: readonly string[]

  @Field(() => [String])
  tags!: readonly string[]
}
