/** Bytes. Keys are ours (ids and checked relative paths); a store never sees a location that a client made up. */
import type { Readable } from 'node:stream'

export interface StoredObject {
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
}

export interface ByteRange {
  /** First byte, from 0. */
  readonly start: number
  /** Last byte, inclusive. */
  readonly end: number
}

export interface OpenedObject {
  readonly body: Readable
  /** Of the whole object. */
  readonly size: number
}

export interface ObjectStore {
  /** Streams the body in constant memory. Nothing is visible under the key unless the whole body arrived. */
  put(bucket: string, key: string, body: Readable): Promise<StoredObject>
  /** undefined when there is no such object. */
  get(bucket: string, key: string, range?: ByteRange): Promise<OpenedObject | undefined>
  delete(bucket: string, key: string): Promise<void>
  /** True where the bytes are reachable and writable. */
  ping(): Promise<boolean>
  close(): Promise<void>
}

/** Names of the three buckets (design section 4); configuration may rename them. */
export interface Buckets {
  readonly artifacts: string
  readonly datasets: string
  readonly models: string
}
export const defaultBuckets: Buckets = { artifacts: 'mlflow-artifacts', datasets: 'datasets', models: 'trained-models' }

/** `default` lies at the top so that the seeds' paths hold; other projects have a folder of their own. */
export const projectPrefix = (projectName: string): string => (projectName === 'default' ? '' : `${projectName}/`)
