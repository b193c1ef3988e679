import { CombinedError } from '@urql/core'
import { describe, expect, it } from 'vitest'
import { canRetry, detailsOf, problemFrom, problemOf, problemOfResponse } from './problem.ts'

const graph = (...errors: { message: string; code?: string; extra?: object }[]): CombinedError =>
  new CombinedError({
    graphQLErrors: errors.map(({ message, code, extra }) => ({ message, extensions: { ...(code ? { code } : {}), ...extra } })),
    response: new Response(null, { headers: { 'x-request-id': 'rq_1' } }),
  })

describe('problemOf', () => {
  it('names the service of a dead subgraph and offers a retry', () => {
    const problem = problemOf(graph({ message: 'registry is down', code: 'SUBGRAPH_DOWN', extra: { service: 'registry' } }), 'Models')
    expect(problem).toMatchObject({ kind: 'down', title: 'Models could not be read', service: 'registry', requestId: 'rq_1' })
    expect(problem.detail).toContain('The registry service does not answer.')
    expect(canRetry(problem)).toBe(true)
  })

  it('keeps the message of an invalid input, as a sentence', () => {
    const problem = problemOf(graph({ message: "Invalid clause: 'max_dept'", code: 'BAD_USER_INPUT' }), 'Runs')
    expect(problem).toMatchObject({ kind: 'invalid', detail: "Invalid clause: 'max_dept'." })
    expect(canRetry(problem)).toBe(false)
  })

  it('tells the refusal rather than its consequences', () => {
    expect(problemOf(graph({ message: 'boom' }, { message: 'no', code: 'FORBIDDEN', extra: { denialId: 'dn_1' } }), 'Runs')).toMatchObject({ kind: 'forbidden', denialId: 'dn_1' })
  })

  it('says nothing of the server about an error without a code', () => {
    expect(problemOf(graph({ message: 'select * from secrets' }), 'Runs')).toMatchObject({ kind: 'defect', title: 'Runs could not be read' })
    expect(problemOf(graph({ message: 'select * from secrets' }), 'Runs').detail).not.toContain('secrets')
  })

  it('calls a request that met nobody offline', () => {
    expect(problemOf(new CombinedError({ networkError: new TypeError('Failed to fetch') }), 'Runs').kind).toBe('offline')
  })

  it('reads the HTTP status where the answer is not a graph', () => {
    expect(problemOf(new CombinedError({ networkError: new Error('x'), response: new Response('', { status: 503 }) }), 'Runs')).toMatchObject({ kind: 'down', status: 503 })
  })
})

describe('problemOfResponse', () => {
  it.each([
    ['MLflow', { error_code: 'X', message: 'bad path' }],
    ['the mini platform', { detail: 'bad path' }],
    ['ML Studio', { error: 'bad path' }],
  ])('reads the message of %s', async (_family, body) => {
    const problem = await problemOfResponse(new Response(JSON.stringify(body), { status: 400 }), 'The upload')
    expect(problem).toMatchObject({ kind: 'invalid', title: 'The upload: the request was refused', detail: 'bad path.' })
  })

  it('survives a body that is no JSON', async () => {
    expect(await problemOfResponse(new Response('<html>', { status: 502 }), 'The upload')).toMatchObject({ kind: 'down' })
  })
})

it('missing and hidden read the same, whatever the server said', () => {
  const one = problemFrom({ code: 'NOT_FOUND', message: 'a' }, 'Run a', 0)
  const two = problemFrom({ code: 'NOT_FOUND', message: 'b' }, 'Run b', 0)
  expect([one.title, one.detail]).toEqual([two.title, two.detail])
})

it('copied details carry code, request, time and address', () => {
  const text = detailsOf(problemFrom({ code: 'SUBGRAPH_DOWN', message: '', service: 'tracking', requestId: 'rq_7', status: 200 }, 'Runs', 0), 'http://s/projects/p')
  expect(text.split('\n')).toEqual([
    'Runs could not be read',
    'The tracking service does not answer. The other panels are not affected.',
    'Code: SUBGRAPH_DOWN (HTTP 200)',
    'Service: tracking',
    'Request: rq_7',
    'Time: 1970-01-01T00:00:00.000Z',
    'Address: http://s/projects/p',
  ])
})
