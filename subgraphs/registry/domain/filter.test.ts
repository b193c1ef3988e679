import { describe, expect, it } from 'vitest'
import { modelOrder, modelSearch, versionOrder, versionSearch } from '#registry/domain/filter.ts'

describe('searching models', () => {
  it.each([undefined, '', '  '])('takes everything for %j', (filter) => expect(modelSearch(filter)).toEqual({ conditions: [], prompts: false }))

  it('reads names, tags in every spelling, and lists', () => {
    expect(modelSearch(`name = 'a' AND attribute.name LIKE "b%" and tags.k ilike 'v' AND tag.\`a b\` != 'w' AND name NOT IN ('x', "y",) AND`).conditions).toEqual([
      { on: 'text', column: 'name', comparator: '=', value: 'a' },
      { on: 'text', column: 'name', comparator: 'LIKE', value: 'b%' },
      { on: 'tag', key: 'k', comparator: 'ILIKE', value: 'v' },
      { on: 'tag', key: 'a b', comparator: '!=', value: 'w' },
      { on: 'list', column: 'name', comparator: 'NOT IN', values: ['x', 'y'] },
    ])
  })

  it('keeps keywords and quotes inside strings', () => {
    expect(modelSearch(`name = 'a AND b' AND tags.k = "it's; OR"`).conditions).toEqual([
      { on: 'text', column: 'name', comparator: '=', value: 'a AND b' },
      { on: 'tag', key: 'k', comparator: '=', value: "it's; OR" },
    ])
  })

  it.each([
    ["tags.`mlflow.prompt.is_prompt` = 'true'", true],
    ["tags.`mlflow.prompt.is_prompt` = 'True'", true],
    ["tags.`mlflow.prompt.is_prompt` != 'false'", true],
    ["tags.`mlflow.prompt.is_prompt` = 'false'", false],
    ["tags.`mlflow.prompt.is_prompt` != 'true'", false],
    ["name = 'x'", false],
  ])('%s: prompts %j', (filter, prompts) => expect(modelSearch(filter).prompts).toBe(prompts))

  it.each([
    ["foo = 'b'", "Invalid attribute key 'foo' specified. Valid keys are '{'name'}'"],
    ["metrics.a = 'b'", "Invalid entity type 'metrics'. Valid entity types are ('attribute', 'tag', 'tags')"],
    ["name = 'a' OR name = 'b'", 'Invalid clause(s) in filter string: OR'],
    ["name = 'a'; DROP TABLE x", 'Search filter contained multiple expression'],
    ['name = a', 'Parameter value is either not quoted or unidentified quote types used for string value a. Use either single or double quotes.'],
    ['name = 1', 'Expected a quoted string value or a list of quoted string values for attributes. Got value 1'],
    ['tags.k = 1', "Expected a quoted string value for tag (e.g. 'my-value'). Got value 1"],
    ["name > 'a'", 'Invalid comparator for attribute: >'],
    ["tags.k > 'a'", 'Invalid comparator for tag: >'],
    ['name IN ()', 'expected a non-empty list of string values, but got empty list'],
    ["name IN ('a', 1)", 'but got different type in list'],
    ['tags.k IS NULL', 'Invalid comparison clause. Expected 3 tokens found 2'],
    ["'a' = 'b'", "Invalid comparison clause. Expected 'Identifier' found ''a''"],
    ['name', 'Invalid clause(s) in filter string: name'],
    ["name = 'a", 'Invalid clause(s) in filter string'],
  ])('refuses %s', (filter, message) => expect(() => modelSearch(filter)).toThrow(message))

  it('orders by name or time, with the name last', () => {
    expect(modelOrder([])).toEqual([{ column: 'name', ascending: true }])
    expect(modelOrder(['timestamp desc'])).toEqual([
      { column: 'updatedAt', ascending: false },
      { column: 'name', ascending: true },
    ])
    expect(modelOrder(['`name` DESC'])).toEqual([{ column: 'name', ascending: false }])
    expect(() => modelOrder(['foo'])).toThrow("Invalid order by key 'foo' specified. Valid keys are '{'name', 'timestamp'}'")
    expect(() => modelOrder(['name SIDEWAYS'])).toThrow("Invalid ordering key in order_by clause 'name SIDEWAYS'.")
    expect(() => modelOrder(['name ASC extra'])).toThrow("Invalid order_by clause 'name ASC extra'. Could not be parsed.")
    expect(() => modelOrder(['timestamp', 'last_updated_timestamp'])).toThrow('duplicate fields')
    expect(() => modelOrder(['constructor'])).toThrow('Invalid order by key')
  })
})

describe('searching versions', () => {
  it('reads runs, sources and numbers', () => {
    expect(versionSearch("run_id IN ('a') AND source_path LIKE '%x' AND version_number >= 2 AND version_number != '3'").conditions).toEqual([
      { on: 'list', column: 'runId', comparator: 'IN', values: ['a'] },
      { on: 'text', column: 'source', comparator: 'LIKE', value: '%x' },
      { on: 'number', column: 'version', comparator: '>=', value: '2' },
      { on: 'number', column: 'version', comparator: '!=', value: '3' },
    ])
  })

  it.each([
    ["foo = 'x'", "Invalid attribute key 'foo' specified. Valid keys are '{'name', 'run_id', 'source_path', 'version_number'}'"],
    ["source_path IN ('a')", "Only ['name', 'run_id'] attributes support comparison with a list of quoted string values."],
    ["version_number = 'x'", "Invalid value for numeric attribute 'version_number': 'x'"],
    ['version_number = 1.5', "Invalid value for numeric attribute 'version_number': 1.5"],
    ['version_number LIKE 1', 'Invalid comparator for attribute version_number: LIKE'],
    ['name = 5', 'attributes support comparison with numeric values.'],
  ])('refuses %s', (filter, message) => expect(() => versionSearch(filter)).toThrow(message))

  it('orders the newest first unless told otherwise', () => {
    expect(versionOrder()).toEqual([
      { column: 'updatedAt', ascending: false },
      { column: 'name', ascending: true },
      { column: 'version', ascending: false },
    ])
    expect(versionOrder(['version_number ASC'])).toEqual([
      { column: 'version', ascending: true },
      { column: 'name', ascending: true },
    ])
    expect(() => versionOrder(['tags.a'])).toThrow('Invalid attribute key')
  })

  it('refuses long hostile filters without getting lost in them', () => {
    for (const piece of ["'\\'", '((', "('a',", '`', 'a.', 'NOT ', "''"]) expect(() => versionSearch(piece.repeat(5_000)), piece).toThrow()
  })
})
