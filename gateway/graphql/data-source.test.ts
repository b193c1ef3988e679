import { describe, expect, test } from 'vitest'
import { guardStep, localStep, type RunStep } from '#gateway/graphql/data-source.ts'
import { newOperationContext } from '#gateway/graphql/graph.ts'
import { fixtureGraph } from '#gateway/testing/fixture-graph.ts'
import { callerOf, viewer } from '#gateway/testing/people.ts'
import { createLog } from '#shared/telemetry/log.ts'

const log = createLog({ service: 'test', level: 'silent' })
const operation = () => ({ ...newOperationContext(callerOf(viewer)), actor: viewer })
const request = { query: '{ project(name: "p1") { id } }' }

describe('a step in this process', () => {
  test('does not run before the policy has spoken', async () => {
    const step = localStep(fixtureGraph().identity, log)
    await expect(async () => step(request, newOperationContext(callerOf(viewer)))).rejects.toThrow('the policy pass has not run')
  })
  test('makes its context once per operation, and anew for the next', async () => {
    const graph = fixtureGraph()
    const step = localStep(graph.identity, log)
    const first = operation()
    await step(request, first)
    await step(request, first)
    await step(request, operation())
    expect(graph.contexts.get('identity')).toBe(2)
  })
})

describe('a guarded step', () => {
  test('that never answers becomes SUBGRAPH_TIMEOUT, which says that a change may have happened', async () => {
    const never: RunStep = () => new Promise(() => undefined)
    const { data, errors } = await guardStep('tracking', never, log, 20)(request, operation())
    expect(data).toBeNull()
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'SUBGRAPH_TIMEOUT', service: 'tracking' } })
    expect(errors?.[0]?.message).toContain('may or may not have happened')
  })
  test('that fails becomes SUBGRAPH_DOWN without its reason', async () => {
    const broken: RunStep = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:5432'))
    const answer = await guardStep('tracking', broken, log)(request, operation())
    expect(answer.errors?.[0]?.extensions).toEqual({ code: 'SUBGRAPH_DOWN', service: 'tracking' })
    expect(JSON.stringify(answer)).not.toContain('10.0.0.7')
  })
  test('is not asked again while its breaker is open', async () => {
    let asked = 0
    const broken: RunStep = () => {
      asked++
      return Promise.reject(new Error('down'))
    }
    const step = guardStep('tracking', broken, log)
    for (let i = 0; i < 9; i++) expect((await step(request, operation())).errors?.[0]?.extensions?.['code']).toBe('SUBGRAPH_DOWN')
    expect(asked).toBe(5)
  })
  test('keeps what a subgraph could answer beside what its store could not', async () => {
    const half: RunStep = () => Promise.resolve({ data: { a: 1, b: null }, errors: [{ message: 'x', path: ['b'], extensions: { code: 'UNAVAILABLE' } }] })
    expect(await guardStep('registry', half, log)(request, operation())).toMatchObject({ data: { a: 1 }, errors: [{ path: ['b'], extensions: { code: 'SUBGRAPH_DOWN', service: 'registry' } }] })
  })
  test('lets the mistakes of callers through, and they do not open the breaker', async () => {
    const refusing: RunStep = () => Promise.resolve({ data: null, errors: [{ message: 'no', extensions: { code: 'BAD_USER_INPUT' } }] })
    const step = guardStep('tracking', refusing, log)
    for (let i = 0; i < 9; i++) expect((await step(request, operation())).errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT')
  })
})
