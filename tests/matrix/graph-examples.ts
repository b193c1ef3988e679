/**
 * What the graph is asked with: arguments of fields that need some, and one good input for each mutation. Fields that
 * need no argument are asked without; a mutation or a required argument without a row here fails by name.
 */
import type { Kind, Things } from './things.ts'
import type { Place } from './rest-examples.ts'

export interface FieldExample {
  readonly takes: readonly Kind[]
  args(things: Things): Readonly<Record<string, unknown>>
}
export interface MutationExample {
  readonly takes: readonly Kind[]
  input(things: Things, place: Place): object
  /**
   * Tokens may not do it, so everybody signs in with the password and a token is refused; or it takes away the password,
   * so that everybody is somebody else of the same role.
   */
  readonly by?: 'password' | 'spare'
}

const field = <K extends Kind = never>(takes: readonly K[], args: (things: Pick<Things, K>) => Readonly<Record<string, unknown>>): FieldExample => ({ takes, args })
const row = <K extends Kind = never>(takes: readonly K[], input: (things: Pick<Things, K>, place: Place) => object, by?: MutationExample['by']): MutationExample => ({
  takes,
  input,
  ...(by ? { by } : {}),
})
/** Inside the project that is asked. */
const within = <K extends Kind = never>(takes: readonly K[], input: (things: Pick<Things, K>, place: Place) => object): MutationExample =>
  row(takes, (things, place) => ({ project: place.project, ...input(things, place) }))

export const fieldExamples: Readonly<Record<string, FieldExample>> = {
  'Project.experiment': field(['experiment'], ({ experiment }) => ({ id: experiment.id })),
  'Project.run': field(['run'], ({ run }) => ({ id: run.id })),
  'Project.loggedModel': field(['loggedModel'], ({ loggedModel }) => ({ id: loggedModel.id })),
  'Project.registeredModel': field(['model'], ({ model }) => ({ name: model.name })),
  'Project.dataset': field(['dataset'], ({ dataset }) => ({ name: dataset.name })),
  'RegisteredModel.version': field([], () => ({ version: 1 })),
  'Dataset.version': field([], () => ({ version: 1 })),
  'Run.history': field([], () => ({ keys: ['acc'] })),
  'Run.artifacts': field([], () => ({ path: 'notes' })),
}

const pair = { key: 'new', value: 'v' }
const newPassword = 'another long enough password'

export const mutationExamples: Readonly<Record<string, MutationExample>> = {
  createProject: row([], (_, { fresh }) => ({ project: fresh, title: 'New' })),
  updateProject: within([], (_, { fresh }) => ({ title: fresh })),
  setMember: within(['user'], ({ user }) => ({ username: user.username, role: 'VIEWER' })),
  removeMember: within(['member'], ({ member }) => ({ username: member.username })),
  createUser: row([], (_, { fresh }) => ({ username: fresh, password: newPassword })),
  updateUser: row(['user'], ({ user }, { fresh }) => ({ username: user.username, displayName: fresh })),
  setPassword: row(['user'], ({ user }) => ({ username: user.username, password: newPassword }), 'password'),
  changeMyPassword: row([], (_, { password }) => ({ current: password, next: newPassword }), 'spare'),
  createToken: row([], (_, { fresh }) => ({ name: fresh }), 'password'),
  revokeToken: row(['token'], ({ token }) => ({ id: token.id }), 'password'),

  createExperiment: within([], (_, { fresh }) => ({ name: fresh })),
  renameExperiment: within(['experiment'], ({ experiment }, { fresh }) => ({ id: experiment.id, name: fresh })),
  setExperimentTag: within(['experiment'], ({ experiment }) => ({ id: experiment.id, ...pair })),
  deleteExperiment: within(['experiment'], ({ experiment }) => ({ id: experiment.id })),
  restoreExperiment: within(['trashedExperiment'], ({ trashedExperiment }) => ({ id: trashedExperiment.id })),
  updateRun: within(['run'], ({ run }, { fresh }) => ({ id: run.id, name: fresh })),
  setRunTag: within(['run'], ({ run }) => ({ id: run.id, ...pair })),
  deleteRunTag: within(['run'], ({ run }) => ({ id: run.id, key: 'k' })),
  deleteRuns: within(['run'], ({ run }) => ({ ids: [run.id] })),
  restoreRuns: within(['trashedRun'], ({ trashedRun }) => ({ ids: [trashedRun.id] })),

  createRegisteredModel: within([], (_, { fresh }) => ({ name: fresh })),
  updateRegisteredModel: within(['model'], ({ model }) => ({ name: model.name, description: 'new' })),
  renameRegisteredModel: within(['model'], ({ model }, { fresh }) => ({ name: model.name, newName: fresh })),
  // A model that is promoted takes more than its deletion; a plain one shows what the field itself asks for.
  deleteRegisteredModel: within(['plainModel'], ({ plainModel }) => ({ name: plainModel.name })),
  setModelTag: within(['model'], ({ model }) => ({ model: model.name, ...pair })),
  deleteModelTag: within(['model'], ({ model }) => ({ model: model.name, key: 'k' })),
  createModelVersion: within(['plainModel', 'run'], ({ plainModel, run }) => ({ model: plainModel.name, source: `runs:/${run.id}/notes`, runId: run.id })),
  updateModelVersion: within(['model'], ({ model }) => ({ model: model.name, version: 1, description: 'new' })),
  setModelVersionTag: within(['model'], ({ model }) => ({ model: model.name, version: 1, ...pair })),
  deleteModelVersionTag: within(['model'], ({ model }) => ({ model: model.name, version: 1, key: 'k' })),
  deleteModelVersion: within(['plainModel'], ({ plainModel }) => ({ model: plainModel.name, version: 1 })),
  setModelVersionStage: within(['plainModel'], ({ plainModel }) => ({ model: plainModel.name, version: 1, stage: 'Production' })),
  setModelAlias: within(['plainModel'], ({ plainModel }) => ({ model: plainModel.name, version: 1, alias: 'champion' })),
  deleteModelAlias: within(['model'], ({ model }) => ({ model: model.name, alias: 'champion' })),

  updateDataset: within(['dataset'], ({ dataset }) => ({ name: dataset.name, description: 'new' })),
  setDatasetTag: within(['dataset'], ({ dataset }) => ({ name: dataset.name, ...pair })),
  deleteDataset: within(['dataset'], ({ dataset }) => ({ name: dataset.name })),
}
