/** What tracking adds to Project, and runs of a DatasetVersion. */
import { Arg, Ctx, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql'
import { scopeIn } from '#shared/access.ts'
import { DomainError, invalid } from '#shared/errors.ts'
import { connectionOf } from '#shared/graphql/page-types.ts'
import type { TrackingContext } from '#tracking/graphql/context.ts'
import { Experiment, ExperimentConnection, experimentOf } from '#tracking/graphql/experiment.ts'
import { DatasetVersion, Project } from '#tracking/graphql/foreign-types.ts'
import { pageSize } from '#tracking/graphql/page-size.ts'
import { Run, RunConnection, runOf } from '#tracking/graphql/run.ts'
import { LifecycleView } from '#tracking/graphql/shared-types.ts'

@Resolver(() => Project)
export class ProjectFields {
  @FieldResolver(() => ExperimentConnection, { nullable: true, description: 'Experiments, last changed first. Null only beside an error: tracking did not answer.' })
  async experiments(
    @Root() { id }: Project,
    @Ctx() { actor, experiments }: TrackingContext,
    @Arg('first', () => Int, { defaultValue: 50, description: 'At most 1,000.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | undefined,
    @Arg('filter', () => String, { nullable: true, description: "MLflow's search grammar, e.g. name LIKE 'churn%' AND tags.team = 'a'." }) filter: string | undefined,
    @Arg('orderBy', () => [String], { nullable: true, description: 'E.g. name ASC. Latest first when absent.' }) orderBy: string[] | undefined,
    @Arg('view', () => LifecycleView, { defaultValue: LifecycleView.ACTIVE }) view: LifecycleView,
  ): Promise<ExperimentConnection> {
    const page = await experiments.search(scopeIn(actor, id), { filter, orderBy: orderBy ?? [], view, limit: pageSize(first, 1_000), token: after })
    return connectionOf(page, (experiment) => experimentOf(id, experiment))
  }

  @FieldResolver(() => Experiment, { nullable: true, description: 'By id or by name: exactly one of them.' })
  async experiment(
    @Root() project: Project,
    @Ctx() { actor, experiments, loaders }: TrackingContext,
    @Arg('id', () => ID, { nullable: true }) id: string | undefined,
    @Arg('name', () => String, { nullable: true }) name: string | undefined,
  ): Promise<Experiment | null> {
    if ((id === undefined) === (name === undefined)) throw invalid("Give either 'id' or 'name'")
    if (id !== undefined) {
      const found = await loaders.experiment.load({ projectId: project.id, id })
      return found && experimentOf(project.id, found)
    }
    const found = await experiments.getByName(scopeIn(actor, project.id), name ?? '').catch(absentAsNull)
    return found && experimentOf(project.id, found)
  }

  @FieldResolver(() => Run, { nullable: true })
  async run(@Root() project: Project, @Ctx() { loaders }: TrackingContext, @Arg('id', () => ID) id: string): Promise<Run | null> {
    const found = await loaders.run.load({ projectId: project.id, id })
    return found && runOf(project.id, found)
  }
}

@Resolver(() => DatasetVersion)
export class DatasetVersionFields {
  @FieldResolver(() => RunConnection, { nullable: true, description: 'Runs that read this version, latest first. Null only beside an error: tracking did not answer.' })
  async runs(
    @Root() { projectId, id }: DatasetVersion,
    @Ctx() { actor, runInputs }: TrackingContext,
    @Arg('first', () => Int, { defaultValue: 50, description: 'At most 200.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | undefined,
  ): Promise<RunConnection> {
    const page = await runInputs.runsOfVersion(scopeIn(actor, projectId), id, { limit: pageSize(first, 200), token: after })
    return connectionOf(page, (run) => runOf(projectId, run))
  }
}

function absentAsNull(error: unknown): null {
  if (error instanceof DomainError && error.code === 'NOT_FOUND') return null
  throw error
}
