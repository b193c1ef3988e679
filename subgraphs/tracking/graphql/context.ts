/** What resolvers find in the context of one operation. */
import DataLoader from 'dataloader'
import { findProject, scopeIn } from '#shared/access.ts'
import type { Actor, Scope } from '#shared/actor.ts'
import { DomainError } from '#shared/errors.ts'
import type { Experiment } from '#tracking/domain/experiment.ts'
import type { Experiments } from '#tracking/domain/experiments.ts'
import type { MetricHistory, Metrics } from '#tracking/domain/metrics.ts'
import { limits } from '#tracking/domain/names.ts'
import type { Run } from '#tracking/domain/run.ts'
import type { RunInputs } from '#tracking/domain/run-inputs.ts'
import type { Runs } from '#tracking/domain/runs.ts'

export interface TrackingServices {
  readonly experiments: Experiments
  readonly runs: Runs
  readonly metrics: Metrics
  readonly runInputs: RunInputs
}

/** The key of every entity in the graph. */
export interface EntityKey {
  readonly projectId: string
  readonly id: string
}

/** The histories that one run is asked for. */
export interface HistoryKey extends EntityKey {
  readonly keys: readonly string[]
  readonly maxPoints: number
}

export interface TrackingLoaders {
  readonly experiment: DataLoader<EntityKey, Experiment | null, string>
  readonly run: DataLoader<EntityKey, Run | null, string>
  readonly runCount: DataLoader<EntityKey, number, string>
  readonly history: DataLoader<HistoryKey, readonly MetricHistory[], string>
}

export interface TrackingContext extends TrackingServices {
  readonly actor: Actor
  readonly loaders: TrackingLoaders
}

/**
 * Loads by key, one call per project. A project that is missing or hidden, and one where the actor may not read, has
 * nothing: a wrong pair and a hidden one look the same.
 */
export function byProject<T>(actor: Actor, load: (scope: Scope, ids: readonly string[]) => Promise<readonly T[]>, nothing: T): DataLoader<EntityKey, T, string> {
  return new DataLoader<EntityKey, T, string>(
    async (keys) => {
      const groups = Map.groupBy(keys, (key) => key.projectId)
      const found = new Map<string, T>()
      await Promise.all(
        [...groups].map(async ([projectId, group]) => {
          const project = findProject(actor, projectId)
          if (!project) return
          const ids = group.map(({ id }) => id)
          const values = await load({ actor, project }, ids).catch(hiddenAsNothing)
          for (const [i, value] of values.entries()) found.set(`${projectId}/${ids[i]}`, value)
        }),
      )
      return keys.map((key) => found.get(keyText(key)) ?? nothing)
    },
    { cacheKeyFn: keyText, maxBatchSize: 1_000 },
  )
}

const keyText = ({ projectId, id }: EntityKey): string => `${projectId}/${id}`

function hiddenAsNothing(error: unknown): never[] {
  if (error instanceof DomainError && (error.code === 'FORBIDDEN' || error.code === 'NOT_FOUND')) return []
  throw error
}

export const createLoaders = (actor: Actor, { experiments, runs, metrics }: TrackingServices): TrackingLoaders => ({
  experiment: byProject<Experiment | null>(actor, (scope, ids) => experiments.load(scope, ids), null),
  run: byProject<Run | null>(actor, (scope, ids) => runs.load(scope, ids), null),
  runCount: byProject(actor, (scope, ids) => experiments.runCounts(scope, ids), 0),
  history: historyLoader(actor, metrics),
})

/** A table with a chart in every row asks for the same keys of many runs: one call for all of them. */
function historyLoader(actor: Actor, metrics: Metrics): TrackingLoaders['history'] {
  const alike = ({ projectId, keys, maxPoints }: HistoryKey): string => JSON.stringify([projectId, maxPoints, keys])
  return new DataLoader<HistoryKey, readonly MetricHistory[], string>(
    async (wanted) => {
      const charts = new Map<string, readonly MetricHistory[]>()
      for (const [group, asked] of Map.groupBy(wanted, alike)) {
        const [first] = asked
        if (!first) continue
        const found = await metrics.charts(
          scopeIn(actor, first.projectId),
          asked.map(({ id }) => id),
          first.keys,
          first.maxPoints,
        )
        for (const [id, histories] of found) charts.set(`${group}/${id}`, histories)
      }
      return wanted.map((key) => charts.get(`${alike(key)}/${key.id}`) ?? [])
    },
    { cacheKeyFn: (key) => `${alike(key)}/${key.id}`, maxBatchSize: limits.historyRuns },
  )
}
