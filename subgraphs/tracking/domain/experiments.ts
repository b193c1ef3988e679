/** Experiments: create, find, rename, tag, move to the trash and back. */
import { demand } from '#shared/access.ts'
import { demandCould, demandOn, readableOnly, visibleOf } from '#tracking/domain/decisions.ts'
import type { ProjectRef, Scope } from '#shared/actor.ts'
import { alreadyExists, conflict, DomainError, invalid, notFound } from '#shared/errors.ts'
import type { Page } from '#shared/paging.ts'
import type { Permission } from '#shared/policy.ts'
import type { Experiment, LifecycleView, Tag } from '#tracking/domain/experiment.ts'
import * as names from '#tracking/domain/names.ts'
import { experimentGrammar, parseFilter, parseOrderBy } from '#tracking/domain/search-filter.ts'
import type { ExperimentStore, RunColumns } from '#tracking/domain/store.ts'

export interface ExperimentSearch {
  readonly filter?: string | undefined
  readonly orderBy?: readonly string[] | undefined
  readonly view?: LifecycleView | undefined
  readonly limit: number
  readonly token?: string | undefined
}

export interface Experiments {
  create(scope: Scope, input: { readonly name: string; readonly tags?: readonly Tag[] }): Promise<Experiment>
  get(scope: Scope, id: string): Promise<Experiment>
  getByName(scope: Scope, name: string): Promise<Experiment>
  /** In the order of `ids`; null where the project has none or the actor may not read it. */
  load(scope: Scope, ids: readonly string[]): Promise<(Experiment | null)[]>
  search(scope: Scope, search: ExperimentSearch): Promise<Page<Experiment>>
  rename(scope: Scope, id: string, name: string): Promise<Experiment>
  setTag(scope: Scope, id: string, tag: Tag): Promise<Experiment>
  deleteTag(scope: Scope, id: string, key: string): Promise<Experiment>
  delete(scope: Scope, id: string): Promise<Experiment>
  restore(scope: Scope, id: string): Promise<Experiment>
  /** Active runs of each. */
  runCounts(scope: Scope, ids: readonly string[]): Promise<number[]>
  columns(scope: Scope, id: string): Promise<RunColumns>
  /** For ports, which decide elsewhere. */
  find(project: ProjectRef, id: string): Promise<Experiment | undefined>
}

const type = 'tracking.experiment'
const missing = (id: string): DomainError => notFound(`No Experiment with id=${id} exists`)
const missingName = (name: string): DomainError => notFound(`Could not find experiment with name '${name}'`)
export const inactiveExperiment = (id: string): DomainError => conflict(`The experiment ${id} must be in the 'active' state. Current state is deleted.`)

/** Longer than our ids are: there is no such experiment, and the store could not even be asked. */
export const isPossibleId = (id: string): boolean => id.length <= 18

/** MLflow's int(): digits, with a sign and spaces around. */
export function experimentId(text: string): string {
  const digits = /^\s*\+?(\d+)\s*$/.exec(text)?.[1]
  if (digits === undefined) throw invalid(`Invalid experiment ID '${text}'. Experiment ID must be a valid integer.`, 'experiment_id')
  return digits.replace(/^0+(?=\d)/, '')
}

/** What the parts of the service share. */
interface Core {
  readonly store: ExperimentStore
  readonly now: () => number
  /** The experiment for reading or changing; missing and hidden are the same. */
  readonly require: (scope: Scope, id: string, permission: Permission) => Promise<Experiment>
  readonly requireActive: (scope: Scope, id: string, permission: Permission) => Promise<Experiment>
  readonly reread: (scope: Scope, id: string) => Promise<Experiment>
}

export function createExperiments(store: ExperimentStore, now: () => number = Date.now): Experiments {
  const find = async (project: ProjectRef, text: string): Promise<Experiment | undefined> => {
    const id = experimentId(text)
    return isPossibleId(id) ? (await store.get(project, [id]))[0] : undefined
  }
  /** The experiment for reading or changing; missing and hidden are the same. */
  const require = async (scope: Scope, text: string, permission: Permission): Promise<Experiment> => {
    demandCould(scope, permission)
    const found = await find(scope.project, text)
    if (!found) throw missing(experimentId(text))
    demandOn(scope, permission, { type, id: found.id, ownerId: found.ownerId }, () => missing(found.id))
    return found
  }
  const requireActive = async (scope: Scope, text: string, permission: Permission): Promise<Experiment> => {
    const found = await require(scope, text, permission)
    if (!found.active) throw inactiveExperiment(found.id)
    return found
  }
  const reread = async (scope: Scope, id: string): Promise<Experiment> => {
    const [found] = await store.get(scope.project, [id])
    if (!found) throw missing(id)
    return found
  }

  const core: Core = { store, now, require, requireActive, reread }
  return { find, ...reading(core), ...changing(core), ...trashing(core) }
}

const reading = ({ store, require }: Core): Pick<Experiments, 'get' | 'getByName' | 'load' | 'search' | 'runCounts' | 'columns'> => ({
  get: (scope, id) => require(scope, id, 'tracking.experiment.read'),
  async getByName(scope, name) {
    demandCould(scope, 'tracking.experiment.read')
    const found = await store.getByName(scope.project, name.normalize('NFC'))
    if (!found) throw missingName(name)
    demandOn(scope, 'tracking.experiment.read', { type, id: found.id, ownerId: found.ownerId }, () => missingName(name))
    return found
  },
  async load(scope, ids) {
    demandCould(scope, 'tracking.experiment.read')
    return (
      await store.get(
        scope.project,
        ids.map((id) => (/^\d{1,18}$/.test(id) ? id : '-1')),
      )
    ).map(visibleOf(scope, 'tracking.experiment.read', type))
  },
  async search(scope, { filter, orderBy = [], view = 'ACTIVE', limit, token }) {
    demandCould(scope, 'tracking.experiment.read')
    if (limit <= 0) throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer`)
    if (limit > names.limits.searchExperiments) throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be at most ${names.limits.searchExperiments}`)
    const readable = readableOnly(scope, 'tracking.experiment.read', type, 'experiment_id', parseFilter(filter, experimentGrammar))
    return store.search(scope.project, { filter: readable, orderBy: parseOrderBy(orderBy, experimentGrammar), view, limit, token })
  },
  async runCounts(scope, ids) {
    demand(scope, 'tracking.run.read')
    return store.runCounts(scope.project, ids)
  },
  async columns(scope, id) {
    demand(scope, 'tracking.run.read')
    return store.columns(scope.project, id)
  },
})

const changing = ({ store, now, requireActive, reread }: Core): Pick<Experiments, 'create' | 'rename' | 'setTag' | 'deleteTag'> => ({
  async create(scope, { name, tags = [] }) {
    demand(scope, 'tracking.experiment.create')
    const experiment = { name: names.experimentName(name), tags: tags.map(names.experimentTag), ownerId: scope.actor.principalId, now: now() }
    const created = await store.create(scope.project, experiment)
    if (!created) throw alreadyExists(`Experiment(name=${experiment.name}) already exists.`)
    return created
  },
  async rename(scope, id, newName) {
    const found = await requireActive(scope, id, 'tracking.experiment.update')
    const name = names.experimentName(newName)
    const outcome = await store.rename(scope.project, found.id, name, now())
    if (outcome === 'taken') throw new DomainError('ALREADY_EXISTS', `Experiment(name=${name}) already exists.`, { protocolCode: 'BAD_REQUEST' })
    if (!outcome) throw inactiveExperiment(found.id)
    return reread(scope, found.id)
  },
  async setTag(scope, id, tag) {
    const valid = names.experimentTag(tag)
    const found = await requireActive(scope, id, 'tracking.experiment.update')
    if (!(await store.setTags(scope.project, found.id, [valid], now()))) throw inactiveExperiment(found.id)
    return reread(scope, found.id)
  },
  async deleteTag(scope, id, key) {
    const found = await requireActive(scope, id, 'tracking.experiment.update')
    if (!(await store.deleteTag(scope.project, found.id, key, now()))) throw notFound(`No tag with name: ${key} in experiment with id ${found.id}`)
    return reread(scope, found.id)
  },
})

const trashing = ({ store, now, require, reread }: Core): Pick<Experiments, 'delete' | 'restore'> => ({
  async delete(scope, id) {
    const found = await require(scope, id, 'tracking.experiment.delete')
    if (!(await store.delete(scope.project, found.id, scope.actor.principalId, now()))) throw missing(found.id)
    return reread(scope, found.id)
  },
  async restore(scope, id) {
    const found = await require(scope, id, 'tracking.experiment.delete')
    if (!(await store.restore(scope.project, found.id, now()))) throw missing(found.id)
    return reread(scope, found.id)
  },
})
