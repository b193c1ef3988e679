import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DomainError } from '#shared/errors.ts'
import { experimentGrammar, parseFilter, parseOrderBy, runGrammar, type Condition } from '#tracking/domain/search-filter.ts'

const messageOf = (text: string, grammar = runGrammar): string => {
  try {
    parseFilter(text, grammar)
  } catch (error) {
    if (error instanceof DomainError) return error.message
    throw error
  }
  return 'accepted'
}

describe('a filter', () => {
  it('of one clause is a comparison', () => {
    expect(parseFilter('metrics.acc > 0.9', runGrammar)).toEqual({ type: 'compare', field: { kind: 'metric', name: 'acc' }, comparator: '>', value: 0.9 })
  })

  it.each([
    ['metric.a = 1', 'metric', 'a', '=', 1],
    ['metrics.a.b/c >= -1.5e-3', 'metric', '', '', 0],
    ['metrics.`a b/c` >= -1.5e-3', 'metric', 'a b/c', '>=', -0.0015],
    ['metrics."a-b" < .5', 'metric', 'a-b', '<', 0.5],
    ['params.a.b.c = "x"', 'parameter', 'a.b.c', '=', 'x'],
    ["parameter.lr = '0.1'", 'parameter', 'lr', '=', '0.1'],
    ["tags.mlflow.runName LIKE 'a%'", 'tag', 'mlflow.runName', 'LIKE', 'a%'],
    ["tags.`mlflow.user` ilike 'A'", 'tag', 'mlflow.user', 'ILIKE', 'A'],
    ["tag.`a.b` != 'it is (not) AND'", 'tag', 'a.b', '!=', 'it is (not) AND'],
    ["params.x='y'", 'parameter', 'x', '=', 'y'],
    ["attr.status='FINISHED'", 'attribute', 'status', '=', 'FINISHED'],
    ["run.`Run name` = 'r'", 'attribute', 'run_name', '=', 'r'],
    ["status != 'RUNNING'", 'attribute', 'status', '!=', 'RUNNING'],
    ['created > 5', 'attribute', 'start_time', '>', 5n],
    ['run_id IN (\'a\', "b")', 'attribute', 'run_id', 'IN', ['a', 'b']],
    ["run_id not in ('a')", 'attribute', 'run_id', 'NOT IN', ['a']],
    ['params.a IS NULL', 'parameter', 'a', 'IS NULL', null],
    ['tags.a is not null', 'tag', 'a', 'IS NOT NULL', null],
    ["datasets.context = 'train'", 'dataset', 'context', '=', 'train'],
    ["params.ключ = 'значение'", 'parameter', 'ключ', '=', 'значение'],
  ])('%s', (text, kind, name, comparator, value) => {
    if (comparator === '') return expect(messageOf(text)).toMatch(/^Invalid/)
    expect(parseFilter(text, runGrammar)).toEqual({ type: 'compare', field: { kind, name }, comparator, value })
  })

  it('joins clauses by AND in any case, and takes a trailing one', () => {
    expect(parseFilter("metrics.m > 1 and params.p = 'and' AND", runGrammar)).toMatchObject({ type: 'and', all: [{ comparator: '>' }, { value: 'and' }] })
    expect(parseFilter('', runGrammar)).toBeUndefined()
    expect(parseFilter(undefined, runGrammar)).toBeUndefined()
    expect(parseFilter('  ', runGrammar)).toBeUndefined()
  })

  it.each([
    ["foo.bar = 'x'", "Invalid entity type 'foo'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']"],
    ["__proto__.x = 'x'", "Invalid entity type '__proto__'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']"],
    [
      "constructor = 'x'",
      "Invalid attribute key 'constructor' specified. Valid keys are '{'Created', 'Run Name', 'Run name', 'artifact_uri', 'created', 'end_time', 'run name', 'run_id', 'run_name', 'start_time', 'status', 'user_id'}'",
    ],
    ['metrics.m > 1 OR metrics.m < 0', "Invalid clause(s) in filter string: 'OR'"],
    ['(metrics.m > 1)', "Invalid clause(s) in filter string: '(metrics.m > 1)'"],
    ['NOT metrics.m > 1', "Invalid clause(s) in filter string: 'NOT'"],
    ['metrics.m BETWEEN 1 AND 2', "Invalid clause(s) in filter string: 'metrics.m', 'BETWEEN', '1', '2'"],
    ['metrics.m > 1; metrics.m < 3', "Search filter contained multiple expression 'metrics.m > 1; metrics.m < 3'. Provide AND-ed expression list."],
    ["metrics.m > 1; DROP TABLE run; --'", `Search filter contained multiple expression "metrics.m > 1; DROP TABLE run; --'". Provide AND-ed expression list.`],
    ['1 < metrics.m', "Invalid comparison clause. Expected 'Identifier' found '1'"],
    ["metrics.m = '1'", "Expected numeric value type for metric. Found '1'"],
    ['metrics.m > NaN', 'Expected numeric value type for metric. Found NaN'],
    ['params.p = 1', "Expected a quoted string value for parameter (e.g. 'my-value'). Got value 1"],
    ['tags.t = a', 'Parameter value is either not quoted or unidentified quote types used for string value a. Use either single or double quotes.'],
    ["tags.t RLIKE '1'", "Invalid comparator 'RLIKE' not one of '{'!=', '=', 'ILIKE', 'IS NOT NULL', 'IS NULL', 'LIKE'}"],
    ["tags.t <=> '1'", "Invalid comparator '<=>' not one of '{'!=', '=', 'ILIKE', 'IS NOT NULL', 'IS NULL', 'LIKE'}"],
    ["start_time > '1'", "Expected numeric value type for numeric attribute: start_time. Found '1'"],
    ["status IN ('x')", "Only ['run_id'] attributes support comparison with a list of quoted string values."],
    ['metrics.m IS NULL', "IS NULL / IS NOT NULL is only supported for tags and params, not for 'metric' 'm'"],
    ["run_id = ('a')", "Invalid comparison clause. Expected value token found '(a)'"],
    ["run_id IN 'a'", "Invalid clause(s) in filter string: 'run_id', 'IN', ''a''"],
  ])('%s is refused in MLflow’s words', (text, message) => {
    expect(messageOf(text)).toBe(message)
  })

  it('of experiments knows other attributes and fewer entities', () => {
    expect(parseFilter("name LIKE 'a%' AND tags.t = 'x' AND creation_time > 5", experimentGrammar)).toMatchObject({ type: 'and' })
    expect(messageOf('metrics.m > 1', experimentGrammar)).toBe("Invalid entity type 'metrics'. Valid entity types are ('attribute', 'tag', 'tags')")
    expect(messageOf("name = 'a' OR name = 'b'", experimentGrammar)).toBe('Invalid clause(s) in filter string: OR')
    expect(messageOf('name IS NULL', experimentGrammar)).toBe("IS NULL / IS NOT NULL is only supported for tags, not for attribute 'name'")
  })

  const name = fc.stringMatching(/^[a-zA-Z_][\w.\- /:]{0,20}$/)
  const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((s) => !/['\\]/.test(s))
  it('means what was written, for every name and value', () => {
    const clause = fc.oneof(
      fc.record({ kind: fc.constant('metric'), name, comparator: fc.constantFrom('=', '!=', '<', '>=', '>', '<='), value: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
      fc.record({ kind: fc.constantFrom('parameter', 'tag'), name, comparator: fc.constantFrom('=', '!=', 'LIKE', 'ILIKE'), value: text }),
    )
    fc.assert(
      fc.property(fc.array(clause, { minLength: 1, maxLength: 4 }), (clauses) => {
        const written = clauses.map((c) => `${c.kind}.\`${c.name}\` ${c.comparator} ${typeof c.value === 'number' ? c.value : `'${c.value}'`}`).join(' AND ')
        const parsed = parseFilter(written, runGrammar)
        const found = parsed?.type === 'and' ? parsed.all : [parsed]
        expect(found.map((f) => f as Condition)).toEqual(
          clauses
            .map((c) => ({ type: 'compare', field: { kind: c.kind, name: c.name }, comparator: c.comparator, value: typeof c.value === 'number' ? c.value + 0 : c.value }))
            .map((c) => expect.objectContaining({ ...c, value: typeof c.value === 'number' ? expect.closeTo(c.value, 300) : c.value })),
        )
      }),
    )
  })

  it('never fails otherwise than by a refusal, whatever is sent', () => {
    const words = fc.constantFrom(
      'metrics.m',
      'params.`a',
      '"',
      "'",
      'AND',
      'or',
      'IN',
      '(',
      ')',
      ',',
      ';',
      '=',
      '<',
      'LIKE',
      'NOT',
      'IS',
      'NULL',
      '1',
      "'x'",
      '.',
      '\\',
      '`',
      ' ',
      '\n',
      'é',
      '\u0000',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(words, { maxLength: 12 }).map((w) => w.join(' ')),
          fc.array(words, { maxLength: 12 }).map((w) => w.join('')),
        ),
        (written) => void messageOf(written),
      ),
      { numRuns: 2_000 },
    )
  })

  it('is read in a time that grows with its length only', () => {
    for (const hostile of [
      "'".repeat(20_000),
      '('.repeat(20_000),
      '`'.repeat(20_001),
      'a.'.repeat(20_000),
      'metrics.m > 1 AND '.repeat(2_000),
      '"\\'.repeat(20_000),
      '1'.repeat(20_000),
      '-'.repeat(20_000),
    ])
      messageOf(hostile)
  }, 2_000)
})

describe('an order', () => {
  const parsed = (...clauses: string[]) => parseOrderBy(clauses, runGrammar).map(({ field, ascending }) => `${field.kind} ${field.name} ${ascending ? 'up' : 'down'}`)
  it('names a key and a direction', () => {
    expect(parsed('metrics.m', 'metrics.`a b` DESC', 'params."x-y" asc', 'attribute.start_time DESC', 'Created')).toEqual([
      'metric m up',
      'metric a b down',
      'parameter x-y up',
      'attribute start_time down',
      'attribute start_time up',
    ])
  })
  it.each([
    ['', "Invalid order_by clause ''. Could not be parsed."],
    ['metrics.m UP', "Invalid ordering key in order_by clause 'metrics.m UP'."],
    ['metrics.m DESC NULLS LAST', "Invalid order_by clause 'metrics.m DESC NULLS LAST'. Could not be parsed."],
    ['attribute.foo', "Invalid attribute key 'foo' specified. Valid keys are '{'Created', 'artifact_uri', 'created', 'end_time', 'run_id', 'run_name', 'start_time', 'status', 'user_id'}'"],
    ['dataset.name', "Invalid identifier type 'dataset'"],
  ])('%s is refused', (clause, message) => {
    expect(() => parseOrderBy([clause], runGrammar)).toThrow(message)
  })
})
