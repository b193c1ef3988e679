/** Traces: start, find, tag, link, delete, and take in spans. Reference: mlflow/store/tracking/sqlalchemy_store.py. */
import { demand } from '#shared/access.ts'
import type { ProjectRef, Scope } from '#shared/actor.ts'
import { conflict, invalid, notFound, type DomainError } from '#shared/errors.ts'
import { isHexId, newHexId } from '#shared/ids.ts'
import { storableText } from '#shared/names.ts'
import type { Page } from '#shared/paging.ts'
import { decide, type Permission } from '#shared/policy.ts'
import { experimentArtifactUri } from '#tracking/domain/artifact-uri.ts'
import type { Assessment, NewAssessment } from '#tracking/domain/assessment.ts'
import { newAssessment } from '#tracking/domain/assessments.ts'
import { demandCould } from '#tracking/domain/decisions.ts'
import { experimentId, inactiveExperiment, isPossibleId } from '#tracking/domain/experiments.ts'
import { parseTraceFilter, parseTraceOrder } from '#tracking/domain/trace-filter.ts'
import { changeableTag, isTraceId, missingTrace, newTraceId, newWords, traceLimits, traceTag } from '#tracking/domain/trace-names.ts'
import { aggregateOf } from '#tracking/domain/trace-spans.ts'
import type { SpanBatch, TraceSelection, TraceStore } from '#tracking/domain/trace-store.ts'
import { expectedSpans, inTrackingStore, traceKeys, type Span, type Trace, type TraceInfo, type TraceState, type Words } from '#tracking/domain/trace.ts'

export interface NewTraceInput {
  readonly id: string
  readonly experimentId: string
  readonly requestTime: number
  readonly executionMs: number | null
  readonly state: TraceState
  readonly clientRequestId?: string | undefined
  readonly requestPreview?: string | undefined
  readonly responsePreview?: string | undefined
  readonly tags: Words
  readonly metadata: Words
  readonly assessments: readonly NewAssessment[]
}

export interface TraceSearchInput {
  readonly experimentIds: readonly string[]
  readonly filter?: string | undefined
  readonly orderBy?: readonly string[] | undefined
  readonly limit: number
  readonly token?: string | undefined
}

export interface TraceDeletion {
  readonly experimentId: string
  readonly maxTimestamp?: number | undefined
  readonly maxTraces?: number | undefined
  readonly ids?: readonly string[] | undefined
}

/** Spans that share a resource, as a client sends them. */
export interface SentSpans {
  readonly spans: readonly Span[]
  /** The tags that the resource gives to their traces. */
  readonly resource: Words
}

export interface Traces {
  start(scope: Scope, input: NewTraceInput): Promise<TraceInfo>
  /** The protocol before MLflow 3: the server makes the id, the client ends the trace in a second request. */
  startV2(scope: Scope, input: { readonly experimentId: string; readonly timestamp: number; readonly tags: Words; readonly metadata: Words }): Promise<TraceInfo>
  endV2(scope: Scope, id: string, end: { readonly timestamp: number; readonly state: TraceState; readonly tags: Words; readonly metadata: Words }): Promise<TraceInfo>
  get(scope: Scope, id: string): Promise<TraceInfo>
  /** With its spans: all of them, unless `isPartial` allows fewer. */
  getWhole(scope: Scope, id: string, isPartial: boolean): Promise<Trace>
  /** Those that exist and are complete, in the order of `ids`. */
  getMany(scope: Scope, ids: readonly string[], experimentIds?: readonly string[]): Promise<Trace[]>
  infos(scope: Scope, ids: readonly string[], experimentIds?: readonly string[]): Promise<TraceInfo[]>
  search(scope: Scope, search: TraceSearchInput): Promise<Page<TraceInfo>>
  setTag(scope: Scope, id: string, key: string, value: string): Promise<void>
  deleteTag(scope: Scope, id: string, key: string): Promise<void>
  /** How many went. */
  delete(scope: Scope, deletion: TraceDeletion): Promise<number>
  linkToRun(scope: Scope, ids: readonly string[], runId: string): Promise<void>
  linkPrompts(scope: Scope, id: string, prompts: readonly { readonly name: string; readonly version: string }[]): Promise<void>
  logSpans(scope: Scope, experimentId: string, sent: readonly SentSpans[], runId?: string): Promise<void>
}

/** The part of the core that traces need: lookups without a decision. */
export interface TraceCore {
  readonly experiments: { find(project: ProjectRef, id: string): Promise<{ readonly id: string; readonly active: boolean } | undefined> }
  readonly runs: { find(project: ProjectRef, id: string): Promise<{ readonly id: string } | undefined> }
}

const type = 'tracking.trace'
const missingExperiment = (id: string): DomainError => notFound(`No Experiment with id=${id} exists`)
const missingRun = (id: string): DomainError => notFound(`Run with id=${id} not found`)

/** Files of a trace are files of the project: a place of their own below its root, outside every experiment. */
const artifactLocation = (project: ProjectRef, id: string): string => `${experimentArtifactUri(project, 'traces')}/${id}/artifacts`

/** What the parts of the service share. */
interface Parts {
  readonly store: TraceStore
  readonly core: TraceCore
  readonly now: () => number
  readonly require: (scope: Scope, id: string, permission: Permission) => Promise<TraceInfo>
  /** Why nothing could be stored in an experiment. */
  readonly noExperiment: (scope: Scope, id: string) => Promise<DomainError>
}

/** Where the project has no such trace, and where the actor may not: the same as for runs (domain/runs.ts). */
export const traceFinder =
  (store: Pick<TraceStore, 'get'>) =>
  async (scope: Scope, id: string, permission: Permission, missing: (id: string) => DomainError = missingTrace): Promise<TraceInfo> => {
    demandCould(scope, permission)
    const [found] = isTraceId(id) ? await store.get(scope.project, [id]) : []
    if (!found) throw missing(id)
    demand(scope, permission, { type, id: found.id, ownerId: found.ownerId })
    return found
  }

export function createTraces({ store, core, now = Date.now }: { readonly store: TraceStore; readonly core: TraceCore; readonly now?: () => number }): Traces {
  const noExperiment = async (scope: Scope, id: string): Promise<DomainError> => ((await core.experiments.find(scope.project, id)) ? inactiveExperiment(id) : missingExperiment(id))
  const parts: Parts = { store, core, now, require: traceFinder(store), noExperiment }
  return { ...starting(parts), ...reading(parts), ...changing(parts), ...linking(parts) }
}

function experimentOf(text: string): string {
  if (text === '') throw invalid("Missing value for required parameter 'experiment_id'. See the API docs for more information about request parameters.", 'experiment_id')
  return experimentId(text)
}

const starting = ({ store, now, require, noExperiment }: Parts): Pick<Traces, 'start' | 'startV2' | 'endV2'> => {
  const create = async (scope: Scope, input: NewTraceInput, assessments: readonly Assessment[], metadata: Words): Promise<TraceInfo> => {
    const experiment = experimentOf(input.experimentId)
    const { id, requestTime, executionMs, state } = input
    const optional = (text: string | undefined, what: string): string | null => (text === undefined ? null : storableText(text, what, traceLimits.text))
    const trace = {
      id,
      experimentId: experiment,
      requestTime,
      executionMs,
      state,
      clientRequestId: optional(input.clientRequestId, 'client_request_id'),
      requestPreview: optional(input.requestPreview, 'request_preview'),
      responsePreview: optional(input.responsePreview, 'response_preview'),
      tags: { ...newWords(input.tags, 'tags'), [traceKeys.artifactLocation]: artifactLocation(scope.project, id) },
      metadata,
      ownerId: scope.actor.principalId,
      assessments,
    }
    const created = isPossibleId(experiment) ? await store.start(scope.project, trace) : undefined
    if (!created) throw await noExperiment(scope, experiment)
    return created
  }
  return {
    async start(scope, input) {
      demand(scope, 'tracking.trace.create')
      const id = newTraceId(input.id)
      const [before] = await store.get(scope.project, [id])
      // Sent once more, or after its spans: it is the sender's to change.
      if (before) demand(scope, 'tracking.trace.update', { type, id, ownerId: before.ownerId })
      const assessments = input.assessments.map((assessment) => newAssessment(scope, id, assessment, now()))
      return create(scope, { ...input, id }, assessments, { ...newWords(input.metadata, 'trace_metadata'), [traceKeys.finalized]: 'true' })
    },
    async startV2(scope, { timestamp, ...input }) {
      demand(scope, 'tracking.trace.create')
      return create(scope, { ...input, id: newHexId(), requestTime: timestamp, executionMs: null, state: 'IN_PROGRESS', assessments: [] }, [], newWords(input.metadata, 'trace_metadata'))
    },
    async endV2(scope, id, { timestamp, state, tags, metadata }) {
      const trace = await require(scope, id, 'tracking.trace.update')
      await store.end(scope.project, trace.id, { executionMs: timestamp - trace.requestTime, state, tags: newWords(tags, 'tags'), metadata: newWords(metadata, 'trace_metadata') })
      return require(scope, id, 'tracking.trace.update')
    },
  }
}

const reading = ({ store, require }: Parts): Pick<Traces, 'get' | 'getWhole' | 'getMany' | 'infos' | 'search'> => {
  const infos: Traces['infos'] = async (scope, ids, experimentIds) => {
    demand(scope, 'tracking.trace.read')
    if (ids.length > traceLimits.batch) throw invalid(`At most ${traceLimits.batch} traces can be read at once. Got ${ids.length}.`, 'trace_ids')
    const wanted = experimentIds && new Set(experimentIds.map(experimentId))
    const found = await store.get(scope.project, [...new Set(ids)].filter(isTraceId))
    return found.filter((trace) => trace !== undefined).filter((trace) => !wanted || wanted.has(trace.experimentId))
  }
  return {
    infos,
    get: (scope, id) => require(scope, id, 'tracking.trace.read'),
    async getWhole(scope, id, isPartial) {
      demandCould(scope, 'tracking.trace.read')
      const info = await require(scope, id, 'tracking.trace.read').catch((error: unknown) => {
        throw error instanceof Error && 'code' in error && error.code === 'NOT_FOUND' ? notFound(`Trace with ID ${id} is not found.`) : error
      })
      if (info.tags[traceKeys.spansLocation] !== inTrackingStore) throw notFound('Trace data not stored in tracking store')
      const spans = (await store.spans(scope.project, [info.id])).get(info.id) ?? []
      if (!isPartial && !isComplete(info, spans)) throw notFound(`Trace with ID ${id} is not fully exported yet, please try again later.`)
      return { info, spans }
    },
    async getMany(scope, ids, experimentIds) {
      const stored = (await infos(scope, ids, experimentIds)).filter(({ tags }) => tags[traceKeys.spansLocation] === inTrackingStore)
      const spans = await store.spans(
        scope.project,
        stored.map(({ id }) => id),
      )
      return stored.map((info) => ({ info, spans: spans.get(info.id) ?? [] })).filter((trace) => isComplete(trace.info, trace.spans))
    },
    async search(scope, { experimentIds, filter, orderBy = [], limit, token }) {
      demand(scope, 'tracking.trace.read')
      if (limit <= 0) throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer`, 'max_results')
      const search = { filter: parseTraceFilter(filter), orderBy: parseTraceOrder(orderBy), limit, token }
      const ids = [...new Set(experimentIds.map(experimentId))].filter(isPossibleId)
      return ids.length === 0 ? { items: [] } : store.search(scope.project, { ...search, experimentIds: ids })
    },
  }
}

const isComplete = (info: TraceInfo, spans: readonly Span[]): boolean => spans.length > 0 && spans.length >= (expectedSpans(info) ?? 0)

const PIECE = 1_000

const changing = ({ store, require }: Parts): Pick<Traces, 'setTag' | 'deleteTag' | 'delete'> => ({
  async setTag(scope, id, key, value) {
    changeableTag(key, 'set')
    const [name, text] = traceTag(key, value)
    const trace = await require(scope, id, 'tracking.trace.update')
    if (!(await store.setTag(scope.project, trace.id, name, text))) throw missingTrace(id)
  },
  async deleteTag(scope, id, key) {
    changeableTag(key, 'deleted')
    const missing = (): DomainError => notFound(`No trace tag with key '${key}' for trace with ID '${id}'`)
    const trace = await require(scope, id, 'tracking.trace.update').catch((error: unknown) => {
      throw error instanceof Error && 'code' in error && error.code === 'NOT_FOUND' ? missing() : error
    })
    if (!(await store.deleteTag(scope.project, trace.id, storableText(key, 'key')))) throw missing()
  },
  async delete(scope, deletion) {
    demandCould(scope, 'tracking.trace.delete')
    const selection = checkedDeletion(deletion)
    if (!isPossibleId(selection.experimentId)) return 0
    let deleted = 0
    for (let after: string | undefined; ; ) {
      const limit = Math.min(PIECE, (deletion.maxTraces ?? Number.POSITIVE_INFINITY) - deleted)
      if (limit <= 0) return deleted
      const found = await store.select(scope.project, selection, after, limit)
      const allowed = found.filter(({ id, ownerId }) => mayDelete(scope, id, ownerId, selection.ids !== undefined))
      deleted += await store.delete(
        scope.project,
        allowed.map(({ id }) => id),
      )
      after = found.at(-1)?.place
      if (found.length < limit) return deleted
    }
  },
})

/** A trace that was named is refused by name; a sweep by time takes what it may. */
function mayDelete(scope: Scope, id: string, ownerId: string | null, isNamed: boolean): boolean {
  const facts = { type, id, ownerId }
  if (isNamed) demand(scope, 'tracking.trace.delete', facts)
  return decide(scope.actor, 'tracking.trace.delete', scope.project.id, facts).allowed
}

function checkedDeletion({ experimentId: experiment, maxTimestamp, maxTraces, ids }: TraceDeletion): TraceSelection {
  if (maxTimestamp === undefined && !ids?.length) throw invalid('Either `max_timestamp_millis` or `trace_ids` must be specified.')
  if (maxTimestamp !== undefined && ids?.length) throw invalid('Only one of `max_timestamp_millis` and `trace_ids` can be specified.')
  if (maxTraces !== undefined && ids?.length) throw invalid("`max_traces` can't be specified if `trace_ids` is specified.")
  if (maxTraces !== undefined && maxTraces <= 0) throw invalid(`\`max_traces\` must be a positive integer, received ${maxTraces}.`)
  return { experimentId: experimentId(experiment), maxTimestamp, ids: ids?.length ? ids.filter(isTraceId) : undefined }
}

const linking = ({ store, core, require, noExperiment }: Parts): Pick<Traces, 'linkToRun' | 'linkPrompts' | 'logSpans'> => {
  const linkToRun: Traces['linkToRun'] = async (scope, ids, runId) => {
    demandCould(scope, 'tracking.trace.update')
    if (ids.length > traceLimits.linksPerRequest) throw invalid(`Cannot link more than ${traceLimits.linksPerRequest} traces to a run in a single request. Provided ${ids.length} traces.`, 'trace_ids')
    const run = isHexId(runId) ? await core.runs.find(scope.project, runId) : undefined
    if (!run) throw missingRun(runId)
    const traces = (await store.get(scope.project, ids.filter(isTraceId))).filter((trace) => trace !== undefined)
    for (const { id, ownerId } of traces) demand(scope, 'tracking.trace.update', { type, id, ownerId })
    await store.link(
      scope.project,
      traces.map(({ id }) => id),
      'run',
      [run.id],
    )
  }
  return {
    linkToRun,
    async linkPrompts(scope, id, prompts) {
      const trace = await require(scope, id, 'tracking.trace.update')
      if (prompts.length > traceLimits.linksPerRequest) throw invalid(`Cannot link more than ${traceLimits.linksPerRequest} prompts to a trace in a single request.`, 'prompt_versions')
      await store.link(
        scope.project,
        [trace.id],
        'prompt',
        prompts.map(({ name, version }) => storableText(`${name}/${version}`, 'prompt_versions', traceLimits.tagKey * 2)),
      )
    },
    async logSpans(scope, experiment, sent, runId) {
      demand(scope, 'tracking.trace.create')
      const batches = batchesOf(scope.project, sent)
      if (batches.length === 0) return
      const id = experimentOf(experiment)
      const before = await store.get(
        scope.project,
        batches.map(({ traceId }) => traceId),
      )
      for (const trace of before) if (trace) demand(scope, 'tracking.trace.update', { type, id: trace.id, ownerId: trace.ownerId })
      if (!isPossibleId(id) || !(await store.logSpans(scope.project, id, scope.actor.principalId, batches))) throw await noExperiment(scope, id)
      const roots = batches.filter(({ aggregate }) => aggregate.state !== undefined).map(({ traceId }) => traceId)
      if (runId !== undefined && roots.length > 0) for (let i = 0; i < roots.length; i += traceLimits.linksPerRequest) await linkToRun(scope, roots.slice(i, i + traceLimits.linksPerRequest), runId)
    },
  }
}

/** By trace, sorted by id: whoever locks several locks them in one order. */
function batchesOf(project: ProjectRef, sent: readonly SentSpans[]): SpanBatch[] {
  const all = sent.flatMap(({ spans, resource }) => spans.map((span) => ({ span, resource })))
  if (all.length > traceLimits.spansPerRequest) throw conflict(`A request can hold at most ${traceLimits.spansPerRequest} spans. Got ${all.length}.`)
  return [...Map.groupBy(all, ({ span }) => span.traceId)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([traceId, group]) => {
      // The last of equal ids: a span that was sent twice.
      const spans = [...new Map(group.map(({ span }) => [span.spanId, span])).values()]
      const resource = group.find((entry) => Object.keys(entry.resource).length > 0)?.resource ?? {}
      return { traceId, spans, aggregate: aggregateOf(spans, resource), artifactLocation: artifactLocation(project, traceId) }
    })
}
