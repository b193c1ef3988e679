import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql'
import { scopeIn } from '#shared/access.ts'
import { connectionOf } from '#shared/graphql/page-types.ts'
import { Long } from '#shared/graphql/scalars.ts'
import type { TrackingContext } from '#tracking/graphql/context.ts'
import { Experiment } from '#tracking/graphql/experiment.ts'
import { pageSize } from '#tracking/graphql/page-size.ts'
import { RunConnection, runOf } from '#tracking/graphql/run.ts'
import { LifecycleView, RunColumns } from '#tracking/graphql/shared-types.ts'

@Resolver(() => Experiment)
export class ExperimentFields {
  @FieldResolver(() => Long, { description: 'Active runs.' })
  runCount(@Root() { projectId, id }: Experiment, @Ctx() { loaders }: TrackingContext): Promise<number> {
    return loaders.runCount.load({ projectId, id })
  }

  @FieldResolver(() => RunColumns)
  columns(@Root() { projectId, id }: Experiment, @Ctx() { actor, experiments }: TrackingContext): Promise<RunColumns> {
    return experiments.columns(scopeIn(actor, projectId), id)
  }

  @FieldResolver(() => RunConnection)
  async runs(
    @Root() { projectId, id }: Experiment,
    @Ctx() { actor, runs }: TrackingContext,
    @Arg('first', () => Int, { defaultValue: 50, description: 'At most 200.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | undefined,
    @Arg('filter', () => String, { nullable: true, description: "MLflow's search grammar, e.g. metrics.acc > 0.9 AND params.lr = '0.1'." }) filter: string | undefined,
    @Arg('orderBy', () => [String], { nullable: true, description: 'E.g. metrics.acc DESC. Latest first when absent.' }) orderBy: string[] | undefined,
    @Arg('view', () => LifecycleView, { defaultValue: LifecycleView.ACTIVE }) view: LifecycleView,
  ): Promise<RunConnection> {
    const page = await runs.search(scopeIn(actor, projectId), [id], { filter, orderBy: orderBy ?? [], view, limit: pageSize(first, 200), token: after })
    return connectionOf(page, (run) => runOf(projectId, run))
  }
}
