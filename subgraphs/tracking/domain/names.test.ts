import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as names from '#tracking/domain/names.ts'
import { distinctPoints } from '#tracking/domain/metric.ts'
import { byInterval, thinned } from '#tracking/domain/sampling.ts'
import { randomRunName } from '#tracking/domain/run-names.ts'
import { versionAddress } from '#tracking/domain/run-inputs.ts'

describe('the name of a metric, param or tag', () => {
  it.each(['a', 'a b', 'a/b', 'a.b-c_d:e', 'ключ', '.a', '1', 'ü', 'a/.b'])('may be %s', (name) => {
    expect(names.keyName(name, 'key')).toBe(name)
  })
  it.each([
    ['', '.'],
    ['.', '.'],
    ['..', '..'],
    ['../b', '../b'],
    ['..a', '..a'],
    ['/b', '/b'],
    ['//b', '//b'],
    ['a//b', 'a/b'],
    ['a/', 'a'],
    ['a/./b', 'a/b'],
    ['a/../b', 'b'],
    ['a/../../b', '../b'],
  ])('may not be %s: it would resolve to %s', (name, normal) => {
    expect(names.normalPath(name)).toBe(normal)
    expect(() => names.keyName(name, 'key')).toThrow(`This name would resolve to '${normal}'`)
  })
  it.each(['a?b', 'a\\b', 'a\nb', 'a\u0000', 'a%2e', "a'b", '\u202eab', 'a\u200bb'])('may not hold other characters: %j', (name) => {
    expect(() => names.keyName(name, 'key')).toThrow('Names may only contain alphanumerics')
  })
  it('resolves to itself, whatever it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a./]{0,8}$/), (name) => {
        let accepted = true
        try {
          names.keyName(name, 'key')
        } catch {
          accepted = false
        }
        if (accepted) expect(name.split('/')).not.toEqual(expect.arrayContaining(['..']))
        if (accepted) expect(names.normalPath(name)).toBe(name)
      }),
    )
  })
})

describe('long values', () => {
  it('of params and tags are cut, never inside a character', () => {
    expect(names.param({ key: 'p', value: 'x'.repeat(6_001) }).value).toHaveLength(6_000)
    expect(names.runTag({ key: 't', value: '😀'.repeat(8_001) }).value).toBe('😀'.repeat(8_000))
  })
  it('of experiment tags are refused', () => {
    expect(() => names.experimentTag({ key: 'k', value: 'x'.repeat(20_001) })).toThrow("'value' exceeds the maximum length of 20000 characters")
  })
  it('that no database can hold are refused', () => {
    for (const value of ['a\u0000b', '\ud800']) expect(() => names.param({ key: 'p', value })).toThrow('NUL or broken')
  })
})

it('a run without a name gets adjective-animal-number', () => {
  for (let i = 0; i < 200; i++) expect(randomRunName()).toMatch(/^[a-z]+-[a-z]+-\d{1,3}$/)
})

describe('thinning', () => {
  const points = (values: readonly number[]) => values.map((value, i) => ({ step: i, timestamp: i, value }))
  it('keeps the ends and the extremes, in order, and never more than asked', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), fc.constant(Number.NaN)), { maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (values, max) => {
        const all = points(values)
        const kept = thinned(all, max)
        expect(kept.length).toBeLessThanOrEqual(Math.max(max, 1))
        expect(kept).toEqual(all.filter((p) => kept.includes(p)))
        if (max >= 2 && all.length > 0) expect([kept[0], kept.at(-1)]).toEqual([all[0], all.at(-1)])
        const numbers = values.filter((v) => !Number.isNaN(v))
        if (max >= 4 && numbers.length > 0) {
          const shown = kept.map((p) => p.value).filter((v) => !Number.isNaN(v))
          expect([Math.min(...shown), Math.max(...shown)]).toEqual([Math.min(...numbers), Math.max(...numbers)])
        }
      }),
    )
  })
  it('by interval samples the steps evenly and adds the ends of every run', () => {
    const all = [
      { runId: 'a', points: points(Array.from({ length: 1_000 }, (_, i) => i)) },
      { runId: 'b', points: points([1, 2, 3]) },
    ]
    const sampled = byInterval(all, { limit: 10 })
    const steps = sampled.filter((p) => p.runId === 'a').map((p) => p.step)
    expect(steps).toEqual([0, 2, 100, 200, 300, 400, 500, 600, 700, 800, 900, 999])
    expect(byInterval(all, { from: 1, to: 2, limit: 10 }).map((p) => [p.runId, p.step])).toEqual([
      ['a', 1],
      ['a', 2],
      ['b', 1],
      ['b', 2],
    ])
  })
})

it('equal points are one point, in the order of a history', () => {
  const nan = { step: 1, timestamp: 1, value: Number.NaN }
  expect(distinctPoints([{ step: 2, timestamp: 0, value: 1 }, nan, { ...nan }, { step: 2n, timestamp: 0n, value: 1 }])).toHaveLength(2)
})

describe('the address of a dataset version', () => {
  it('is ours, whole and literal', () => {
    expect(versionAddress('http://s/p/a/datasets/my%20set/versions/3', 'http://s')).toEqual({ project: 'a', name: 'my set', version: 3 })
  })
  it.each([
    'http://s/p/a/datasets/x/versions/3/',
    'http://s/p/a/datasets/x/versions/3?x',
    'http://sevil/p/a/datasets/x/versions/3',
    'https://s/p/a/datasets/x/versions/3',
    'http://s/p/a/datasets/x/versions/',
    'http://s/p/a/datasets/x/y/versions/3',
    'http://s/p/a/datasets/%/versions/3',
    's3://b/x',
  ])('is nothing else: %s', (source) => {
    expect(versionAddress(source, 'http://s')).toBeUndefined()
  })
})
