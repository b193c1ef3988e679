import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareHistory, distinctPoints } from '#tracking/domain/metric.ts'
import { byInterval } from '#tracking/domain/sampling.ts'

const points = fc
  .array(fc.record({ step: fc.integer({ min: -5, max: 30 }), timestamp: fc.integer({ min: 0, max: 9 }), value: fc.constantFrom(0, 1, Number.NaN) }), { maxLength: 40 })
  .map((given) => [...given].sort(compareHistory))

test('distinct points are those of the set, in the order of a history', () => {
  fc.assert(
    fc.property(points, (given) => {
      const seen = new Map(given.map((p) => [`${p.timestamp}/${p.step}/${p.value}`, p]))
      expect(distinctPoints([...given].reverse())).toEqual([...seen.values()].sort(compareHistory))
      expect(distinctPoints(given)).toEqual([...seen.values()].sort(compareHistory))
    }),
  )
})

test('an interval samples the steps of all runs together, and keeps the ends of each', () => {
  fc.assert(
    fc.property(fc.array(points, { maxLength: 4 }), fc.integer({ min: 1, max: 12 }), (runs, limit) => {
      const all = runs.map((run, i) => ({ runId: String(i), points: run }))
      const steps = [...new Set(runs.flat().map((p) => p.step))].sort((a, b) => a - b)
      const sampled = new Set(steps.length <= limit ? steps : Array.from({ length: limit }, (_, i) => steps[Math.floor((i * steps.length) / limit)] ?? Number.NaN))
      for (const run of runs) {
        const own = run.map((p) => p.step)
        if (own.length > 0) sampled.add(Math.min(...own)).add(Math.max(...own))
      }
      const found = byInterval(all, { limit })
      for (const { runId, points: run } of all) {
        const inOrder = run.filter((p) => sampled.has(p.step)).sort((a, b) => a.step - b.step || a.timestamp - b.timestamp)
        expect(found.filter((p) => p.runId === runId).map((p) => [p.step, p.timestamp])).toEqual(inOrder.map((p) => [p.step, p.timestamp]))
      }
    }),
  )
})
