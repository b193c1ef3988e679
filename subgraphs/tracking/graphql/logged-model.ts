/** Type LoggedModel, and where the graph reaches it: by id from a project, and from the run that made it. */
import { Arg, Ctx, Directive, Field, FieldResolver, ID, ObjectType, registerEnumType, Resolver, Root } from 'type-graphql'
import { Long, MetricValue, Timestamp } from '#shared/graphql/scalars.ts'
import type * as domain from '#tracking/domain/logged-models.ts'
import { compareLatest } from '#tracking/domain/metric.ts'
import type { ArtifactContext } from '#tracking/graphql/artifact-context.ts'
import { Artifact, artifactsIn, folderArgument } from '#tracking/graphql/artifact.ts'
import { Project } from '#tracking/graphql/foreign-types.ts'
import { Run } from '#tracking/graphql/run.ts'
import { Param, Tag } from '#tracking/graphql/shared-types.ts'

export enum LoggedModelStatus {
  UNSPECIFIED = 'UNSPECIFIED',
  PENDING = 'PENDING',
  READY = 'READY',
  FAILED = 'FAILED',
}
registerEnumType(LoggedModelStatus, { name: 'LoggedModelStatus', description: 'PENDING while its files are on their way; then READY, or FAILED.' })

@ObjectType({ description: 'The latest point of one metric of a logged model, for each dataset it was measured on.' })
export class LoggedModelMetric {
  @Field(() => String)
  key!: string

  @Field(() => MetricValue)
  value!: number

  @Field(() => Long)
  step!: number | bigint

  @Field(() => Timestamp)
  timestamp!: number | bigint

  @Field(() => ID, { description: 'The run that measured it.' })
  runId!: string

  @Field(() => String, { nullable: true })
  datasetName!: string | null

  @Field(() => String, { nullable: true })
  datasetDigest!: string | null
}

@ObjectType({ description: 'A model that a run made, before anybody registers it.' })
@Directive('@key(fields: "projectId id")')
export class LoggedModel {
  @Field(() => ID)
  projectId!: string

  @Field(() => ID, { description: '`m-` and 32 hex digits.' })
  id!: string

  @Field(() => ID)
  experimentId!: string

  @Field(() => String)
  name!: string

  @Field(() => LoggedModelStatus)
  status!: LoggedModelStatus

  @Field(() => String, { nullable: true })
  modelType!: string | null

  @Field(() => ID, { nullable: true, description: 'The run that made it, as its client says.' })
  sourceRunId!: string | null

  @Field(() => String)
  artifactUri!: string

  @Field(() => Timestamp)
  createdAt!: number

  @Field(() => [Param])
  params!: readonly Param[]

  @Field(() => [Tag])
  tags!: readonly Tag[]

  @Field(() => [LoggedModelMetric], { description: 'Sorted by key.' })
  metrics!: readonly LoggedModelMetric[]
}

/** The latest point of each (key, dataset). */
function latestOf(points: readonly domain.LoggedModelMetric[]): domain.LoggedModelMetric[] {
  const groups = Map.groupBy(points, ({ key, datasetName, datasetDigest }) => JSON.stringify([key, datasetName, datasetDigest]))
  return [...groups.values()].map((group) => group.reduce((latest, point) => (compareLatest(latest, point) < 0 ? point : latest)))
}

export const loggedModelOf = (projectId: string, model: domain.LoggedModel): LoggedModel => ({
  projectId,
  id: model.id,
  experimentId: model.experimentId,
  name: model.name,
  status: LoggedModelStatus[model.status],
  modelType: model.modelType || null,
  sourceRunId: model.sourceRunId || null,
  artifactUri: model.artifactUri,
  createdAt: model.createdAt,
  params: model.params,
  tags: model.tags,
  metrics: latestOf(model.metrics),
})

@Resolver(() => LoggedModel)
export class LoggedModelFields {
  @FieldResolver(() => [Artifact], { description: 'What lies in one folder of its artifacts, sorted by name.' })
  artifacts(@Root() { projectId, id, experimentId }: LoggedModel, @Ctx() context: ArtifactContext, @Arg('path', () => String, folderArgument) path: string): Promise<Artifact[]> {
    return artifactsIn(context, projectId, { owner: { kind: 'model', experimentId, id }, path })
  }
}

@Resolver(() => Project)
export class LoggedModelsOfProject {
  @FieldResolver(() => LoggedModel, { nullable: true })
  async loggedModel(@Root() { id: projectId }: Project, @Ctx() { artifactLoaders }: ArtifactContext, @Arg('id', () => ID) id: string): Promise<LoggedModel | null> {
    const found = await artifactLoaders.loggedModel.load({ projectId, id })
    return found && loggedModelOf(projectId, found)
  }
}

@Resolver(() => Run)
export class LoggedModelsOfRun {
  @FieldResolver(() => [LoggedModel], { description: 'The models it made, oldest first.' })
  async loggedModels(@Root() { projectId, id }: Run, @Ctx() { artifactLoaders }: ArtifactContext): Promise<LoggedModel[]> {
    const found = await artifactLoaders.modelsOfRun.load({ projectId, id })
    return found.map((model) => loggedModelOf(projectId, model))
  }
}
