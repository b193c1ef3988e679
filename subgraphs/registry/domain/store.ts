/**
 * What the domain needs of a store. Every method takes the project first; the store puts it into every WHERE. A method
 * that takes an announcement leaves it for the webhooks in the transaction of the change, and only if there was a change.
 */
import type { ModelVersion, RegisteredModel, Tag, VersionStatus } from '#registry/domain/model.ts'
import type { Search, Sort } from '#registry/domain/filter.ts'
import type { Stage } from '#registry/domain/stages.ts'
import type { Visible } from '#registry/domain/visibility.ts'
import type { Announcement } from '#registry/domain/webhook-events.ts'

export interface NewModel {
  readonly id: string
  readonly name: string
  readonly skeleton: string
  readonly description: string | null
  readonly ownerId: string
  readonly tags: readonly Tag[]
  readonly at: number
}

export interface Listing {
  readonly visible: Visible
  readonly search: Search
  readonly sorts: readonly Sort[]
  readonly offset: number
  /** Rows to read: one more than the page shows. */
  readonly limit: number
}

export interface ModelStore {
  /** The name of the model that is in the way, or null when the new one is there. */
  create(projectId: string, model: NewModel, announcement: Announcement): Promise<{ readonly taken: string } | null>
  byName(projectId: string, name: string): Promise<RegisteredModel | null>
  byIds(projectId: string, ids: readonly string[]): Promise<RegisteredModel[]>
  describe(projectId: string, modelId: string, description: string | null, at: number): Promise<void>
  rename(projectId: string, modelId: string, name: string, skeleton: string, at: number): Promise<{ readonly taken: string } | null>
  remove(projectId: string, modelId: string): Promise<void>
  /** false: the model is gone. */
  setTag(projectId: string, modelId: string, tag: Tag, announcement: Announcement | null): Promise<boolean>
  deleteTag(projectId: string, modelId: string, key: string, announcement: Announcement | null): Promise<void>
  search(projectId: string, listing: Listing): Promise<RegisteredModel[]>
}

/** A version that is asked for: it gets its number at once and its place when tracking has answered. */
export interface Intent {
  readonly id: string
  readonly modelId: string
  readonly intentKey: string
  readonly source: string
  readonly runId: string | null
  readonly runLink: string
  readonly loggedModelId: string | null
  readonly description: string | null
  readonly createdBy: string
  readonly tags: readonly Tag[]
  readonly at: number
  readonly claimedUntil: number
}

/** What became of an intent. */
export interface Outcome {
  readonly status: Exclude<VersionStatus, 'PENDING_REGISTRATION'>
  readonly artifactUri: string | null
  readonly runId: string | null
  readonly loggedModelId: string | null
  /** The answer goes to whoever asked: a repeated request is a new one from here on. */
  readonly answered: boolean
  readonly at: number
}

export interface PendingVersion {
  readonly projectId: string
  readonly id: string
}

/** Versions on their way to being READY. */
export interface IntentStore {
  /** Takes the next number of the model. null: the model is gone. */
  insert(projectId: string, intent: Intent): Promise<{ readonly id: string } | null>
  /** An earlier, unanswered version of the same request that nobody works on any more; claimed by this call. */
  adopt(projectId: string, modelId: string, intentKey: string, now: number, claimedUntil: number): Promise<ModelVersion | null>
  /** Ends an intent that is still PENDING; false when somebody else has ended it. A READY version is what may be `announced`. */
  settle(projectId: string, versionId: string, outcome: Outcome, announced?: (ready: ModelVersion) => Announcement): Promise<boolean>
  /** Marks a finished version as answered. */
  answered(projectId: string, versionId: string): Promise<void>
  /** Removes an intent that came to nothing. Its number stays used. */
  withdraw(projectId: string, versionId: string): Promise<void>
  /** Lets others go on with a PENDING version at once. */
  release(projectId: string, versionId: string): Promise<void>
  /** For the reconciler, in all projects: PENDING versions that nobody works on. */
  claimAbandoned(now: number, claimedUntil: number, limit: number): Promise<PendingVersion[]>
  /** Forgets the requests of versions made before `before`: they cannot be repeats any more. */
  forgetIntents(before: number): Promise<void>
}

export interface VersionReads {
  byNumber(projectId: string, modelId: string, version: number): Promise<ModelVersion | null>
  byAlias(projectId: string, modelId: string, alias: string): Promise<ModelVersion | null>
  byIds(projectId: string, ids: readonly string[]): Promise<ModelVersion[]>
  /** The highest READY version of each stage, by model and version. */
  latest(projectId: string, modelIds: readonly string[]): Promise<ModelVersion[]>
  ofModels(projectId: string, modelIds: readonly string[], limit: number, below: number | null): Promise<ModelVersion[]>
  ofRuns(projectId: string, runIds: readonly string[], visible: Visible, limit: number, before: string | null): Promise<ModelVersion[]>
  search(projectId: string, listing: Listing): Promise<ModelVersion[]>
  runsInUse(projectId: string, runIds: readonly string[]): Promise<string[]>
  /** Whether any version of the model stands in one of the stages or carries an alias. */
  isPromoted(projectId: string, modelId: string, active: readonly Stage[]): Promise<boolean>
}

export interface VersionWrites {
  describe(projectId: string, versionId: string, description: string | null, at: number): Promise<void>
  /** Moves a version; with `archive` everything else of the model in that stage is retired in the same moment. */
  setStage(projectId: string, version: ModelVersion, stage: Stage, archive: Stage | null, at: number): Promise<void>
  remove(projectId: string, version: ModelVersion, at: number): Promise<void>
  /** false: the version is gone. */
  setTag(projectId: string, versionId: string, tag: Tag, announcement: Announcement): Promise<boolean>
  deleteTag(projectId: string, versionId: string, key: string, announcement: Announcement): Promise<void>
  /** false: the version is gone. */
  setAlias(projectId: string, modelId: string, alias: string, version: number, announcement: Announcement): Promise<boolean>
  deleteAlias(projectId: string, modelId: string, alias: string, announcement: Announcement): Promise<void>
}

export type VersionStore = IntentStore & VersionReads & VersionWrites
