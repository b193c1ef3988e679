/**
 * The table `span` in SQL, and what a batch of spans changes of its traces: all of it or nothing. Traces are locked in the
 * order of their ids before anything is written, so two batches about the same traces come one after the other.
 */
import type { SpanBatch, TraceStore } from '#tracking/domain/trace-store.ts'
import { totals, usageAttributes, usageOf, type SpanUsage } from '#tracking/domain/trace-spans.ts'
import { traceKeys, type Span, type Words } from '#tracking/domain/trace.ts'
import { dump, parseTyped, storable } from '#tracking/domain/trace-value.ts'
import type { Projects, Statements } from '#tracking/store/project-statements.ts'
import { eventsText, linksText, spanColumns, spanOf, type SpanRow } from '#tracking/store/trace-rows.ts'

const PIECE = 1_000

export const spanStatements = (projects: Projects): Pick<TraceStore, 'spans' | 'logSpans'> => ({
  async spans(project, traceIds) {
    if (traceIds.length === 0) return new Map()
    const at = await projects.inProject(project)
    const rows = await at.query<SpanRow>({
      name: 'span.of-traces',
      text: `SELECT ${spanColumns} FROM span WHERE project_id = $1::int AND trace_id = ANY ($2::text[]) ORDER BY trace_id, (parent_id IS NOT NULL), start_ns, span_id`,
      values: [at.projectId, traceIds],
    })
    return Map.groupBy(rows.map(spanOf), ({ traceId }) => traceId)
  },
  async logSpans(project, experimentId, ownerId, batches) {
    return (await projects.inProject(project)).transaction(async (at) => {
      if (!(await createMissing(at, experimentId, ownerId, batches))) return false
      const before = await lockTraces(at, batches)
      await writeSpans(
        at,
        batches.flatMap(({ spans }) => spans),
      )
      const sums = await sumsOf(at, batches)
      await writeChanges(
        at,
        batches.flatMap((batch) => changeOf(batch, before.get(batch.traceId), sums.get(batch.traceId)) ?? []),
      )
      return true
    })
  },
})

/** The traces that are not there yet. False: there is no such active experiment. */
async function createMissing(at: Statements, experimentId: string, ownerId: string, batches: readonly SpanBatch[]): Promise<boolean> {
  const [experiment] = await at.query<{ experiment_id: number }>({
    name: 'trace.experiment',
    text: 'SELECT experiment_id FROM experiment WHERE project_id = $1::int AND wire_id = $2::bigint AND active',
    values: [at.projectId, experimentId],
  })
  if (!experiment) return false
  await at.query({
    name: 'trace.create-missing',
    text: `INSERT INTO trace (project_id, trace_id, experiment_id, request_time, execution_ms, state, tags, owner_id)
      SELECT $1::int, x.trace_id, $2::int, x.start_ms, x.end_ms - x.start_ms, coalesce(x.state, 'IN_PROGRESS'), jsonb_build_object('${traceKeys.artifactLocation}', x.location), $8::text
      FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[]) AS x(trace_id, start_ms, end_ms, state, location)
      ORDER BY x.trace_id ON CONFLICT (project_id, trace_id) DO NOTHING`,
    values: [
      at.projectId,
      experiment.experiment_id,
      batches.map((b) => b.traceId),
      batches.map((b) => b.aggregate.startMs),
      batches.map((b) => b.aggregate.endMs),
      batches.map((b) => b.aggregate.state ?? null),
      batches.map((b) => b.artifactLocation),
      ownerId,
    ],
  })
  return true
}

interface Before {
  readonly request_time: string
  readonly execution_ms: string | null
  readonly state: string
  readonly request_preview: string | null
  readonly response_preview: string | null
  readonly metadata: Words
}

async function lockTraces(at: Statements, batches: readonly SpanBatch[]): Promise<Map<string, Before>> {
  const rows = await at.query<Before & { trace_id: string }>({
    name: 'trace.lock',
    text: 'SELECT trace_id, request_time, execution_ms, state, request_preview, response_preview, metadata FROM trace WHERE project_id = $1::int AND trace_id = ANY ($2::text[]) ORDER BY trace_id FOR NO KEY UPDATE',
    values: [at.projectId, batches.map((b) => b.traceId)],
  })
  return new Map(rows.map((row) => [row.trace_id, row]))
}

async function writeSpans(at: Statements, spans: readonly Span[]): Promise<void> {
  for (let i = 0; i < spans.length; i += PIECE) {
    const piece = spans.slice(i, i + PIECE)
    const column = <T>(pick: (span: Span) => T): T[] => piece.map(pick)
    await at.query({
      name: 'span.write',
      text: `INSERT INTO span (project_id, trace_id, span_id, parent_id, name, type, status, message, start_ns, end_ns, attributes, events, links)
        SELECT $1::int, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::numeric[], $10::numeric[], $11::jsonb[], $12::jsonb[], $13::jsonb[])
          AS x(trace_id, span_id, parent_id, name, type, status, message, start_ns, end_ns, attributes, events, links)
        ORDER BY trace_id, span_id
        ON CONFLICT (project_id, trace_id, span_id) DO UPDATE SET parent_id = excluded.parent_id, name = excluded.name, type = excluded.type, status = excluded.status, message = excluded.message,
          start_ns = excluded.start_ns, end_ns = excluded.end_ns, attributes = excluded.attributes, events = excluded.events, links = excluded.links`,
      values: [
        at.projectId,
        column((s) => s.traceId),
        column((s) => s.spanId),
        column((s) => s.parentId),
        column((s) => storable(s.name)),
        column((s) => storable(s.type)),
        column((s) => s.status),
        column((s) => storable(s.statusMessage)),
        column((s) => s.startNs.toString()),
        column((s) => s.endNs.toString()),
        column((s) => dump(s.attributes)),
        column((s) => eventsText(s.events)),
        column((s) => linksText(s.links)),
      ],
    })
  }
}

/** Tokens and cost over the whole tree, of traces whose batch tells of any: what came before counts with it. */
async function sumsOf(at: Statements, batches: readonly SpanBatch[]): Promise<Map<string, Words>> {
  const telling = batches.filter(({ spans }) => spans.some((span) => usageOf(span).usage !== null || usageOf(span).cost !== null)).map(({ traceId }) => traceId)
  if (telling.length === 0) return new Map()
  const rows = await at.query<{ trace_id: string; span_id: string; parent_id: string | null; usage: string | null; cost: string | null }>({
    name: 'span.usage',
    text: `SELECT trace_id, span_id, parent_id, (attributes -> '${usageAttributes.usage}')::text AS usage, (attributes -> '${usageAttributes.cost}')::text AS cost
      FROM span WHERE project_id = $1::int AND trace_id = ANY ($2::text[])`,
    values: [at.projectId, telling],
  })
  const json = (text: string | null) => (text === null ? null : (parseTyped(text) ?? null))
  const spans = rows.map((row): SpanUsage & { traceId: string } => ({ traceId: row.trace_id, spanId: row.span_id, parentId: row.parent_id, usage: json(row.usage), cost: json(row.cost) }))
  return new Map([...Map.groupBy(spans, ({ traceId }) => traceId)].map(([traceId, group]) => [traceId, totals(group)]))
}

interface Change {
  readonly traceId: string
  readonly requestTime: number
  readonly executionMs: number | null
  readonly state: string
  readonly requestPreview: string | null
  readonly responsePreview: string | null
  readonly tags: Words
  readonly metadata: Words
}

/** Once the client has said when the trace began and ended, and what it used, spans do not change that any more. */
function changeOf({ traceId, aggregate }: SpanBatch, before: Before | undefined, sums: Words = {}): Change | undefined {
  if (!before) return undefined
  const isFinal = before.metadata[traceKeys.finalized] !== undefined
  const began = Number(before.request_time)
  const took = before.execution_ms === null ? null : Number(before.execution_ms)
  const start = isFinal ? began : Math.min(began, aggregate.startMs)
  const end = Math.max(took === null ? Number.NEGATIVE_INFINITY : began + took, aggregate.endMs ?? Number.NEGATIVE_INFINITY)
  const isOpen = before.state === 'IN_PROGRESS' || before.state === 'STATE_UNSPECIFIED'
  const kept = Object.fromEntries(Object.entries(sums).filter(([key]) => !isFinal || before.metadata[key] === undefined))
  return {
    traceId,
    requestTime: start,
    executionMs: isFinal ? took : Number.isFinite(end) ? end - start : null,
    state: (isOpen ? aggregate.state : undefined) ?? before.state,
    requestPreview: before.request_preview ?? aggregate.requestPreview,
    responsePreview: before.response_preview ?? aggregate.responsePreview,
    tags: aggregate.tags,
    metadata: { ...aggregate.metadata, ...before.metadata, ...kept },
  }
}

async function writeChanges(at: Statements, changes: readonly Change[]): Promise<void> {
  const column = <T>(pick: (change: Change) => T): T[] => changes.map(pick)
  await at.query({
    name: 'trace.change',
    text: `UPDATE trace t SET request_time = x.request_time, execution_ms = x.execution_ms, state = x.state, request_preview = x.request_preview, response_preview = x.response_preview,
        tags = t.tags || x.tags, metadata = x.metadata
      FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::jsonb[], $9::jsonb[])
        AS x(trace_id, request_time, execution_ms, state, request_preview, response_preview, tags, metadata)
      WHERE t.project_id = $1::int AND t.trace_id = x.trace_id`,
    values: [
      at.projectId,
      column((c) => c.traceId),
      column((c) => c.requestTime),
      column((c) => c.executionMs),
      column((c) => c.state),
      column((c) => c.requestPreview),
      column((c) => c.responsePreview),
      column((c) => JSON.stringify(c.tags)),
      column((c) => JSON.stringify(c.metadata)),
    ],
  })
}
