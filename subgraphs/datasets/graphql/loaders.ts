/** Entities by their keys, batched for one operation: one statement for each project among the keys. */
import DataLoader from 'dataloader'
import type { Actor } from '#shared/actor.ts'
import type { Dataset, DatasetVersion } from '#datasets/domain/dataset.ts'
import type { Datasets } from '#datasets/domain/datasets.ts'

export interface EntityKey {
  readonly projectId: string
  readonly id: string
}

/** Null for what is missing, hidden or in another project than the key says. */
export type Loader<T> = DataLoader<EntityKey, T | null, string>

const keyText = ({ projectId, id }: EntityKey): string => `${projectId} ${id}`

function loaderOf<T extends EntityKey>(find: (projectId: string, ids: readonly string[]) => Promise<readonly T[]>): Loader<T> {
  return new DataLoader<EntityKey, T | null, string>(
    async (keys) => {
      const byProject = Map.groupBy(keys, ({ projectId }) => projectId)
      const found = await Promise.all(
        [...byProject].map(([projectId, group]) =>
          find(
            projectId,
            group.map(({ id }) => id),
          ),
        ),
      )
      const byKey = new Map(found.flat().map((entity) => [keyText(entity), entity]))
      return keys.map((key) => byKey.get(keyText(key)) ?? null)
    },
    { cacheKeyFn: keyText, maxBatchSize: 1_000 },
  )
}

export const datasetLoader = (datasets: Datasets, actor: Actor): Loader<Dataset> => loaderOf((projectId, ids) => datasets.byIds(actor, projectId, ids))
export const versionLoader = (datasets: Datasets, actor: Actor): Loader<DatasetVersion> => loaderOf((projectId, ids) => datasets.versionsByIds(actor, projectId, ids))

/** A representation's key; undefined when it is none. */
export function keyOf(reference: Readonly<Record<string, unknown>>): EntityKey | undefined {
  const { projectId, id } = reference
  return typeof projectId === 'string' && typeof id === 'string' ? { projectId, id } : undefined
}
