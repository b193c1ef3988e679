/** Datasets in PostgreSQL. */
import type { Postgres } from '#shared/db/postgres.ts'
import type { DatasetStore } from '#datasets/domain/ports.ts'
import { uploadStore } from '#datasets/store/announcements.ts'
import { datasetReads } from '#datasets/store/dataset-reads.ts'
import { datasetWrites } from '#datasets/store/dataset-writes.ts'

export const createDatasetStore = (postgres: Postgres): DatasetStore => ({ ...datasetReads(postgres), ...datasetWrites(postgres), ...uploadStore(postgres) })
