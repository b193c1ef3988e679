/**
 * Scorers: descriptions of judges, kept in versions. This server never runs one, and keeps none that carries code for
 * somebody else to run. Reference: mlflow/store/tracking/sqlalchemy_store.py, register_scorer and on.
 */
import { demand } from '#shared/access.ts'
import type { ProjectRef, Scope } from '#shared/actor.ts'
import { invalid, notFound, type DomainError } from '#shared/errors.ts'
import { newId } from '#shared/ids.ts'
import { normalName, storableText } from '#shared/names.ts'
import type { Permission } from '#shared/policy.ts'
import { demandCould } from '#tracking/domain/decisions.ts'
import { experimentId, inactiveExperiment, isPossibleId } from '#tracking/domain/experiments.ts'
import { isObject, parseTyped, type TypedJson } from '#tracking/domain/trace-value.ts'

export interface ScorerVersion {
  /** A uuid: the same for all versions. */
  readonly scorerId: string
  readonly experimentId: string
  readonly name: string
  /** From 1; a number is never given twice. */
  readonly version: number
  /** JSON, as it came. */
  readonly serialized: string
  /** Epoch ms. */
  readonly creationTime: number
  readonly ownerId: string | null
}

export interface ScorerStore {
  /** Makes the scorer, or its next version. */
  register(
    project: ProjectRef,
    scorer: { readonly scorerId: string; readonly experimentId: string; readonly name: string; readonly serialized: string; readonly ownerId: string; readonly now: number },
  ): Promise<ScorerVersion>
  /** Of each scorer of these experiments (undefined: of all active ones) the newest version, by experiment and name. */
  latest(project: ProjectRef, experimentIds: readonly string[] | undefined): Promise<ScorerVersion[]>
  /** Oldest first. */
  versions(project: ProjectRef, experimentId: string, name: string): Promise<ScorerVersion[]>
  deleteVersion(project: ProjectRef, scorerId: string, version: number): Promise<void>
  /** With all its versions. */
  delete(project: ProjectRef, scorerId: string): Promise<void>
}

export interface Scorers {
  register(scope: Scope, input: { readonly experimentId: string; readonly name: string; readonly serialized: string }): Promise<ScorerVersion>
  list(scope: Scope, experimentIds?: readonly string[]): Promise<ScorerVersion[]>
  /** Of one active experiment, which must exist. */
  listOf(scope: Scope, experimentId: string): Promise<ScorerVersion[]>
  versions(scope: Scope, experimentId: string, name: string): Promise<ScorerVersion[]>
  /** The newest, unless a version is named. */
  get(scope: Scope, experimentId: string, name: string, version?: number): Promise<ScorerVersion>
  /** All versions, unless one is named. */
  delete(scope: Scope, experimentId: string, name: string, version?: number): Promise<void>
}

export interface ScorerCore {
  readonly experiments: { find(project: ProjectRef, id: string): Promise<{ readonly id: string; readonly active: boolean } | undefined> }
}

const limits = { name: 256, serialized: 1_048_576, experiments: 1_000 } as const
const type = 'tracking.scorer'

function checkedDescription(json: string): string {
  const value = parseTyped(storableText(json, 'serialized_scorer', limits.serialized))
  if (value === undefined) throw invalid('serialized_scorer must be valid JSON', 'serialized_scorer')
  if (!isObject(value)) throw invalid('serialized_scorer must be a JSON object', 'serialized_scorer')
  if (carriesCode(value)) throw invalid('Custom scorers (@scorer) carry code that clients would run; this server does not keep them. Use a built-in scorer or make_judge().', 'serialized_scorer')
  return json
}
/** The source of a decorated function, also of one inside an ensemble. */
const carriesCode = (value: TypedJson): boolean => {
  if (Array.isArray(value)) return value.some((item: TypedJson) => carriesCode(item))
  return isObject(value) && Object.entries(value).some(([key, inner]) => (key === 'call_source' && inner !== null) || carriesCode(inner))
}

export function createScorers({ store, core, now = Date.now }: { readonly store: ScorerStore; readonly core: ScorerCore; readonly now?: () => number }): Scorers {
  const experiment = async (scope: Scope, text: string): Promise<string> => {
    const id = experimentId(text)
    const found = isPossibleId(id) ? await core.experiments.find(scope.project, id) : undefined
    if (!found) throw notFound(`No Experiment with id=${id} exists`)
    if (!found.active) throw inactiveExperiment(id)
    return id
  }
  const missing = (experimentText: string, name: string, version?: number): DomainError =>
    notFound(`Scorer with name '${name}'${version === undefined ? '' : ` and version ${version}`} not found for experiment ${experimentText}.`)
  const find = async (scope: Scope, experimentText: string, name: string, permission: Permission): Promise<ScorerVersion[]> => {
    demandCould(scope, permission)
    const versions = await store.versions(scope.project, await experiment(scope, experimentText), storableText(name, 'name'))
    const [first] = versions
    if (first) demand(scope, permission, { type, id: first.scorerId, ownerId: first.ownerId })
    return versions
  }
  return {
    async register(scope, { experimentId: experimentText, name: text, serialized }) {
      demand(scope, 'tracking.scorer.create')
      if (text.trim() === '') throw invalid('Scorer name cannot be empty or contain only whitespace.', 'name')
      const name = normalName(text, 'name', limits.name)
      const description = checkedDescription(serialized)
      const id = await experiment(scope, experimentText)
      const [before] = await store.versions(scope.project, id, name)
      if (before) demand(scope, 'tracking.scorer.update', { type, id: before.scorerId, ownerId: before.ownerId })
      return store.register(scope.project, { scorerId: newId(), experimentId: id, name, serialized: description, ownerId: scope.actor.principalId, now: now() })
    },
    async list(scope, ids) {
      demand(scope, 'tracking.scorer.read')
      if (ids && ids.length > limits.experiments) throw invalid(`At most ${limits.experiments} experiments can be named at once. Got ${ids.length}.`, 'experiment_ids')
      return store.latest(scope.project, ids?.map(experimentId).filter(isPossibleId))
    },
    async listOf(scope, experimentText) {
      demand(scope, 'tracking.scorer.read')
      return store.latest(scope.project, [await experiment(scope, experimentText)])
    },
    async versions(scope, experimentText, name) {
      const versions = await find(scope, experimentText, name, 'tracking.scorer.read')
      if (versions.length === 0) throw missing(experimentText, name)
      return versions
    },
    async get(scope, experimentText, name, version) {
      const versions = await find(scope, experimentText, name, 'tracking.scorer.read')
      const found = version === undefined ? versions.at(-1) : versions.find((v) => v.version === version)
      if (!found) throw missing(experimentText, name, versions.length === 0 ? undefined : version)
      return found
    },
    async delete(scope, experimentText, name, version) {
      const versions = await find(scope, experimentText, name, 'tracking.scorer.delete')
      const found = version === undefined ? versions.at(-1) : versions.find((v) => v.version === version)
      if (!found) throw missing(experimentText, name, versions.length === 0 ? undefined : version)
      await (version === undefined ? store.delete(scope.project, found.scorerId) : store.deleteVersion(scope.project, found.scorerId, version))
    },
  }
}
