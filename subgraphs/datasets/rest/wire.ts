/** Datasets as the mini platform's JSON: snake_case, ISO times. */
import { sourceUri, type Dataset, type DatasetVersion } from '#datasets/domain/dataset.ts'

export interface Wording {
  readonly publicUrl: string
  readonly projectName: string
  readonly locationOf: (version: DatasetVersion) => string
}

const iso = (ms: number): string => new Date(ms).toISOString()

/** The fields of the mini platform's DatasetResponse first, then ours. */
export const datasetBody = (dataset: Dataset, wording: Wording, version: DatasetVersion = dataset.latest) => ({
  id: dataset.id,
  name: dataset.name,
  description: dataset.description,
  location: wording.locationOf(version),
  created_at: iso(dataset.createdAt),
  updated_at: iso(dataset.updatedAt),
  owner_id: dataset.ownerId,
  tags: Object.fromEntries(dataset.tags.map(({ key, value }) => [key, value])),
  version: version.version,
  source: sourceUri(wording.publicUrl, wording.projectName, dataset.name, version.version),
})

export const versionBody = (version: DatasetVersion, wording: Wording) => ({
  id: version.id,
  name: version.datasetName,
  version: version.version,
  sha256: version.sha256,
  size_bytes: version.sizeBytes,
  row_count: version.rowCount,
  format: version.format,
  file_name: version.fileName,
  message: version.message,
  created_at: iso(version.createdAt),
  created_by: version.createdBy,
  location: wording.locationOf(version),
  source: sourceUri(wording.publicUrl, wording.projectName, version.datasetName, version.version),
  columns: version.columns,
})
