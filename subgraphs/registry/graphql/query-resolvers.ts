/** Reading: the lists below a project and a run, and the edges of models and versions. */
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql'
import { scopeIn } from '#shared/access.ts'
import { DomainError } from '#shared/errors.ts'
import { connectionOf } from '#shared/graphql/page-types.ts'
import type { ModelVersion, RegisteredModel } from '#registry/domain/model.ts'
import { pageSize } from '#registry/domain/version-reads.ts'
import type { RegistryContext } from '#registry/graphql/context.ts'
import { ModelVersionConnection, ModelVersionType, ProjectType, RegisteredModelConnection, RegisteredModelType, RunType, UserType } from '#registry/graphql/types.ts'

/** Missing and hidden are absent where the graph allows null. */
const orNull = <T>(found: Promise<T>): Promise<T | null> =>
  found.catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'NOT_FOUND') return null
    throw error
  })

@Resolver(() => ProjectType)
export class ProjectResolver {
  @FieldResolver(() => RegisteredModelConnection, {
    nullable: true,
    description: 'Registered models by name, or in the order asked for. Prompts only when the filter asks for them. Null only beside an error: the registry did not answer.',
  })
  async registeredModels(
    @Root() project: ProjectType,
    @Ctx() { actor, models }: RegistryContext,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('filter', () => String, { nullable: true, description: "MLflow's grammar, e.g. name LIKE 'churn%' AND tags.team = 'risk'." }) filter: string | null,
    @Arg('orderBy', () => [String], { nullable: true, description: 'E.g. ["last_updated_timestamp DESC"].' }) orderBy: string[] | null,
  ): Promise<RegisteredModelConnection> {
    const page = await models.search(scopeIn(actor, project.id), { filter: filter ?? undefined, orderBy: orderBy ?? [], limit: pageSize(first), token: after ?? undefined })
    return connectionOf(page, (model) => model)
  }

  @FieldResolver(() => RegisteredModelType, { nullable: true })
  registeredModel(@Root() project: ProjectType, @Ctx() { actor, models }: RegistryContext, @Arg('name', () => String) name: string): Promise<RegisteredModel | null> {
    return orNull(models.resolve(scopeIn(actor, project.id), name))
  }
}

@Resolver(() => RunType)
export class RunResolver {
  @FieldResolver(() => ModelVersionConnection, { nullable: true, description: 'The model versions that came from this run, newest first. Null only beside an error: the registry did not answer.' })
  async modelVersions(
    @Root() run: RunType,
    @Ctx() { loaders }: RegistryContext,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ): Promise<ModelVersionConnection> {
    return connectionOf(await loaders.versionsOfRun.load({ projectId: run.projectId, id: run.id, first, after: after ?? undefined }), (version) => version)
  }
}

@Resolver(() => RegisteredModelType)
export class RegisteredModelResolver {
  @FieldResolver(() => UserType, { nullable: true, description: 'Who registered the name: manages it while a member.' })
  owner(@Root() model: RegisteredModel): UserType {
    return { id: model.ownerId }
  }

  @FieldResolver(() => [ModelVersionType], { description: 'The highest READY version in each stage.' })
  latestVersions(@Root() model: RegisteredModel, @Ctx() { loaders }: RegistryContext): Promise<readonly ModelVersion[]> {
    return loaders.latest.load({ projectId: model.projectId, id: model.id })
  }

  @FieldResolver(() => ModelVersionConnection, { description: 'Versions, highest number first.' })
  async versions(
    @Root() model: RegisteredModel,
    @Ctx() { loaders }: RegistryContext,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ): Promise<ModelVersionConnection> {
    return connectionOf(await loaders.versionsOfModel.load({ projectId: model.projectId, id: model.id, first, after: after ?? undefined }), (version) => version)
  }

  @FieldResolver(() => ModelVersionType, { nullable: true })
  version(@Root() model: RegisteredModel, @Ctx() { actor, versions }: RegistryContext, @Arg('version', () => Int) version: number): Promise<ModelVersion | null> {
    return orNull(versions.get(scopeIn(actor, model.projectId), model.name, version))
  }
}

@Resolver(() => ModelVersionType)
export class ModelVersionResolver {
  @FieldResolver(() => UserType, { nullable: true, description: 'Who registered it.' })
  createdBy(@Root() version: ModelVersion): UserType {
    return { id: version.createdBy }
  }

  @FieldResolver(() => RunType, { nullable: true, description: 'The run that made it.' })
  run(@Root() version: ModelVersion): RunType | null {
    return version.runId === null ? null : { projectId: version.projectId, id: version.runId }
  }
}
