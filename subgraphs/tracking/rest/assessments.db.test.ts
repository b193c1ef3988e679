/** Assessments over HTTP: what is said, corrected and taken back. Who may: traces.db.test.ts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dig, startTraceBench, type Reply, type TraceBench } from '#tracking/rest/trace-testing.ts'

let bench: TraceBench
const v3 = '/api/3.0/mlflow/traces'
beforeAll(async () => {
  bench = await startTraceBench()
  const location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: await bench.newExperiment() } }
  await bench.send('contributor', 'POST', v3, { body: { trace: { trace_info: { trace_id: 'tr-assessed', trace_location: location, state: 'OK' } } } })
})
afterAll(() => bench.close())

describe('assessments', () => {
  const id = 'tr-assessed'
  const base = `${v3}/${id}/assessments`
  const source = { source_type: 'HUMAN', source_id: 'me' }
  const say = (assessment: object): Promise<Reply> => bench.send('contributor', 'POST', base, { body: { assessment: { trace_id: id, source, ...assessment } } })

  it('keep each kind of value', async () => {
    const values = [true, 'text', 1.5, null, [1, 'a', null, { b: 2 }]]
    for (const value of values) expect(dig((await say({ assessment_name: 'f', feedback: { value } })).body, 'assessment.feedback')).toEqual({ value })
    expect(dig((await say({ assessment_name: 'e', expectation: { serialized_value: { value: '{"a":[1]}', serialization_format: 'JSON_FORMAT' } } })).body, 'assessment.expectation')).toEqual({
      serialized_value: { serialization_format: 'JSON_FORMAT', value: '{"a": [1]}' },
    })
    const error = { error_code: 'E', error_message: 'm', stack_trace: 's' }
    expect(dig((await say({ assessment_name: 'f', feedback: { error } })).body, 'assessment.feedback')).toEqual({ value: null, error })
    expect(dig((await say({ assessment_name: 'i-1', issue: { issue_name: 'slow' } })).body, 'assessment.issue')).toEqual({ issue_name: 'slow' })
    expect(dig((await bench.send('viewer', 'GET', `${v3}/${id}`)).body, 'trace.trace_info.assessments')).toHaveLength(8)
  })
  it('replace each other, and are valid again when the replacement is taken back', async () => {
    const first = dig((await say({ assessment_name: 'q', feedback: { value: 1 } })).body, 'assessment.assessment_id')
    const second = dig((await say({ assessment_name: 'q', feedback: { value: 2 }, overrides: first })).body, 'assessment.assessment_id')
    const isValid = async (): Promise<unknown> => dig((await bench.send('viewer', 'GET', `${base}/${String(first)}`)).body, 'assessment.valid')
    expect(await isValid()).toBe(false)
    await bench.send('contributor', 'DELETE', `${base}/${String(second)}`)
    expect(await isValid()).toBe(true)
    expect(await say({ assessment_name: 'q', feedback: { value: 2 }, overrides: 'a-none' })).toMatchObject({
      status: 404,
      body: { message: `Assessment with ID 'a-none' not found for trace '${id}'` },
    })
  })
  it('are refused where MLflow would fail', async () => {
    expect((await say({ assessment_id: 'a-own', assessment_name: 'q', feedback: { value: 1 } })).status).toBe(200)
    expect((await say({ assessment_id: 'a-own', assessment_name: 'q', feedback: { value: 1 } })).status).toBe(400)
    expect((await say({ assessment_name: 'q' })).body).toMatchObject({ message: 'Unknown assessment type: None' })
    expect((await say({ assessment_id: '../x', assessment_name: 'q', feedback: { value: 1 } })).status).toBe(400)
    const correct = (assessment: object, mask: string): Promise<Reply> => bench.send('contributor', 'PATCH', `${base}/a-own`, { body: { assessment, update_mask: mask } })
    expect((await correct({ expectation: { value: 1 } }, 'expectation')).status).toBe(400)
    expect((await correct({ assessment_name: 'g', metadata: { k: 'v' } }, 'assessmentName,metadata')).body).toMatchObject({
      assessment: { assessment_name: 'g', metadata: { k: 'v' }, feedback: { value: 1 } },
    })
  })
})
