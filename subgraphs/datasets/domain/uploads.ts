/**
 * From incoming bytes to a version. The order makes it safe: spool to a private file, look into it, announce the object,
 * store the bytes, then one transaction for the rows. Whatever stops in between leaves no row, and no object after `sweep`.
 */
import { createReadStream } from 'node:fs'
import { demand } from '#shared/access.ts'
import type { Scope } from '#shared/actor.ts'
import { alreadyExists, notFound } from '#shared/errors.ts'
import { storableText } from '#shared/names.ts'
import { projectPrefix } from '#shared/objects/object-store.ts'
import type { Dataset, DatasetVersion } from '#datasets/domain/dataset.ts'
import type { DatasetParts } from '#datasets/domain/datasets.ts'
import { extensionOf, formatOf, type Format } from '#datasets/domain/format.ts'
import { limits } from '#datasets/domain/limits.ts'
import { fileNameOf, nameOfFile, requestedName } from '#datasets/domain/names.ts'
import type { SpooledFile, Spool } from '#datasets/domain/ports.ts'
import { datasetType, visibleDatasets } from '#datasets/domain/visibility.ts'

/** What a request brought. */
export interface Received {
  readonly file: SpooledFile
  readonly fileName: string
  /** The dataset's name where it is not the file's. */
  readonly name?: string
  readonly description?: string
  readonly message?: string
  /** Whether the name may exist: then these bytes are its next version. */
  readonly asVersion: boolean
}

export interface Uploaded {
  readonly dataset: Dataset
  readonly version: DatasetVersion
}

const ANNOUNCEMENT_TTL_MS = 6 * 60 * 60 * 1000

export class Uploads {
  readonly #parts: DatasetParts
  /** Of one file. */
  readonly maxFileBytes: number

  constructor(parts: DatasetParts, maxFileBytes: number = limits.fileBytes) {
    this.#parts = parts
    this.maxFileBytes = maxFileBytes
  }

  /** `receive` reads the request's body; it runs only for who may upload. */
  async upload(scope: Scope, receive: (spool: Spool, maxFileBytes: number) => Promise<Received>): Promise<Uploaded> {
    demand(scope, 'datasets.dataset.create')
    // The answer shows the dataset: who may not see it is told so before anything is kept, not after.
    demand(scope, 'datasets.dataset.read')
    const received = await receive(this.#parts.spool, this.maxFileBytes)
    try {
      return await this.#take(scope, received)
    } finally {
      await received.file.discard()
    }
  }

  /** Removes the bytes of uploads whose process died between storing and registering. */
  async sweep(now: number = Date.now()): Promise<void> {
    const { store } = this.#parts
    for (const { id, projectId, objectKey } of await store.forgotten(now - ANNOUNCEMENT_TTL_MS)) await store.withdraw(projectId, id, objectKey, () => this.#removeBytes(objectKey))
  }

  async #take(scope: Scope, received: Received): Promise<Uploaded> {
    const { store, profiler } = this.#parts
    const { file } = received
    const fileName = fileNameOf(received.fileName)
    const name = received.name === undefined ? nameOfFile(fileName) : requestedName(received.name)
    const description = received.description === undefined ? null : storableText(received.description, 'description', limits.descriptionCharacters)
    const message = received.message === undefined ? null : storableText(received.message, 'message', limits.messageCharacters)

    const known = await this.#existing(scope, name, received)
    if (known) return known
    const format = formatOf(fileName, file.head)
    const profile = await profiler.profile(file.path, format, file.size)

    const objectKey = objectKeyOf(scope, name, file.sha256, fileName, format)
    const version = await this.#store(scope, objectKey, file, (announcement) =>
      store.register(scope, { name, description, message, sha256: file.sha256, sizeBytes: file.size, format, fileName, objectKey, profile, mayExist: received.asVersion }, announcement),
    )
    return this.#answer(scope, name, version)
  }

  /** Refuses a taken name; finds the version that these bytes already are. */
  async #existing(scope: Scope, name: string, { asVersion, file }: Received): Promise<Uploaded | undefined> {
    const { store } = this.#parts
    const taken = await store.byName(scope, { except: [] }, name)
    if (!taken) return undefined
    if (!asVersion) throw nameTaken()
    demand(scope, 'datasets.dataset.create', { type: datasetType, id: taken.id, ownerId: taken.ownerId })
    const same = await store.versionBySha(scope, taken, file.sha256)
    return same && this.#answer(scope, name, same)
  }

  async #store(scope: Scope, objectKey: string, file: SpooledFile, register: (announcement: string) => Promise<DatasetVersion>): Promise<DatasetVersion> {
    const { store, objects, buckets } = this.#parts
    const announcement = await store.announce(scope, objectKey)
    const withdraw = () => store.withdraw(scope.project.id, announcement, objectKey, () => this.#removeBytes(objectKey))
    try {
      const stored = await objects.put(buckets.datasets, objectKey, createReadStream(file.path))
      if (stored.sha256 !== file.sha256) throw new Error('the object store received other bytes than the upload')
      const version = await register(announcement)
      // Somebody registered the same bytes under another file name meanwhile: theirs stays.
      if (version.objectKey !== objectKey) await withdraw()
      return version
    } catch (error) {
      await withdraw().catch(() => undefined) // the sweep does it when the stores are back
      throw error
    }
  }

  async #answer(scope: Scope, name: string, version: DatasetVersion): Promise<Uploaded> {
    const dataset = await this.#parts.store.byName(scope, visibleDatasets(scope), name)
    if (!dataset) throw notFound('Dataset not found')
    return { dataset, version }
  }

  #removeBytes(objectKey: string): Promise<void> {
    return this.#parts.objects.delete(this.#parts.buckets.datasets, objectKey)
  }
}

/** The mini platform's words (app/routes/dataset.py). */
export const nameTaken = () => alreadyExists('A dataset with this name already exists.')

const MAX_PART_BYTES = 200

/** `<project>/<dataset>/<sha256>/<file>`: the folder tells the bytes, so equal uploads meet and different ones never do. */
function objectKeyOf({ project }: Scope, name: string, sha256: string, fileName: string, format: Format): string {
  const isOrdinary = Buffer.byteLength(fileName) <= MAX_PART_BYTES && !fileName.startsWith('.')
  return `${projectPrefix(project.name)}${name}/${sha256}/${isOrdinary ? fileName : `data.${extensionOf(fileName) === '' ? format : extensionOf(fileName).slice(0, 20)}`}`
}
