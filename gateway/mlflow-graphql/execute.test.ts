import { describe, expect, it } from 'vitest'
import { type Ask, executeMlflow, mlflowOperation } from '#gateway/mlflow-graphql/execute.ts'

const runOf = (id: string) => ({ info: { run_id: id, experiment_id: '7', start_time: 9007199254740993n, status: 'FINISHED' }, data: { metrics: [{ key: 'm', value: 'NaN', step: 3 }] }, inputs: {} })
const answers: Readonly<Record<string, (input: Readonly<Record<string, unknown>>) => object>> = {
  'GET runs/get': ({ run_id }) => {
    if (run_id === 'zz') throw new Error('Run with id=zz not found')
    return { run: runOf(String(run_id)) }
  },
  'POST runs/search': ({ max_results }) => ({ runs: Array.from({ length: Number(max_results) }, (_, i) => runOf(`r${i}`)) }),
  'GET experiments/get': ({ experiment_id }) => ({ experiment: { experiment_id, name: 'e' } }),
  'GET model-versions/search': ({ filter }) => ({ model_versions: [{ name: filter, version: '1' }] }),
}
async function asked(query: string, variables?: object) {
  const made: string[] = []
  const ask: Ask = async (method, path, input) => {
    made.push(`${method} ${path} ${JSON.stringify(input)}`)
    return { ...answers[`${method} ${path}`]?.(input) }
  }
  const operation = mlflowOperation({ query, ...(variables ? { variables } : {}) })
  if (!operation) throw new Error('not of MLflow')
  return { ...(await executeMlflow(operation, ask)), made }
}

describe('MLflow’s dialect of /graphql', () => {
  it('is spoken only where every root field is MLflow’s', () => {
    for (const query of [
      '{ me { username } }',
      '{ mlflowGetRun { run { info { runId } } } me { username } }',
      '{ ...F } fragment F on Query { me { username } }',
      '{',
      'fragment F on Query { mlflowGetRun { apiError { code } } }',
    ])
      expect(mlflowOperation({ query }), query).toBeUndefined()
    for (const body of [undefined, null, [], {}, { query: 1 }]) expect(mlflowOperation(body)).toBeUndefined()
    expect(mlflowOperation({ query: 'query Q @component(name: "x") { mlflowGetRun { apiError { code } } }' })).toBeDefined()
  })
  it('asks REST in its words and answers in camelCase', async () => {
    const { data, errors, made } = await asked(
      'query Q($in: MlflowGetRunInput!) { mlflowGetRun(input: $in) { apiError { code } run { info { runId startTime endTime status } data { metrics { key value step } params { key } } } } }',
      { in: { runId: 'r' } },
    )
    expect(made).toEqual(['GET runs/get {"run_id":"r"}'])
    expect(errors).toBeNull()
    expect(data).toEqual({
      mlflowGetRun: {
        apiError: null,
        run: { info: { runId: 'r', startTime: '9007199254740993', endTime: null, status: 'FINISHED' }, data: { metrics: [{ key: 'm', value: null, step: '3' }], params: [] } },
      },
    })
  })
  it('says errors as strings', async () => {
    expect(await asked('{ mlflowGetRun(input: {runId: "zz"}) { run { info { runId } } } }')).toMatchObject({ data: { mlflowGetRun: null }, errors: ['Run with id=zz not found'] })
    expect(await asked('{ mlflowGetRun { nope } }')).toMatchObject({ data: null, errors: ["Cannot query field 'nope' on type 'MlflowGetRunResponse'."], made: [] })
  })
  it('asks once for what several runs share', async () => {
    const { data, made } = await asked('mutation { mlflowSearchRuns(input: {maxResults: 2}) { runs { experiment { name } modelVersions { name } } } }')
    expect(made).toEqual([
      'POST runs/search {"max_results":2}',
      'GET experiments/get {"experiment_id":"7"}',
      `GET model-versions/search {"filter":"run_id='r0'"}`,
      `GET model-versions/search {"filter":"run_id='r1'"}`,
    ])
    expect(data).toMatchObject({ mlflowSearchRuns: { runs: [{ experiment: { name: 'e' }, modelVersions: [{ name: "run_id='r0'" }] }, { modelVersions: [{ name: "run_id='r1'" }] }] } })
  })
  it('refuses to make very many calls', async () => {
    const { errors, made } = await asked('mutation { mlflowSearchRuns(input: {maxResults: 300}) { runs { modelVersions { name } } } }')
    expect(made).toHaveLength(200)
    expect(errors).toContain('The operation needs more than 200 calls. Ask for fewer runs.')
  })
})
