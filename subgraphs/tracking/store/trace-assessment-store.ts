/** The table `assessment` in SQL. */
import type { ProjectRef } from '#shared/actor.ts'
import type { Assessment } from '#tracking/domain/assessment.ts'
import type { AssessmentStore } from '#tracking/domain/trace-store.ts'
import { dump } from '#tracking/domain/trace-value.ts'
import type { Projects, Statements } from '#tracking/store/project-statements.ts'
import { assessmentColumns, assessmentOf, type AssessmentRow } from '#tracking/store/trace-rows.ts'

const documents = (a: Assessment): { readonly value: string; readonly error: string | null; readonly metadata: string } => ({
  value: dump(a.value),
  error: a.error && JSON.stringify(a.error),
  metadata: JSON.stringify(a.metadata),
})

/** False where the trace is gone, or has an assessment of this id already and `replace` is not asked for. */
export async function writeAssessment(at: Statements, a: Assessment, replace = false): Promise<boolean> {
  const { value, error, metadata } = documents(a)
  const rows = await at.query({
    text: `INSERT INTO assessment (project_id, trace_id, assessment_id, kind, name, value, error, source_type, source_id, span_id, rationale, metadata, overrides, valid, create_time, update_time, owner_id)
      SELECT $1::int, $2::text, $3::text, $4::text, $5::text, $6::jsonb, $7::jsonb, $8::text, $9::text, $10::text, $11::text, $12::jsonb, $13::text, $14::boolean, $15::bigint, $16::bigint, $17::text
      FROM trace t WHERE t.project_id = $1 AND t.trace_id = $2
      ON CONFLICT (project_id, trace_id, assessment_id) ${replace ? 'DO UPDATE SET name = excluded.name, value = excluded.value, error = excluded.error, rationale = excluded.rationale, metadata = excluded.metadata, valid = excluded.valid, update_time = excluded.update_time' : 'DO NOTHING'}
      RETURNING 1`,
    values: [at.projectId, a.traceId, a.id, a.kind, a.name, value, error, a.sourceType, a.sourceId, a.spanId, a.rationale, metadata, a.overrides, a.valid, a.createTime, a.updateTime, a.ownerId],
  })
  return rows.length > 0
}

/** In the order in which they came. */
export async function assessmentsOf(at: Statements, traceIds: readonly string[]): Promise<Map<string, Assessment[]>> {
  if (traceIds.length === 0) return new Map()
  const rows = await at.query<AssessmentRow>({
    name: 'assessment.of-traces',
    text: `SELECT ${assessmentColumns} FROM assessment WHERE project_id = $1::int AND trace_id = ANY ($2::text[]) ORDER BY seq`,
    values: [at.projectId, traceIds],
  })
  return Map.groupBy(rows.map(assessmentOf), ({ traceId }) => traceId)
}

const setValid = (at: Statements, traceId: string, id: string, valid: boolean): Promise<unknown[]> =>
  at.query({ text: 'UPDATE assessment SET valid = $4::boolean WHERE project_id = $1::int AND trace_id = $2 AND assessment_id = $3 RETURNING 1', values: [at.projectId, traceId, id, valid] })

export function createAssessmentStore(projects: Projects): AssessmentStore {
  const find = async (at: Statements, traceId: string, id: string, lock = ''): Promise<Assessment | undefined> => {
    const [row] = await at.query<AssessmentRow>({
      text: `SELECT ${assessmentColumns} FROM assessment WHERE project_id = $1::int AND trace_id = $2 AND assessment_id = $3 ${lock}`,
      values: [at.projectId, traceId, id],
    })
    return row && assessmentOf(row)
  }
  return {
    async get(project: ProjectRef, traceId, id) {
      return find(await projects.inProject(project), traceId, id)
    },
    async create(project, assessment) {
      const { traceId, overrides } = assessment
      return (await projects.inProject(project)).transaction(async (at) => {
        if (overrides !== null && !(await find(at, traceId, overrides, 'FOR UPDATE'))) return 'absent'
        if (!(await writeAssessment(at, assessment))) return (await find(at, traceId, assessment.id)) ? 'taken' : 'gone'
        if (overrides !== null) await setValid(at, traceId, overrides, false)
        return 'created'
      })
    },
    async update(project, assessment) {
      const at = await projects.inProject(project)
      const { value, error, metadata } = documents(assessment)
      await at.query({
        text: `UPDATE assessment SET name = $4, value = $5::jsonb, error = $6::jsonb, rationale = $7, metadata = $8::jsonb, update_time = $9::bigint
          WHERE project_id = $1::int AND trace_id = $2 AND assessment_id = $3`,
        values: [at.projectId, assessment.traceId, assessment.id, assessment.name, value, error, assessment.rationale, metadata, assessment.updateTime],
      })
    },
    async delete(project, traceId, id) {
      await (await projects.inProject(project)).transaction(async (at) => {
        const [gone] = await at.query<{ overrides: string | null }>({
          text: 'DELETE FROM assessment WHERE project_id = $1::int AND trace_id = $2 AND assessment_id = $3 RETURNING overrides',
          values: [at.projectId, traceId, id],
        })
        if (gone?.overrides) await setValid(at, traceId, gone.overrides, true)
      })
    },
  }
}
