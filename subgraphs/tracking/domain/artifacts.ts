/**
 * Files of runs, logged models and projects. A file exists when its row says so, and the row says so only after all its
 * bytes are stored; every object has a row before its first byte, so that nothing in the store is ever unaccounted for.
 */
import type { Readable } from 'node:stream'
import { demand } from '#shared/access.ts'
import type { ProjectRef, Scope } from '#shared/actor.ts'
import { conflict, DomainError, invalid, notFound, unavailable } from '#shared/errors.ts'
import { newId } from '#shared/ids.ts'
import type { ByteRange, ObjectStore, StoredObject } from '#shared/objects/object-store.ts'
import type { Permission } from '#shared/policy.ts'
import { checkedPath, noSuchArtifact, objectKeyOf, spareKeyOf, type ArtifactOwner, type ArtifactPlace } from '#tracking/domain/artifact-uri.ts'

/** What this half must know of a run. */
export interface RunFacts {
  readonly runId: string
  readonly experimentId: string
  readonly active: boolean
  readonly artifactUri: string
  readonly ownerId: string | null
}
export interface ExperimentFacts {
  readonly experimentId: string
  readonly active: boolean
}
/** The core of tracking, as this half needs it. Null where the project has no such thing. */
export interface CoreFacts {
  runOf(project: ProjectRef, runId: string): Promise<RunFacts | null>
  experimentOf(project: ProjectRef, experimentId: string): Promise<ExperimentFacts | null>
}
/** Logged models, as artifacts need them. */
export interface ModelFacts {
  modelOf(
    projectId: string,
    modelId: string,
  ): Promise<{ readonly modelId: string; readonly experimentId: string; readonly artifactUri: string; readonly sourceRunId: string; readonly ownerId: string } | null>
}

export interface ArtifactEntry {
  /** The last segment of its path. */
  readonly name: string
  readonly isDir: boolean
  /** Null for directories. */
  readonly size: number | null
  readonly sha256: string | null
}
export interface ArtifactRow {
  readonly objectKey: string
  readonly size: number
  readonly sha256: string
}
export interface ObjectClaim {
  readonly artifactId: string
  readonly objectKey: string
}

/** Persistence of the table `artifact`. */
export interface ArtifactStore {
  /** Reserves a key for an upload. Throws INVALID where the path is a folder, or lies below a file. */
  claim(project: ProjectRef, place: ArtifactPlace, claim: { readonly artifactId: string; readonly objectKey: string; readonly spareKey: string; readonly by: string }): Promise<ObjectClaim>
  /** Makes the claimed upload the file at its path. Answers what it replaced. */
  commit(projectId: string, artifactId: string, stored: StoredObject): Promise<ObjectClaim[]>
  /** Drops rows whose objects are gone. */
  forget(projectId: string, artifactIds: readonly string[]): Promise<void>
  find(projectId: string, owner: ArtifactOwner, path: string): Promise<ArtifactRow | null>
  /** The direct content of a folder, sorted by name. */
  list(projectId: string, owner: ArtifactOwner, folder: string): Promise<ArtifactEntry[]>
  /** Hides a file, or everything below a folder. */
  remove(projectId: string, owner: ArtifactOwner, path: string): Promise<ObjectClaim[]>
  /** Of all projects: objects that no file stands for since `before`. */
  leftovers(before: number, limit: number): Promise<(ObjectClaim & { readonly projectId: string })[]>
}

export interface ArtifactFile {
  readonly size: number
  readonly sha256: string
  open(range?: ByteRange): Promise<Readable>
}

export interface Artifacts {
  /** Where a path of a run is; the run must exist in the project. */
  placeInRun(scope: Scope, runId: string, path: string): Promise<ArtifactPlace & { readonly root: string }>
  placeInModel(scope: Scope, modelId: string, path: string): Promise<ArtifactPlace & { readonly root: string }>
  put(scope: Scope, place: ArtifactPlace, body: Readable): Promise<StoredObject>
  /** `asked` is the path as the caller spelt it, for the message. */
  get(scope: Scope, place: ArtifactPlace, asked?: string): Promise<ArtifactFile>
  list(scope: Scope, place: ArtifactPlace): Promise<ArtifactEntry[]>
  /** A file or a folder; what is missing already is well. */
  remove(scope: Scope, place: ArtifactPlace): Promise<void>
  /** Deletes objects that crashed uploads and unreachable stores left behind. Answers how many. */
  sweep(): Promise<number>
}

export interface ArtifactDeps {
  readonly store: ArtifactStore
  readonly objects: ObjectStore
  readonly bucket: string
  readonly core: CoreFacts
  readonly models: ModelFacts
  readonly now?: () => number
}

/** No upload takes a day. */
const ABANDONED_AFTER_MS = 24 * 3_600_000
const SWEEP_BATCH = 500

export const noSuchRun = (runId: string): DomainError => notFound(`Run with id=${runId} not found`)
export const noSuchModel = (modelId: string): DomainError => notFound(`Logged model with ID '${modelId}' not found.`)

/** What belongs where: places looked up in the project, and the decision on each. */
function placesIn(
  core: CoreFacts,
  models: ModelFacts,
): Pick<Artifacts, 'placeInRun' | 'placeInModel'> & { permit(scope: Scope, place: ArtifactPlace, permission: Permission): Promise<{ active: boolean }> } {
  /** Proves that the owner exists in the project, and answers what a decision needs to know of it. */
  const ownerOf = async ({ project }: Scope, { owner }: ArtifactPlace): Promise<{ active: boolean; ownerId: string | null }> => {
    if (owner.kind === 'project') return { active: true, ownerId: null }
    if (owner.kind === 'run') {
      const run = await core.runOf(project, owner.id)
      if (run?.experimentId !== owner.experimentId) throw noSuchRun(owner.id)
      return run
    }
    const model = await models.modelOf(project.id, owner.id)
    if (model?.experimentId !== owner.experimentId) throw noSuchModel(owner.id)
    return { active: true, ownerId: model.ownerId }
  }
  return {
    /** Every method of the service begins here: the place exists in the scope and the actor may. */
    permit: async (scope: Scope, place: ArtifactPlace, permission: Permission): Promise<{ active: boolean }> => {
      const owner = await ownerOf(scope, place)
      demand(scope, permission, { type: `tracking.${place.owner.kind}`, id: place.owner.id, ownerId: owner.ownerId })
      return owner
    },
    async placeInRun({ project }, runId, path) {
      const checked = checkedPath(path)
      const run = await core.runOf(project, runId)
      if (!run) throw noSuchRun(runId)
      return { owner: { kind: 'run', experimentId: run.experimentId, id: run.runId }, path: checked, root: run.artifactUri }
    },
    async placeInModel({ project }, modelId, path) {
      const checked = checkedPath(path)
      const model = await models.modelOf(project.id, modelId)
      if (!model) throw noSuchModel(modelId)
      return { owner: { kind: 'model', experimentId: model.experimentId, id: model.modelId }, path: checked, root: model.artifactUri }
    },
  }
}

export function createArtifacts({ store, objects, bucket, core, models, now = Date.now }: ArtifactDeps): Artifacts {
  const { permit, placeInRun, placeInModel } = placesIn(core, models)
  /** Objects first, rows after: a row that stays behind is swept, an object without a row would never be. */
  const discard = async (projectId: string, claims: readonly ObjectClaim[]): Promise<void> => {
    for (const { artifactId, objectKey } of claims) {
      await objects.delete(bucket, objectKey)
      await store.forget(projectId, [artifactId])
    }
  }
  const discardLater = (projectId: string, claims: readonly ObjectClaim[]): Promise<void> => discard(projectId, claims).catch(() => undefined) // the sweep comes round

  return {
    placeInRun,
    placeInModel,
    async put(scope, place, body) {
      body.on('error', () => undefined) // it may fail while nobody reads yet; whoever reads will notice
      const { project, actor } = scope
      const { active } = await permit(scope, place, 'tracking.artifact.create')
      if (!active) throw conflict(`The run ${place.owner.id} must be in the 'active' state. Current state is deleted.`)
      if (place.path === '') throw invalid('Invalid path')
      const artifactId = newId()
      const claim = await store.claim(project, place, { artifactId, objectKey: objectKeyOf(project, place), spareKey: spareKeyOf(project, artifactId), by: actor.principalId })
      let stored: StoredObject
      try {
        stored = await objects.put(bucket, claim.objectKey, body)
      } catch (error) {
        await discardLater(project.id, [claim])
        throw uploadFailure(body, error)
      }
      const replaced = await store.commit(project.id, artifactId, stored)
      await discardLater(project.id, replaced)
      return stored
    },
    async get(scope, place, asked = place.path) {
      const { project } = scope
      await permit(scope, place, 'tracking.artifact.read')
      const file = await store.find(project.id, place.owner, place.path)
      if (!file) {
        const content = await store.list(project.id, place.owner, place.path)
        throw content.length > 0 ? invalid(`Artifact path refers to a directory, not a file: '${asked}'`) : noSuchArtifact(asked)
      }
      return {
        size: file.size,
        sha256: file.sha256,
        async open(range) {
          const opened = await objects.get(bucket, file.objectKey, range)
          if (!opened) throw unavailable('The artifact') // replaced between the two questions: ask again
          return opened.body
        },
      }
    },
    async list(scope, place) {
      await permit(scope, place, 'tracking.artifact.read')
      return store.list(scope.project.id, place.owner, place.path)
    },
    async remove(scope, place) {
      await permit(scope, place, 'tracking.artifact.delete')
      await discardLater(scope.project.id, await store.remove(scope.project.id, place.owner, place.path))
    },
    async sweep() {
      const found = await store.leftovers(now() - ABANDONED_AFTER_MS, SWEEP_BATCH)
      for (const { projectId, ...claim } of found) await discard(projectId, [claim])
      return found.length
    },
  }
}

const cutOffCodes = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR'])

/** A body that failed is the client's doing, whatever the store made of it; anything else is the store's. */
function uploadFailure(body: Readable, error: unknown): unknown {
  const cause = body.errored ?? error
  if (cause instanceof DomainError) return cause
  const isCutOff = (body.destroyed && !body.errored && !body.readableEnded) || (cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && cutOffCodes.has(cause.code))
  return isCutOff ? new DomainError('INVALID', 'The upload ended early.', {}, { cause }) : error
}
