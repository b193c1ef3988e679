/** Searches against a brute-force model, on generated runs. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testProject, testScope } from '#shared/testing/actors.ts'
import type { LifecycleView } from '#tracking/domain/experiment.ts'
import { runStatuses, type Run } from '#tracking/domain/run.ts'
import { parseFilter, parseOrderBy, runGrammar } from '#tracking/domain/search-filter.ts'
import { matches, ordered } from '#tracking/store/search-model.ts'
import { startTestTracking, type TestTracking } from '#tracking/store/testing.ts'

const project = testProject('search')
const scope = testScope(project, 'owner')
let t: TestTracking
let experiments: string[]
const all = new Map<string, Run[]>()

const metricValues = [0, 0.1, 0.5, 0.5, 0.9, 1, -1, 1e300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
const texts = ['a', 'b', 'B', 'ab', 'a_b', 'a%b', 'a\\b', "it's", 'ü', 'Z', `${'x'.repeat(250)}1`, `${'x'.repeat(250)}2`, '']
/** The same runs every time: a failure can be run again. */
let seed = 7
const random = (below: number): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return Math.floor((seed / 2_147_483_648) * below)
}
const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T // never empty
const maybe = <T>(chance: number, value: () => T): T[] => (random(100) < chance ? [value()] : [])

async function generate(experimentId: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const run = await t.runs.create(scope, {
      experimentId,
      startTime: pick([0, 5, 1_000, 1_000, 1_001, 1_700_000_000_000]),
      name: pick(['red', 'Red', 'blue%', 'green']),
      userName: pick(['', 'u', 'v']),
    })
    await t.runs.logBatch(scope, run.id, {
      metrics: [
        ...maybe(80, () => ({ key: 'm', value: pick(metricValues), step: 0, timestamp: 1 })),
        ...maybe(40, () => ({ key: 'n x', value: pick(metricValues), step: 0, timestamp: 1 })),
        ...maybe(3, () => ({ key: 'rare', value: pick(metricValues), step: 0, timestamp: 1 })),
      ],
      params: [...maybe(70, () => ({ key: 'p', value: pick(texts) })), ...maybe(30, () => ({ key: 'q', value: pick(['0.1', '0.01', '1']) }))],
      tags: [...maybe(70, () => ({ key: 't', value: pick(texts) }))],
    })
    if (random(100) < 30) await t.runs.update(scope, run.id, { status: pick(runStatuses), ...(random(2) ? { endTime: pick([10, 2_000]) } : {}) })
    if (random(100) < 30)
      await t.runInputs.logInputs(scope, run.id, {
        datasets: [{ name: pick(['d', 'e']), digest: pick(['1', '2']), sourceType: 'local', source: 's', tags: maybe(50, () => ({ key: 'mlflow.data.context', value: pick(['training', 'eval']) })) }],
      })
    if (random(100) < 15) await t.runs.delete(scope, [run.id])
  }
}

beforeAll(async () => {
  t = await startTestTracking()
  experiments = []
  for (const [name, count] of [
    ['one', 120],
    ['two', 40],
    ['three', 0],
  ] as const) {
    const { id } = await t.experiments.create(scope, { name })
    experiments.push(id)
    await generate(id, count)
    all.set(id, (await t.runs.search(scope, [id], { limit: 1_000, view: 'ALL' })).items.slice())
  }
}, 120_000)
afterAll(() => t.close())

async function inPages(ids: readonly string[], filter: string, orderBy: readonly string[], view: LifecycleView, limit: number, service: Pick<TestTracking, 'runs'> = t): Promise<string[]> {
  const found: string[] = []
  let token: string | undefined
  do {
    const page = await service.runs.search(scope, ids, { filter, orderBy, view, limit, token })
    found.push(...page.items.map((run) => run.id))
    token = page.nextToken
    if (token !== undefined) expect(page.items.length).toBe(limit)
  } while (token !== undefined)
  return found
}

function wanted(ids: readonly string[], filter: string, orderBy: readonly string[], view: LifecycleView): string[] {
  const ast = parseFilter(filter, runGrammar)
  const terms = parseOrderBy(orderBy, runGrammar)
  const runs = ids.flatMap((id) => all.get(id) ?? []).filter((run) => (view === 'ALL' || run.active === (view === 'ACTIVE')) && matches(run, ast))
  return ordered(runs, terms).map((run) => run.id)
}

const clause = fc.oneof(
  fc
    .tuple(fc.constantFrom('metrics.m', 'metrics.`n x`', 'metrics.rare', 'metrics.unknown'), fc.constantFrom('>', '>=', '=', '!=', '<', '<='), fc.constantFrom('0', '0.5', '0.9', '-1', '1e300'))
    .map((c) => c.join(' ')),
  fc
    .tuple(
      fc.constantFrom('params.p', 'tags.t', 'params.q', 'tags.unknown', 'run_name', 'user_id', 'attributes.status', 'artifact_uri'),
      fc.constantFrom('=', '!=', 'LIKE', 'ILIKE'),
      fc.constantFrom("'a'", "'b'", "'a%'", "'%b'", "'A_B'", "'%\\b'", '"it\'s"', "'Ü'", `'${'x'.repeat(250)}1'`, "'red'", "'0.1'", "''", "'FINISHED'", "'R%'"),
    )
    .map((c) => c.join(' ')),
  fc.tuple(fc.constantFrom('params.p', 'tags.t', 'params.unknown', 'tags.`mlflow.runName`'), fc.constantFrom('IS NULL', 'IS NOT NULL')).map((c) => c.join(' ')),
  fc.tuple(fc.constantFrom('start_time', 'end_time', 'created'), fc.constantFrom('>', '>=', '=', '!=', '<', '<='), fc.constantFrom('5', '1000', '2000', '1000.5', '-1')).map((c) => c.join(' ')),
  fc.tuple(fc.constantFrom('dataset.name', 'dataset.digest', 'datasets.context'), fc.constantFrom("= 'd'", "!= 'd'", "LIKE 't%'", "IN ('1', 'e')", "NOT IN ('training')")).map((c) => c.join(' ')),
  fc.constantFrom("run_id IN ('x')", "run_id NOT IN ('x', 'y')", "run_id != 'x'"),
)
const filters = fc.array(clause, { maxLength: 3 }).map((clauses) => clauses.join(' AND '))
const orders = fc.array(
  fc
    .tuple(
      fc.constantFrom('metrics.m', 'metrics.`n x`', 'metrics.rare', 'metrics.unknown', 'params.p', 'tags.t', 'start_time', 'end_time', 'status', 'run_name', 'run_id', 'user_id'),
      fc.constantFrom('', ' ASC', ' DESC'),
    )
    .map((c) => c.join('')),
  { maxLength: 3 },
)
const views = fc.constantFrom<LifecycleView>('ACTIVE', 'ACTIVE', 'ACTIVE', 'DELETED', 'ALL')

describe('a search', () => {
  it('finds what the definition says, in its order, page by page', async () => {
    await fc.assert(
      fc.asyncProperty(filters, orders, views, fc.constantFrom(1, 7, 50, 200), fc.constantFrom([0], [1], [0, 1, 2]), async (filter, orderBy, view, limit, which) => {
        const ids = which.map((i) => experiments[i] ?? '')
        expect(await inPages(ids, filter, orderBy, view, limit === 1 ? 20 : limit)).toEqual(wanted(ids, filter, orderBy, view))
      }),
      { numRuns: 150, seed: 11 },
    )
  }, 120_000)

  it('finds the same by every way there is: short walks, driving conditions, long walks, sets', async () => {
    for (const limits of [
      { budget: 5, patience: 0, few: 0 },
      { budget: 5, patience: 30, few: 0 },
      { budget: 5, patience: 0, few: 8 },
      { budget: 5, patience: 1_000, few: 8 },
    ]) {
      const service = t.another(limits)
      await fc.assert(
        fc.asyncProperty(filters, orders, fc.constantFrom([0], [0], [0, 1, 2]), async (filter, orderBy, which) => {
          const ids = which.map((i) => experiments[i] ?? '')
          expect(await inPages(ids, filter, orderBy, 'ACTIVE', 7, service)).toEqual(wanted(ids, filter, orderBy, 'ACTIVE'))
        }),
        { numRuns: 50, seed: limits.budget + limits.patience + limits.few },
      )
    }
  }, 120_000)

  it('understands the offset tokens of MLflow', async () => {
    const [id = ''] = experiments
    const whole = wanted([id], '', ['metrics.m DESC'], 'ACTIVE')
    const token = Buffer.from('{"offset": 10}').toString('base64')
    const page = await t.runs.search(scope, [id], { orderBy: ['metrics.m DESC'], limit: 5, token })
    expect(page.items.map((run) => run.id)).toEqual(whole.slice(10, 15))
    const next = await t.runs.search(scope, [id], { orderBy: ['metrics.m DESC'], limit: 5, token: page.nextToken })
    expect(next.items.map((run) => run.id)).toEqual(whole.slice(15, 20))
  })

  it.each([
    'abcd',
    '!!',
    Buffer.from('{"after": [[0, "x"]], "pos": "1"}').toString('base64'),
    Buffer.from('{"after": [], "pos": "1; DROP TABLE run"}').toString('base64'),
    Buffer.from('{"after": [[0, "1"]], "pos": "1"}').toString('base64'),
  ])('refuses the page token %s', async (token) => {
    await expect(t.runs.search(scope, experiments, { limit: 5, token })).rejects.toMatchObject({ code: 'INVALID' })
  })

  it('keeps to the project: the same ids elsewhere find nothing', async () => {
    const elsewhere = testScope(testProject('elsewhere'), 'owner')
    expect((await t.runs.search(elsewhere, experiments, { limit: 10, view: 'ALL' })).items).toEqual([])
  })
})
