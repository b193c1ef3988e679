/** Reading and describing datasets. */
import type { Readable } from 'node:stream'
import { demand, findProject } from '#shared/access.ts'
import type { Actor, Scope } from '#shared/actor.ts'
import { invalid, notFound, unavailable } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import { normalName, storableText } from '#shared/names.ts'
import type { Buckets, ByteRange, ObjectStore } from '#shared/objects/object-store.ts'
import type { Page } from '#shared/paging.ts'
import type { Permission } from '#shared/policy.ts'
import type { Dataset, DatasetVersion, Preview } from '#datasets/domain/dataset.ts'
import { limits } from '#datasets/domain/limits.ts'
import type { DatasetStore, PageRequest, Profiler, Spool } from '#datasets/domain/ports.ts'
import { datasetType, seesNothing, visibleDatasets, type Visible } from '#datasets/domain/visibility.ts'

export interface DatasetParts {
  readonly store: DatasetStore
  readonly objects: ObjectStore
  readonly buckets: Buckets
  readonly spool: Spool
  readonly profiler: Profiler
}

/** MM-12's words; hidden and missing are the same. */
const datasetNotFound = () => notFound('Dataset not found')
const versionNotFound = () => notFound('Dataset version not found')

export class Datasets {
  /** Deep pages copy a whole object to disk: one at a time. */
  #turn: Promise<unknown> = Promise.resolve()
  readonly #parts: DatasetParts

  constructor(parts: DatasetParts) {
    this.#parts = parts
  }

  list(scope: Scope, page: PageRequest, search?: string): Promise<Page<Dataset>> {
    return this.#parts.store.list(scope, this.#visible(scope), checkedPage(page), search?.trim() ? storableText(search.trim(), 'search', limits.nameBytes) : undefined)
  }

  async find(scope: Scope, name: string): Promise<Dataset | undefined> {
    const visible = this.#visible(scope)
    return isStorable(name) ? this.#parts.store.byName(scope, visible, name.normalize('NFC')) : undefined
  }

  async get(scope: Scope, name: string): Promise<Dataset> {
    const dataset = await this.find(scope, name)
    if (!dataset) throw datasetNotFound()
    return dataset
  }

  async versions(scope: Scope, dataset: Dataset, page: PageRequest): Promise<Page<DatasetVersion>> {
    return this.#parts.store.versions(scope, dataset, checkedPage(page))
  }

  async findVersion(scope: Scope, dataset: Dataset, version: number): Promise<DatasetVersion | undefined> {
    return isVersionNumber(version) ? this.#parts.store.version(scope, dataset, version) : undefined
  }

  async getVersion(scope: Scope, name: string, version: number): Promise<DatasetVersion> {
    const found = await this.findVersion(scope, await this.get(scope, name), version)
    if (!found) throw versionNotFound()
    return found
  }

  /** For the graph's references: ids of any project; what is hidden or elsewhere is absent. */
  async byIds(actor: Actor, projectId: string, ids: readonly string[]): Promise<Dataset[]> {
    const project = findProject(actor, projectId)
    const scope = project && { actor, project }
    return scope ? this.#parts.store.byIds(scope, visibleDatasets(scope), ids) : []
  }

  async versionsByIds(actor: Actor, projectId: string, ids: readonly string[]): Promise<DatasetVersion[]> {
    const project = findProject(actor, projectId)
    const scope = project && { actor, project }
    return scope ? this.#parts.store.versionsByIds(scope, visibleDatasets(scope), ids) : []
  }

  /** For the port: by the project alone, since its caller decided. */
  async reference(projectId: string, name: string, version: number): Promise<DatasetVersion | undefined> {
    return isUuid(projectId) && isStorable(name) && isVersionNumber(version) ? this.#parts.store.reference(projectId, name.normalize('NFC'), version) : undefined
  }

  /** A page of rows: from what was kept at the upload where that reaches, else from the file. */
  async preview(scope: Scope, version: DatasetVersion, offset: number, count: number): Promise<Preview> {
    if (!Number.isInteger(count) || count < 1 || count > limits.previewRows) throw invalid(`'first' must be between 1 and ${limits.previewRows}`, 'first')
    if (!Number.isInteger(offset) || offset < 0 || offset > limits.previewOffset) throw invalid(`'offset' must be between 0 and ${limits.previewOffset}`, 'offset')
    const sample = await this.#parts.store.sample(scope, version)
    const end = Math.min(offset + count, version.rowCount)
    if (end <= sample.rows.length || version.format === 'arrow') return { columns: sample.columns, rows: sample.rows.slice(offset, offset + count) }
    const { spool, profiler } = this.#parts
    return this.#inTurn(async () => spool.withCopy(await this.#open(version), (path) => profiler.rows(path, version.format, version.sizeBytes, version.columns, offset, count)))
  }

  /** The bytes of a version that was found in a scope. */
  content(version: DatasetVersion, range?: ByteRange): Promise<Readable> {
    return this.#open(version, range)
  }

  /** Bucket and key, for people who look into the object store. */
  locationOf(version: DatasetVersion): string {
    return `${this.#parts.buckets.datasets}/${version.objectKey}`
  }

  async describe(scope: Scope, name: string, description: string): Promise<Dataset> {
    const dataset = await this.#changeable(scope, name, 'datasets.dataset.update')
    await this.#parts.store.describe(scope, dataset, storableText(description, 'description', limits.descriptionCharacters))
    return this.get(scope, name)
  }

  /** A null value removes the tag. */
  async setTag(scope: Scope, name: string, key: string, value: string | null): Promise<Dataset> {
    const dataset = await this.#changeable(scope, name, 'datasets.dataset.update')
    const tag = normalName(key, 'key', limits.tagKeyCharacters)
    const text = value === null ? null : storableText(value, 'value', limits.tagValueCharacters)
    if (!(await this.#parts.store.setTag(scope, dataset, tag, text, limits.tagsPerDataset))) throw invalid(`A dataset has at most ${limits.tagsPerDataset} tags.`, 'key')
    return this.get(scope, name)
  }

  /** Moves the dataset with its versions to the trash; the name is free again. */
  async remove(scope: Scope, name: string): Promise<Dataset> {
    const dataset = await this.#changeable(scope, name, 'datasets.dataset.delete')
    await this.#parts.store.remove(scope, dataset)
    return dataset
  }

  async #changeable(scope: Scope, name: string, permission: Permission): Promise<Dataset> {
    const dataset = await this.get(scope, name)
    demand(scope, permission, { type: datasetType, id: dataset.id, ownerId: dataset.ownerId })
    return dataset
  }

  #visible(scope: Scope): Visible {
    const visible = visibleDatasets(scope)
    if (seesNothing(visible)) demand(scope, 'datasets.dataset.read')
    return visible
  }

  async #open(version: DatasetVersion, range?: ByteRange): Promise<Readable> {
    const object = await this.#parts.objects.get(this.#parts.buckets.datasets, version.objectKey, range)
    if (!object) throw unavailable('object storage')
    return object.body
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work)
    this.#turn = mine.catch(() => undefined)
    return mine
  }
}

const isVersionNumber = (version: number): boolean => Number.isInteger(version) && version > 0 && version <= 2_147_483_647
const isStorable = (text: string): boolean => !/\u0000|\p{Cs}/u.test(text)

function checkedPage(page: PageRequest): PageRequest {
  if (!Number.isInteger(page.first) || page.first < 1 || page.first > limits.listPage) throw invalid(`'first' must be between 1 and ${limits.listPage}`, 'first')
  return page
}
