/**
 * The policy of the graph, in one table: what each type asks for, field exceptions beside it, and for every root field
 * where the project comes from. A type or root that is missing here refuses (fallbackRule) and fails the coverage test.
 *
 * The pass is necessary, not sufficient: the services decide again per resource (design section 5).
 */
import type { Permission } from '#shared/policy.ts'

/**
 * What a field asks for.
 * - a permission: it could be held in the project that the root named (or on the platform, where the root names none)
 * - 'authenticated': any valid credential
 * - 'open': nothing, not even a credential
 * - 'reached': nothing of its own; whoever could read the field that led here may read this
 */
export type Need = Permission | 'authenticated' | 'open' | 'reached'

/**
 * Where the project of everything below a root comes from.
 * - an argument path: the project that it names
 * - 'each': every project the actor may see; a permission must be held in all of them
 * - 'created': a project that the mutation itself makes; its creator becomes its owner
 * - 'platform': outside projects
 */
export type PlaceSource = { readonly argument: 'name' | 'input.project' } | 'each' | 'created' | 'platform'

export interface RootPolicy {
  readonly needs: Need
  readonly place: PlaceSource
}
export type TypePolicy = Need | ({ readonly '*': Need } & Readonly<Record<string, Need>>)

export interface PolicyTree {
  readonly roots: Readonly<Record<'Query' | 'Mutation', Readonly<Record<string, RootPolicy>>>>
  readonly types: Readonly<Record<string, TypePolicy>>
}

const named: PlaceSource = { argument: 'name' }
/** A mutation inside the project that `input.project` names. */
const inProject = (needs: Permission): RootPolicy => ({ needs, place: { argument: 'input.project' } })
const onPlatform = (needs: Need): RootPolicy => ({ needs, place: 'platform' })

export const policyTree: PolicyTree = {
  roots: {
    Query: {
      me: onPlatform('open'), // null for strangers
      project: { needs: 'identity.project.read', place: named },
      projects: { needs: 'authenticated', place: 'each' },
      platform: onPlatform('platform.service.read'),
    },
    Mutation: {
      createProject: { needs: 'platform.project.create', place: 'created' },
      updateProject: inProject('identity.project.update'),
      setMember: inProject('identity.member.update'),
      removeMember: inProject('identity.member.update'),
      createUser: onPlatform('platform.user.create'),
      updateUser: onPlatform('platform.user.update'),
      setPassword: onPlatform('platform.user.update'),
      changeMyPassword: onPlatform('authenticated'),
      createToken: onPlatform('authenticated'), // input.project is a ceiling, not a place; identity checks it
      revokeToken: onPlatform('authenticated'),

      createExperiment: inProject('tracking.experiment.create'),
      renameExperiment: inProject('tracking.experiment.update'),
      setExperimentTag: inProject('tracking.experiment.update'),
      deleteExperiment: inProject('tracking.experiment.delete'),
      restoreExperiment: inProject('tracking.experiment.delete'),
      updateRun: inProject('tracking.run.update'),
      setRunTag: inProject('tracking.run.update'),
      deleteRunTag: inProject('tracking.run.update'),
      deleteRuns: inProject('tracking.run.delete'),
      restoreRuns: inProject('tracking.run.delete'),

      createRegisteredModel: inProject('registry.model.create'),
      updateRegisteredModel: inProject('registry.model.update'),
      renameRegisteredModel: inProject('registry.model.update'),
      deleteRegisteredModel: inProject('registry.model.delete'),
      setModelTag: inProject('registry.model.update'),
      deleteModelTag: inProject('registry.model.update'),
      createModelVersion: inProject('registry.version.create'),
      updateModelVersion: inProject('registry.version.update'),
      setModelVersionTag: inProject('registry.version.update'),
      deleteModelVersionTag: inProject('registry.version.update'),
      deleteModelVersion: inProject('registry.version.delete'),
      setModelVersionStage: inProject('registry.version.promote'),
      setModelAlias: inProject('registry.version.promote'),
      deleteModelAlias: inProject('registry.version.promote'),

      updateDataset: inProject('datasets.dataset.update'),
      setDatasetTag: inProject('datasets.dataset.update'),
      deleteDataset: inProject('datasets.dataset.delete'),
    },
  },
  types: {
    // identity
    Me: 'reached',
    Token: 'reached',
    User: 'reached',
    Platform: { '*': 'platform.service.read', users: 'platform.user.read' },
    Service: 'platform.service.read',
    Dependency: 'platform.service.read',
    Project: {
      '*': 'identity.project.read',
      members: 'identity.member.read',
      experiments: 'tracking.experiment.read',
      experiment: 'tracking.experiment.read',
      run: 'tracking.run.read',
      loggedModel: 'tracking.logged-model.read',
      registeredModels: 'registry.model.read',
      registeredModel: 'registry.model.read',
      datasets: 'datasets.dataset.read',
      dataset: 'datasets.dataset.read',
    },
    Member: 'identity.member.read',

    // tracking
    Experiment: { '*': 'tracking.experiment.read', runCount: 'tracking.run.read', columns: 'tracking.run.read', runs: 'tracking.run.read' },
    RunColumns: 'tracking.run.read',
    Run: { '*': 'tracking.run.read', artifacts: 'tracking.artifact.read', loggedModels: 'tracking.logged-model.read', modelVersions: 'registry.model.read' },
    Metric: 'reached', // of a run or a logged model
    MetricHistory: 'tracking.run.read',
    Param: 'reached', // of a run or a logged model
    Tag: 'reached', // of anything
    Artifact: 'tracking.artifact.read',
    DatasetInput: 'tracking.run.read',
    LoggedModelMetric: 'tracking.logged-model.read',
    LoggedModel: { '*': 'tracking.logged-model.read', artifacts: 'tracking.artifact.read' },

    // registry
    RegisteredModel: 'registry.model.read',
    ModelVersion: { '*': 'registry.model.read', run: 'tracking.run.read' },
    ModelAlias: 'registry.model.read',

    // datasets
    Dataset: 'datasets.dataset.read',
    DatasetVersion: { '*': 'datasets.dataset.read', runs: 'tracking.run.read' },
    DatasetColumn: 'datasets.dataset.read',
    DatasetPreview: 'datasets.dataset.read',

    PageInfo: 'reached',
  },
}

/** Connections and payloads only carry what their fields are judged for; schema-lint.ts keeps them that thin. */
const carriers = /^[A-Z]\w*(Connection|Payload)$/

/** What a field below the roots asks for; undefined where the table has no answer. */
export function needOf(tree: PolicyTree, type: string, field: string): Need | undefined {
  const policy = tree.types[type] ?? (carriers.test(type) ? 'reached' : undefined)
  return typeof policy === 'object' ? (policy[field] ?? policy['*']) : policy
}
