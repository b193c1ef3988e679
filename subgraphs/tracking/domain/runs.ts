/** Runs: start, log, change, find, move to the trash and back. What is logged is checked here, for every surface. */
import { demand } from '#shared/access.ts'
import type { ProjectRef, Scope } from '#shared/actor.ts'
import { conflict, invalid, notFound, type DomainError } from '#shared/errors.ts'
import type { Page } from '#shared/paging.ts'
import type { Permission } from '#shared/policy.ts'
import { demandCould, demandOn, readableOnly, visibleOf } from '#tracking/domain/decisions.ts'
import type { LifecycleView, Tag } from '#tracking/domain/experiment.ts'
import { experimentId, inactiveExperiment, isPossibleId, type Experiments } from '#tracking/domain/experiments.ts'
import type { NewMetric } from '#tracking/domain/metric.ts'
import { modelNote, withNote } from '#tracking/domain/model-note.ts'
import * as names from '#tracking/domain/names.ts'
import { loggedModelsTag, runNameTag, type Param, type Run, type RunFacts, type RunStatus } from '#tracking/domain/run.ts'
import { randomRunName } from '#tracking/domain/run-names.ts'
import { parseFilter, parseOrderBy, runGrammar } from '#tracking/domain/search-filter.ts'
import type { MetricStore, RunStore, WriteOutcome } from '#tracking/domain/store.ts'

export interface NewRunInput {
  readonly experimentId: string
  readonly name?: string | undefined
  readonly userName?: string | undefined
  /** Epoch ms; absent: 0, as in MLflow. */
  readonly startTime?: number | undefined
  readonly tags?: readonly Tag[] | undefined
}

export interface RunUpdate {
  readonly name?: string | undefined
  readonly status?: RunStatus | undefined
  readonly endTime?: number | undefined
}

export interface RunSearch {
  readonly filter?: string | undefined
  readonly orderBy?: readonly string[] | undefined
  readonly view?: LifecycleView | undefined
  readonly limit: number
  readonly token?: string | undefined
}

export interface Batch {
  readonly metrics?: readonly NewMetric[] | undefined
  readonly params?: readonly Param[] | undefined
  readonly tags?: readonly Tag[] | undefined
}

/** Told of metrics that name a logged model, after they are stored with the run. */
export type ModelMetrics = (scope: Scope, runId: string, metrics: readonly NewMetric[]) => Promise<void>

export interface Runs {
  create(scope: Scope, input: NewRunInput): Promise<Run>
  get(scope: Scope, id: string): Promise<Run>
  /** In the order of `ids`; null where the project has none or the actor may not read it. */
  load(scope: Scope, ids: readonly string[]): Promise<(Run | null)[]>
  search(scope: Scope, experimentIds: readonly string[], search: RunSearch): Promise<Page<Run>>
  update(scope: Scope, id: string, change: RunUpdate): Promise<Run>
  delete(scope: Scope, ids: readonly string[]): Promise<void>
  restore(scope: Scope, ids: readonly string[]): Promise<void>
  logMetric(scope: Scope, id: string, metric: NewMetric): Promise<void>
  logParam(scope: Scope, id: string, param: Param): Promise<void>
  /** All or nothing: a refused param refuses the whole batch. */
  logBatch(scope: Scope, id: string, batch: Batch): Promise<void>
  setTag(scope: Scope, id: string, tag: Tag): Promise<void>
  deleteTag(scope: Scope, id: string, key: string): Promise<void>
  /** Notes a model that was logged as files, given its MLmodel description as JSON (MLflow 2). */
  noteModel(scope: Scope, id: string, json: string): Promise<void>
  /** The run's unchanging facts once the permission on it is decided. For services that stand beside this one. */
  require(scope: Scope, id: string, permission: Permission): Promise<RunFacts>
  /** For ports, which decide elsewhere. */
  find(project: ProjectRef, id: string): Promise<Run | undefined>
}

const type = 'tracking.run'
export const missingRun = (id: string): DomainError => notFound(`Run with id=${id} not found`)
export const inactiveRun = (id: string): DomainError => conflict(`The run ${id} must be in the 'active' state. Current state is deleted.`)

/** What the parts of the service share. */
interface Core {
  readonly store: RunStore
  readonly metrics: MetricStore
  readonly experiments: Pick<Experiments, 'find'>
  readonly onModelMetrics: ModelMetrics
  readonly now: () => number
  readonly require: Runs['require']
  readonly find: Runs['find']
}

export function createRuns(store: RunStore, metrics: MetricStore, experiments: Pick<Experiments, 'find'>, onModelMetrics: ModelMetrics = () => Promise.resolve(), now: () => number = Date.now): Runs {
  const require: Runs['require'] = async (scope, id, permission) => {
    demandCould(scope, permission)
    const [found] = await store.facts(scope.project, [id])
    if (!found) throw missingRun(id)
    demandOn(scope, permission, { type, id: found.id, ownerId: found.ownerId }, () => missingRun(id))
    return found
  }
  const find: Runs['find'] = async (project, id) => (await store.get(project, [id]))[0]
  const core: Core = { store, metrics, experiments, onModelMetrics, now, require, find }
  return { require, find, ...reading(core), ...living(core), ...logging(core), ...tagging(core) }
}

const reading = ({ store, require, find }: Core): Pick<Runs, 'get' | 'load' | 'search'> => ({
  async get(scope, id) {
    const facts = await require(scope, id, 'tracking.run.read')
    const found = await find(scope.project, facts.id)
    if (!found) throw missingRun(id)
    return found
  },
  async load(scope, ids) {
    demandCould(scope, 'tracking.run.read')
    return (await store.get(scope.project, ids)).map(visibleOf(scope, 'tracking.run.read', type))
  },
  async search(scope, experimentIds, { filter, orderBy = [], view = 'ACTIVE', limit, token }) {
    demandCould(scope, 'tracking.run.read')
    if (limit <= 0) throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer`)
    const readable = readableOnly(scope, 'tracking.run.read', type, 'run_id', parseFilter(filter, runGrammar))
    const search = { filter: readable, orderBy: parseOrderBy(orderBy, runGrammar), view, limit, token }
    const ids = [...new Set(experimentIds.map(experimentId))].filter(isPossibleId)
    return ids.length === 0 ? { items: [] } : store.search(scope.project, ids, search)
  },
})

const living = ({ store, experiments, now, require, find }: Core): Pick<Runs, 'create' | 'update' | 'delete' | 'restore'> => ({
  async create(scope, input) {
    demand(scope, 'tracking.run.create')
    const id = experimentId(input.experimentId)
    const run = { ...newRun(input), experimentId: id, ownerId: scope.actor.principalId }
    const created = isPossibleId(id) ? await store.create(scope.project, run) : undefined
    if (created) return created
    const experiment = await experiments.find(scope.project, id)
    throw experiment ? inactiveExperiment(id) : notFound(`No Experiment with id=${id} exists`)
  },
  async update(scope, id, { name, status, endTime }) {
    const run = await require(scope, id, 'tracking.run.update')
    const change = { ...(status === undefined ? {} : { status }), ...(endTime === undefined ? {} : { endTime }), ...(name ? { name: names.runName(name) } : {}) }
    if (!(await store.update(scope.project, run, change))) throw inactiveRun(run.id)
    const updated = await find(scope.project, run.id)
    if (!updated) throw missingRun(id)
    return updated
  },
  async delete(scope, ids) {
    const runs = await Promise.all(ids.map((id) => require(scope, id, 'tracking.run.delete')))
    await store.delete(scope.project, runs, scope.actor.principalId, now())
  },
  async restore(scope, ids) {
    const runs = await Promise.all(ids.map((id) => require(scope, id, 'tracking.run.delete')))
    await store.restore(scope.project, runs)
  },
})

const logging = ({ store, metrics, onModelMetrics, require }: Core): Pick<Runs, 'logMetric' | 'logParam' | 'logBatch'> => ({
  async logMetric(scope, id, metric) {
    const valid = names.metric(metric)
    const run = await require(scope, id, 'tracking.run.update')
    settle(run, await metrics.logOne(scope.project, run, valid))
    await tellModels(onModelMetrics, scope, run, [valid])
  },
  async logParam(scope, id, param) {
    const valid = names.param(param)
    const run = await require(scope, id, 'tracking.run.update')
    settle(run, await store.log(scope.project, run, { metrics: [], params: [valid], tags: [] }), oneConflict(run))
  },
  async logBatch(scope, id, { metrics: points = [], params = [], tags = [] }) {
    names.batchSizes(points.length, params.length, tags.length)
    const batch = {
      metrics: points.map((m, i) => names.metric(m, `metrics[${i}]`)),
      params: params.map((p, i) => names.param(p, `params[${i}]`)),
      tags: tags.map((t, i) => names.runTag(t, `tags[${i}]`)),
    }
    names.distinctParams(batch.params)
    const run = await require(scope, id, 'tracking.run.update')
    if (points.length + params.length + tags.length === 0) {
      if (!(await store.isActive(scope.project, run))) throw inactiveRun(run.id)
      return
    }
    settle(run, await store.log(scope.project, run, batch))
    await tellModels(onModelMetrics, scope, run, batch.metrics)
  },
})

const tagging = ({ store, require, find }: Core): Pick<Runs, 'setTag' | 'deleteTag' | 'noteModel'> => ({
  async setTag(scope, id, tag) {
    const valid = names.runTag(tag)
    const run = await require(scope, id, 'tracking.run.update')
    settle(run, await store.log(scope.project, run, { metrics: [], params: [], tags: [valid] }))
  },
  async deleteTag(scope, id, key) {
    const run = await require(scope, id, 'tracking.run.update')
    const outcome = await store.deleteTag(scope.project, run, key)
    if (outcome === 'gone') throw inactiveRun(run.id)
    if (outcome === 'absent') throw notFound(`No tag with name: ${key} in run with id ${run.id}`)
  },
  async noteModel(scope, id, json) {
    const note = modelNote(json)
    const run = await require(scope, id, 'tracking.run.update')
    const before = (await find(scope.project, run.id))?.tags.find(({ key }) => key === loggedModelsTag)?.value
    const tag = names.runTag({ key: loggedModelsTag, value: withNote(before, note) })
    settle(run, await store.log(scope.project, run, { metrics: [], params: [], tags: [tag] }))
  },
})

function settle(run: RunFacts, outcome: WriteOutcome, word: (outcome: Extract<WriteOutcome, { kind: 'conflict' }>) => DomainError = manyConflicts(run)): void {
  if (outcome.kind === 'gone') throw inactiveRun(run.id)
  if (outcome.kind === 'conflict') throw word(outcome)
}

async function tellModels(tell: ModelMetrics, scope: Scope, run: RunFacts, logged: readonly NewMetric[]): Promise<void> {
  const named = logged.filter((m) => m.modelId !== undefined)
  if (named.length > 0) await tell(scope, run.id, named)
}

/** A run has one name: the field and the tag mlflow.runName always say the same. */
function newRun({ name: given, userName = '', startTime = 0, tags = [] }: NewRunInput): { name: string; userName: string; startTime: number; tags: Tag[] } {
  const valid = tags.map((tag) => names.runTag(tag))
  const tagged = valid.find(({ key }) => key === runNameTag)?.value
  if (given && tagged !== undefined && given !== tagged)
    throw invalid(`Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${given}', mlflow.runName='${tagged}').`)
  const name = names.runName(given || tagged || randomRunName())
  return { name, userName: names.userName(userName), startTime, tags: [...valid.filter(({ key }) => key !== runNameTag), { key: runNameTag, value: name }] }
}

const oneConflict =
  (run: RunFacts) =>
  ({ conflicts: [first] }: Extract<WriteOutcome, { kind: 'conflict' }>): DomainError =>
    conflict(
      `Changing param values is not allowed. Param with key='${first?.key}' was already logged with value='${first?.before}' for run ID='${run.id}'. Attempted logging new value '${first?.after}'.`,
    )

const manyConflicts =
  (run: RunFacts) =>
  ({ conflicts }: Extract<WriteOutcome, { kind: 'conflict' }>): DomainError =>
    conflict(
      `Changing param values is not allowed. Params were already logged='[${conflicts.map((c) => `{'key': '${c.key}', 'old_value': '${c.before}', 'new_value': '${c.after}'}`).join(', ')}]' for run ID='${run.id}'.`,
    )
