import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql'
import { invalid } from '#shared/errors.ts'
import type { TrackingContext } from '#tracking/graphql/context.ts'
import { Experiment, experimentOf } from '#tracking/graphql/experiment.ts'
import { pageSize } from '#tracking/graphql/page-size.ts'
import { Run } from '#tracking/graphql/run.ts'
import { Metric, MetricHistory } from '#tracking/graphql/shared-types.ts'

@Resolver(() => Run)
export class RunFields {
  @FieldResolver(() => Experiment, { nullable: true })
  async experiment(@Root() { projectId, experimentId }: Run, @Ctx() { loaders }: TrackingContext): Promise<Experiment | null> {
    const found = await loaders.experiment.load({ projectId, id: experimentId })
    return found && experimentOf(projectId, found)
  }

  @FieldResolver(() => [Metric])
  metrics(@Root() { latest }: Run, @Arg('keys', () => [String], { nullable: true, description: 'Only these; all when absent.' }) keys: string[] | undefined): readonly Metric[] {
    return keys ? latest.filter(({ key }) => keys.includes(key)) : latest
  }

  @FieldResolver(() => [MetricHistory], { description: 'The course of some metrics; a key that was never logged is left out.' })
  async history(
    @Root() { projectId, id }: Run,
    @Ctx() { loaders }: TrackingContext,
    @Arg('keys', () => [String]) keys: string[],
    @Arg('maxPoints', () => Int, { defaultValue: 500, description: 'At most 10,000 for each metric.' }) maxPoints: number,
  ): Promise<MetricHistory[]> {
    if (keys.length > 100) throw invalid("'keys' may name at most 100 metrics", 'keys')
    const found = await loaders.history.load({ projectId, id, keys: [...new Set(keys)], maxPoints: pageSize(maxPoints, 10_000) })
    return found.map(({ key, total, points }) => ({
      key,
      points: total,
      series: { steps: points.map((p) => p.step), timestamps: points.map((p) => p.timestamp), values: points.map((p) => p.value) },
    }))
  }
}
