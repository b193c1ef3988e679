/** What resolvers of this subgraph find in the context of an operation. */
import type { Actor } from '#shared/actor.ts'
import type { Dataset, DatasetVersion } from '#datasets/domain/dataset.ts'
import type { Datasets } from '#datasets/domain/datasets.ts'
import type { Loader } from '#datasets/graphql/loaders.ts'

export interface DatasetsContext {
  readonly actor: Actor
  readonly datasets: Datasets
  readonly publicUrl: string
  readonly datasetLoader: Loader<Dataset>
  readonly versionLoader: Loader<DatasetVersion>
}
