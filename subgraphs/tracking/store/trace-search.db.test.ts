/** Searches of traces against a brute-force model, on generated traces. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NewAssessment } from '#tracking/domain/assessment.ts'
import { parseTraceFilter, parseTraceOrder } from '#tracking/domain/trace-filter.ts'
import { traceStates, type Span, type Trace, type Words } from '#tracking/domain/trace.ts'
import type { TypedJson } from '#tracking/domain/trace-value.ts'
import { startTraceBench, type TraceBench } from '#tracking/rest/trace-testing.ts'
import { matches, ordered } from '#tracking/store/trace-search-model.ts'

let bench: TraceBench
let experiments: string[]
let all: Trace[]
const links = new Map<string, string[]>()
const scope = () => bench.scope(bench.project, 'owner')

/** The same traces every time: a failure can be run again. */
let seed = 11
const random = (below: number): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return Math.floor((seed / 2_147_483_648) * below)
}
const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T // never empty
const maybe = <T>(chance: number, value: () => T): T[] => (random(100) < chance ? [value()] : [])
const words = ['a', 'b', 'B', 'ab', 'a_b', 'a%b', "it's", 'ü', ''] as const
const wordsOf = (...keys: string[]): Words => Object.fromEntries(keys.flatMap((key) => maybe(60, () => [key, pick(words)])))

const span = (traceId: string, i: number): Span => ({
  traceId,
  spanId: `${i + 1}`.padStart(16, '0'),
  parentId: i === 0 ? null : '1'.padStart(16, '0'),
  name: pick(['root', 'model', 'tool']),
  type: pick(['LLM', 'TOOL', 'UNKNOWN']),
  status: pick(['OK', 'ERROR', 'UNSET']),
  statusMessage: '',
  startNs: 1_000_000n,
  endNs: 2_000_000n,
  attributes: Object.fromEntries([...maybe(60, (): [string, TypedJson] => ['m', pick(words)]), ...maybe(40, (): [string, TypedJson] => ['n', pick<TypedJson>([1n, 1.0, true, null])])]),
  events: [],
  links: [],
})

const assessment = (session: string | undefined): NewAssessment => ({
  kind: pick(['feedback', 'expectation', 'issue']),
  name: pick(['q', 'r']),
  value: pick<TypedJson>([0.5, 1.0, 2.0, true, false, 'yes', 'no', null]),
  error: null,
  sourceType: 'CODE',
  sourceId: '',
  spanId: null,
  rationale: null,
  metadata: session === undefined ? {} : { 'mlflow.trace.session': session },
  overrides: null,
  valid: random(100) < 85,
})

async function generate(experimentId: string, count: number): Promise<void> {
  const { traces } = bench.part.services
  for (let i = 0; i < count; i++) {
    const id = `tr-${`${random(1_000_000_000)}${i}`.padStart(32, '0')}`
    const session = maybe(40, () => pick(['s1', 's2']))[0]
    await traces.start(scope(), {
      id,
      experimentId,
      requestTime: pick([0, 5, 1_000, 1_000, 1_001]),
      executionMs: pick([null, 0, 5, 1_000]),
      state: pick(traceStates),
      clientRequestId: maybe(50, () => pick(['c1', 'c2']))[0],
      tags: { ...wordsOf('t', 'mlflow.traceName') },
      metadata: { ...wordsOf('k', 'mlflow.sourceRun'), ...(session ? { 'mlflow.trace.session': session } : {}) },
      assessments: [...maybe(50, () => assessment(undefined)), ...maybe(10, () => assessment(session)), ...maybe(20, () => assessment(undefined))],
    })
    const spans = Array.from({ length: random(4) }, (_, n) => span(id, n))
    if (spans.length > 0) await traces.logSpans(scope(), experimentId, [{ spans, resource: {} }])
    for (const name of maybe(20, () => 'p')) {
      await traces.linkPrompts(scope(), id, [{ name, version: '1' }])
      links.set(id, [`${name}/1`])
    }
  }
}

beforeAll(async () => {
  bench = await startTraceBench()
  experiments = [await bench.newExperiment(), await bench.newExperiment()]
  for (const [i, count] of [90, 30].entries()) await generate(experiments[i] ?? '', count)
  const { traces } = bench.part.services
  const infos = (await traces.search(scope(), { experimentIds: experiments, limit: 500 })).items
  const whole = new Map(
    (
      await traces.getMany(
        scope(),
        infos.map(({ id }) => id),
      )
    ).map((trace) => [trace.info.id, trace.spans]),
  )
  all = infos.map((info) => ({ info, spans: whole.get(info.id) ?? [] }))
}, 120_000)
afterAll(() => bench.close())

async function inPages(experimentIds: readonly string[], filter: string, orderBy: readonly string[], limit: number): Promise<string[]> {
  const found: string[] = []
  for (let token: string | undefined; ; ) {
    const page = await bench.part.services.traces.search(scope(), { experimentIds, filter, orderBy, limit, token })
    found.push(...page.items.map(({ id }) => id))
    expect(page.nextToken === undefined).toBe(page.items.length < limit)
    if (page.nextToken === undefined) return found
    token = page.nextToken
  }
}

function wanted(experimentIds: readonly string[], filter: string, orderBy: readonly string[]): string[] {
  const conditions = parseTraceFilter(filter)
  const searched = all.filter(({ info }) => experimentIds.includes(info.experimentId))
  return ordered(
    searched.filter((trace) => matches(trace, conditions, searched, links)),
    parseTraceOrder(orderBy),
  ).map(({ info }) => info.id)
}

const text = fc.constantFrom("'a'", "'b'", "'a%'", "'%b'", "'A_B'", '"it\'s"', "'Ü'", "''", "'OK'", "'root'", "'LLM'", "'c1'")
const clause = fc.oneof(
  fc.tuple(fc.constantFrom('tag.t', 'tags.unknown', 'name', 'metadata.k', 'request_metadata.`k`'), fc.constantFrom('=', '!=', 'LIKE', 'ILIKE', 'RLIKE'), text).map((c) => c.join(' ')),
  fc.tuple(fc.constantFrom('tag.t', 'name', 'metadata.k', 'run_id', 'feedback.q', 'expectation.r', 'feedback.unknown'), fc.constantFrom('IS NULL', 'IS NOT NULL')).map((c) => c.join(' ')),
  fc
    .tuple(fc.constantFrom('status', 'client_request_id', 'trace.status'), fc.constantFrom("= 'OK'", "!= 'c1'", "IN ('OK', 'c2')", "NOT IN ('ERROR', 'c1')", "LIKE 'O%'", "ILIKE 'C%'"))
    .map((c) => c.join(' ')),
  fc
    .tuple(fc.constantFrom('timestamp_ms', 'execution_time', 'end_time'), fc.constantFrom('>', '>=', '=', '!=', '<', '<='), fc.constantFrom('0', '5', '1000', '1000.5', '2000'))
    .map((c) => c.join(' ')),
  fc
    .tuple(
      fc.constantFrom('span.name', 'span.type', 'span.status', 'span.attributes.m', 'span.attributes.n'),
      fc.constantFrom("= 'root'", "= 'LLM'", "!= 'a'", "IN ('a', 'LLM', 'OK', '1')", "LIKE '%b'", "ILIKE 'R%'", "RLIKE '^t'", "= 'true'"),
    )
    .map((c) => c.join(' ')),
  fc
    .tuple(fc.constantFrom('feedback.q', 'feedback.r', 'expectation.q'), fc.constantFrom("= 'yes'", "= 'true'", "= '1.0'", "!= 'no'", '> 0.5', '>= 1', '< 2', '<= 0.5', "LIKE 'y%'"))
    .map((c) => c.join(' ')),
  fc.constantFrom("issue.id = 'q'", "run_id = 'a'", "run_id != 'a'", "prompt = 'p/1'", "trace.text LIKE '%odel%'", "trace.text ILIKE '%ROOT%'"),
)
const filters = fc.array(clause, { maxLength: 3 }).map((clauses) => clauses.join(' AND '))
const orders = fc
  .uniqueArray(fc.constantFrom('timestamp_ms', 'execution_time', 'end_time', 'status', 'request_id', 'name', 'tag.t', 'metadata.k', 'experiment_id'), { maxLength: 3 })
  .chain((keys) => fc.tuple(...keys.map((key) => fc.constantFrom('', ' ASC', ' DESC').map((direction) => key + direction))))

describe('a search of traces', () => {
  it('finds what the definition says, in its order, page by page', async () => {
    await fc.assert(
      fc.asyncProperty(filters, orders, fc.constantFrom(7, 50, 500), fc.constantFrom([0], [1], [0, 1]), async (filter, orderBy, limit, which) => {
        const ids = which.map((i) => experiments[i] ?? '')
        expect(await inPages(ids, filter, orderBy, limit)).toEqual(wanted(ids, filter, orderBy))
      }),
      { numRuns: 200, seed: 3 },
    )
  }, 120_000)

  it('has something to find: each kind of clause divides the traces', async () => {
    for (const filter of [
      "tag.t = 'a'",
      "span.name = 'root' AND span.type = 'LLM'",
      "feedback.q = 'yes'",
      'feedback.q > 0.5',
      'feedback.q IS NULL',
      "issue.id = 'q'",
      "prompt = 'p/1'",
      "run_id = 'a'",
      "trace.text LIKE '%odel%'",
    ]) {
      const found = await inPages(experiments, filter, [], 500)
      expect([filter, found.length > 0 && found.length < all.length]).toEqual([filter, true])
    }
  })

  it('understands the offset tokens of MLflow', async () => {
    const token = Buffer.from('{"offset": 10}').toString('base64')
    const page = await bench.part.services.traces.search(scope(), { experimentIds: experiments, limit: 5, token })
    expect(page.items.map(({ id }) => id)).toEqual(wanted(experiments, '', []).slice(10, 15))
  })

  it.each(['abcd', '!!', Buffer.from('{"keys": ["x", "tr-1"]}').toString('base64'), Buffer.from('{"keys": ["1", null]}').toString('base64')])('refuses the page token %s', async (token) => {
    await expect(bench.part.services.traces.search(scope(), { experimentIds: experiments, limit: 5, token })).rejects.toMatchObject({ code: 'INVALID' })
  })

  it('refuses a regular expression that nobody can read', async () => {
    await expect(bench.part.services.traces.search(scope(), { experimentIds: experiments, filter: "tag.t RLIKE '('", limit: 5 })).rejects.toMatchObject({ code: 'INVALID' })
  })
})
