/** Reading: a project's datasets, a dataset's versions, and the fields that are not the domain's own. */
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql'
import { scopeIn } from '#shared/access.ts'
import type { Scope } from '#shared/actor.ts'
import { connectionOf } from '#shared/graphql/page-types.ts'
import { sourceUri, type Dataset, type DatasetVersion, type Preview } from '#datasets/domain/dataset.ts'
import type { DatasetsContext } from '#datasets/graphql/context.ts'
import { DatasetConnection, DatasetPreviewType, DatasetType, DatasetVersionConnection, DatasetVersionType, ProjectType, UserType } from '#datasets/graphql/types.ts'

const scopeOf = (context: DatasetsContext, { projectId }: { readonly projectId: string }): Scope => scopeIn(context.actor, projectId)
const itself = <T>(item: T): T => item

@Resolver(() => ProjectType)
export class ProjectDatasets {
  @FieldResolver(() => DatasetConnection, { nullable: true, description: 'The datasets that you may see, by name. Null only beside an error: datasets did not answer.' })
  async datasets(
    @Root() project: ProjectType,
    @Ctx() context: DatasetsContext,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
    @Arg('search', () => String, { nullable: true, description: 'Text that the name or the description contains.' }) search?: string,
  ): Promise<DatasetConnection> {
    return connectionOf(await context.datasets.list(scopeIn(context.actor, project.id), { first, after: after ?? undefined }, search ?? undefined), itself)
  }

  @FieldResolver(() => DatasetType, { nullable: true })
  async dataset(@Root() project: ProjectType, @Ctx() context: DatasetsContext, @Arg('name', () => String) name: string): Promise<Dataset | null> {
    return (await context.datasets.find(scopeIn(context.actor, project.id), name)) ?? null
  }
}

@Resolver(() => DatasetType)
export class DatasetFields {
  @FieldResolver(() => UserType, { nullable: true, description: 'Who uploaded the first version.' })
  owner(@Root() dataset: Dataset): UserType {
    return { id: dataset.ownerId }
  }

  @FieldResolver(() => String, { description: 'Where the latest version lies in the object store: bucket and key.' })
  location(@Root() dataset: Dataset, @Ctx() context: DatasetsContext): string {
    return context.datasets.locationOf(dataset.latest)
  }

  @FieldResolver(() => DatasetVersionType, { nullable: true })
  latestVersion(@Root() dataset: Dataset): DatasetVersion {
    return dataset.latest
  }

  @FieldResolver(() => DatasetVersionConnection, { description: 'Newest first.' })
  async versions(
    @Root() dataset: Dataset,
    @Ctx() context: DatasetsContext,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string,
  ): Promise<DatasetVersionConnection> {
    return connectionOf(await context.datasets.versions(scopeOf(context, dataset), dataset, { first, after: after ?? undefined }), itself)
  }

  @FieldResolver(() => DatasetVersionType, { nullable: true })
  async version(@Root() dataset: Dataset, @Ctx() context: DatasetsContext, @Arg('version', () => Int) version: number): Promise<DatasetVersion | null> {
    return (await context.datasets.findVersion(scopeOf(context, dataset), dataset, version)) ?? null
  }
}

@Resolver(() => DatasetVersionType)
export class DatasetVersionFields {
  @FieldResolver(() => UserType, { nullable: true })
  createdBy(@Root() version: DatasetVersion): UserType {
    return { id: version.createdBy }
  }

  @FieldResolver(() => String, { description: "The address of the version: log it as the source of a run's dataset and the run is linked to it." })
  source(@Root() version: DatasetVersion, @Ctx() context: DatasetsContext): string {
    return sourceUri(context.publicUrl, scopeOf(context, version).project.name, version.datasetName, version.version)
  }

  @FieldResolver(() => DatasetPreviewType)
  preview(
    @Root() version: DatasetVersion,
    @Ctx() context: DatasetsContext,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
    @Arg('offset', () => Int, { defaultValue: 0, description: 'Rows to skip.' }) offset: number,
  ): Promise<Preview> {
    return context.datasets.preview(scopeOf(context, version), version, offset, first)
  }
}
