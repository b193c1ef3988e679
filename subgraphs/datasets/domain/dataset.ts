/** What a dataset is: a name in a project, and versions that are told apart by their bytes. */
import type { Format } from '#datasets/domain/format.ts'

export interface Column {
  readonly name: string
  /** In DuckDB's words, e.g. BIGINT, VARCHAR, STRUCT(a BIGINT). */
  readonly type: string
  /** Whether a value is missing in some row. */
  readonly nullable: boolean
}

/** A page of rows; cells are JSON, integers beyond 2^53 are text. */
export interface Preview {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

/** What looking into a file yields. */
export interface Profile {
  readonly columns: readonly Column[]
  readonly rowCount: number
  readonly sample: Preview
}

export interface Tag {
  readonly key: string
  readonly value: string
}

export interface DatasetVersion {
  readonly id: string
  readonly projectId: string
  readonly datasetId: string
  readonly datasetName: string
  readonly version: number
  readonly sha256: string
  readonly sizeBytes: number
  readonly rowCount: number
  readonly format: Format
  readonly fileName: string
  readonly objectKey: string
  readonly message: string | null
  readonly columns: readonly Column[]
  readonly createdAt: number
  readonly createdBy: string
}

export interface Dataset {
  readonly id: string
  readonly projectId: string
  readonly name: string
  readonly description: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly ownerId: string
  readonly tags: readonly Tag[]
  /** Every dataset has one: it begins with an upload. */
  readonly latest: DatasetVersion
}

/** The address of a version, also what a run names as its dataset's source (design section 6, Lineage). */
export const sourceUri = (publicUrl: string, projectName: string, datasetName: string, version: number): string =>
  `${publicUrl}/p/${projectName}/datasets/${encodeURIComponent(datasetName)}/versions/${version}`
