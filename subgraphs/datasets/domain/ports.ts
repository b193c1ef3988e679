/** What the domain needs of its surroundings: a store of rows, a place for incoming bytes, somebody who looks into files. */
import type { Readable } from 'node:stream'
import type { Scope } from '#shared/actor.ts'
import type { Page } from '#shared/paging.ts'
import type { Column, Dataset, DatasetVersion, Preview, Profile } from '#datasets/domain/dataset.ts'
import type { Format } from '#datasets/domain/format.ts'
import type { Visible } from '#datasets/domain/visibility.ts'

export interface PageRequest {
  readonly first: number
  readonly after?: string
}

export interface NewVersion {
  readonly name: string
  readonly description: string | null
  readonly message: string | null
  readonly sha256: string
  readonly sizeBytes: number
  readonly format: Format
  readonly fileName: string
  readonly objectKey: string
  readonly profile: Profile
  /** False: the name must be new. */
  readonly mayExist: boolean
}

export interface DatasetReads {
  list(scope: Scope, visible: Visible, page: PageRequest, search: string | undefined): Promise<Page<Dataset>>
  byName(scope: Scope, visible: Visible, name: string): Promise<Dataset | undefined>
  byIds(scope: Scope, visible: Visible, ids: readonly string[]): Promise<Dataset[]>
  /** For the port: by the project alone, since its caller decided. */
  reference(projectId: string, name: string, version: number): Promise<DatasetVersion | undefined>
  versions(scope: Scope, dataset: Dataset, page: PageRequest): Promise<Page<DatasetVersion>>
  version(scope: Scope, dataset: Dataset, version: number): Promise<DatasetVersion | undefined>
  versionBySha(scope: Scope, dataset: Dataset, sha256: string): Promise<DatasetVersion | undefined>
  versionsByIds(scope: Scope, visible: Visible, ids: readonly string[]): Promise<DatasetVersion[]>
  /** The rows kept with the version. */
  sample(scope: Scope, version: DatasetVersion): Promise<Preview>
}

export interface DatasetWrites {
  describe(scope: Scope, dataset: Dataset, description: string): Promise<void>
  /** A null value removes the tag. False: there would be too many. */
  setTag(scope: Scope, dataset: Dataset, key: string, value: string | null, most: number): Promise<boolean>
  remove(scope: Scope, dataset: Dataset): Promise<void>
}

export interface UploadStore {
  /** Notes that bytes are about to appear under `objectKey`, so that no crash can leave them unaccounted for. */
  announce(scope: Scope, objectKey: string): Promise<string>
  /** Ends the announcement; `removeBytes` runs when nothing else names the object, and nobody can announce it meanwhile. */
  withdraw(projectId: string, announcement: string, objectKey: string, removeBytes: () => Promise<void>): Promise<void>
  /** Announcements of all projects that nobody ended before `before`: what crashed processes left. */
  forgotten(before: number): Promise<readonly { readonly id: string; readonly projectId: string; readonly objectKey: string }[]>
  /** The version's row, the dataset's where it is new, and the end of the announcement: all or nothing. */
  register(scope: Scope, version: NewVersion, announcement: string): Promise<DatasetVersion>
}

export type DatasetStore = DatasetReads & DatasetWrites & UploadStore

/** Bytes in a private file, gone after `discard`. */
export interface SpooledFile {
  readonly path: string
  readonly size: number
  readonly sha256: string
  /** The first bytes, for a look at the format. */
  readonly head: Buffer
  discard(): Promise<void>
}

export interface Spool {
  /** Streams to disk in constant memory. Refuses what is larger than `maxBytes` or stops half-way; leaves nothing then. */
  receive(body: Readable, maxBytes: number): Promise<SpooledFile>
  /** Works on a private copy of the bytes; it is gone afterwards. */
  withCopy<T>(body: Readable, work: (path: string) => Promise<T>): Promise<T>
  /** Removes the directory with everything in it. */
  close(): Promise<void>
}

export interface Profiler {
  /** Reads the whole file. INVALID when it is not what its format says. */
  profile(path: string, format: Format, sizeBytes: number): Promise<Profile>
  rows(path: string, format: Format, sizeBytes: number, columns: readonly Column[], offset: number, count: number): Promise<Preview>
  stop(): Promise<void>
}
