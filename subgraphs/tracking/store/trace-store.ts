/** The tables `trace` and `trace_link` in SQL. Tags and metadata are documents: written by key, searched by key. */
import type { TraceStore } from '#tracking/domain/trace-store.ts'
import type { Projects, Statements } from '#tracking/store/project-statements.ts'
import { assessmentsOf, writeAssessment } from '#tracking/store/trace-assessment-store.ts'
import { infoOf, traceColumns, type TraceRow } from '#tracking/store/trace-rows.ts'
import { searchTraces } from '#tracking/store/trace-search.ts'
import { spanStatements } from '#tracking/store/trace-span-store.ts'
import type { TraceInfo } from '#tracking/domain/trace.ts'

export async function readTraces(at: Statements, ids: readonly string[]): Promise<(TraceInfo | undefined)[]> {
  if (ids.length === 0) return []
  const rows = await at.query<TraceRow>({
    name: 'trace.get',
    text: `SELECT ${traceColumns} FROM trace t JOIN experiment e ON e.experiment_id = t.experiment_id AND e.project_id = $1::int WHERE t.project_id = $1 AND t.trace_id = ANY ($2::text[])`,
    values: [at.projectId, ids],
  })
  const assessments = await assessmentsOf(
    at,
    rows.map((row) => row.trace_id),
  )
  const found = new Map(rows.map((row) => [row.trace_id, infoOf(row, assessments.get(row.trace_id) ?? [])]))
  return ids.map((id) => found.get(id))
}

export const createTraceStore = (projects: Projects): TraceStore => ({ ...starting(projects), ...reading(projects), ...changing(projects), ...spanStatements(projects) })

const starting = (projects: Projects): Pick<TraceStore, 'start' | 'end'> => ({
  async start(project, trace) {
    return (await projects.inProject(project)).transaction(async (at) => {
      // Spans may have come first: what they said of time and state gives way, words and previews are added to.
      const rows = await at.query({
        name: 'trace.start',
        text: `INSERT INTO trace AS t (project_id, trace_id, experiment_id, request_time, execution_ms, state, client_request_id, request_preview, response_preview, tags, metadata, owner_id)
          SELECT $1::int, $2::text, e.experiment_id, $4::bigint, $5::bigint, $6::text, $7::text, $8::text, $9::text, $10::jsonb, $11::jsonb, $12::text
          FROM experiment e WHERE e.project_id = $1 AND e.wire_id = $3::bigint AND e.active
          ON CONFLICT (project_id, trace_id) DO UPDATE SET experiment_id = excluded.experiment_id, request_time = excluded.request_time, execution_ms = excluded.execution_ms, state = excluded.state,
            client_request_id = excluded.client_request_id, request_preview = coalesce(excluded.request_preview, t.request_preview), response_preview = coalesce(excluded.response_preview, t.response_preview),
            tags = t.tags || excluded.tags, metadata = t.metadata || excluded.metadata
          RETURNING 1`,
        values: [
          at.projectId,
          trace.id,
          trace.experimentId,
          trace.requestTime,
          trace.executionMs,
          trace.state,
          trace.clientRequestId,
          trace.requestPreview,
          trace.responsePreview,
          JSON.stringify(trace.tags),
          JSON.stringify(trace.metadata),
          trace.ownerId,
        ],
      })
      if (rows.length === 0) return undefined
      for (const assessment of trace.assessments) await writeAssessment(at, assessment, true)
      return (await readTraces(at, [trace.id]))[0]
    })
  },
  async end(project, id, { executionMs, state, tags, metadata }) {
    const at = await projects.inProject(project)
    await at.query({
      text: 'UPDATE trace SET execution_ms = $3::bigint, state = $4, tags = tags || $5::jsonb, metadata = metadata || $6::jsonb WHERE project_id = $1::int AND trace_id = $2',
      values: [at.projectId, id, executionMs, state, JSON.stringify(tags), JSON.stringify(metadata)],
    })
  },
})

const reading = (projects: Projects): Pick<TraceStore, 'get' | 'search' | 'select'> => ({
  async get(project, ids) {
    return ids.length === 0 ? [] : readTraces(await projects.inProject(project), ids)
  },
  async search(project, search) {
    const at = await projects.inProject(project)
    const { items, nextToken } = await searchTraces(at, search)
    const found = await readTraces(at, items)
    return { items: found.filter((trace) => trace !== undefined), ...(nextToken === undefined ? {} : { nextToken }) }
  },
  async select(project, { experimentId, maxTimestamp, ids }, after, limit) {
    const at = await projects.inProject(project)
    const [time, id] = after === undefined ? [null, null] : [after.slice(0, after.indexOf(' ')), after.slice(after.indexOf(' ') + 1)]
    const rows = await at.query<{ trace_id: string; owner_id: string | null; request_time: string }>({
      text: `SELECT t.trace_id, t.owner_id, t.request_time FROM trace t
        WHERE t.project_id = $1::int AND t.experiment_id = (SELECT experiment_id FROM experiment WHERE project_id = $1 AND wire_id = $2::bigint)
          AND ($3::bigint IS NULL OR t.request_time <= $3) AND ($4::text[] IS NULL OR t.trace_id = ANY ($4))
          AND ($5::bigint IS NULL OR (t.request_time, t.trace_id) > ($5, $6::text))
        ORDER BY t.request_time, t.trace_id LIMIT $7::bigint`,
      values: [at.projectId, experimentId, maxTimestamp ?? null, ids ?? null, time, id, limit],
    })
    return rows.map((row) => ({ id: row.trace_id, ownerId: row.owner_id, place: `${row.request_time} ${row.trace_id}` }))
  },
})

const changing = (projects: Projects): Pick<TraceStore, 'setTag' | 'deleteTag' | 'delete' | 'link'> => ({
  async setTag(project, id, key, value) {
    const at = await projects.inProject(project)
    const rows = await at.query({
      text: 'UPDATE trace SET tags = tags || jsonb_build_object($3::text, $4::text) WHERE project_id = $1::int AND trace_id = $2 RETURNING 1',
      values: [at.projectId, id, key, value],
    })
    return rows.length > 0
  },
  async deleteTag(project, id, key) {
    const at = await projects.inProject(project)
    const rows = await at.query({ text: 'UPDATE trace SET tags = tags - $3::text WHERE project_id = $1::int AND trace_id = $2 AND tags ? $3 RETURNING 1', values: [at.projectId, id, key] })
    return rows.length > 0
  },
  async delete(project, ids) {
    if (ids.length === 0) return 0
    const at = await projects.inProject(project)
    return (await at.query({ text: 'DELETE FROM trace WHERE project_id = $1::int AND trace_id = ANY ($2::text[]) RETURNING 1', values: [at.projectId, ids] })).length
  },
  async link(project, ids, kind, targets) {
    if (ids.length === 0 || targets.length === 0) return
    const at = await projects.inProject(project)
    await at.query({
      text: `INSERT INTO trace_link (project_id, trace_id, kind, target)
        SELECT $1::int, t.trace_id, $3::text, x.target FROM trace t CROSS JOIN unnest($4::text[]) AS x(target)
        WHERE t.project_id = $1 AND t.trace_id = ANY ($2::text[]) ORDER BY t.trace_id, x.target ON CONFLICT DO NOTHING`,
      values: [at.projectId, ids, kind, targets],
    })
  },
})
