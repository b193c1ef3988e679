import { expect, it } from 'vitest'
import { bestAxis, chartData, trend } from './chartData.ts'

const series = { steps: [2, 0, 1], timestamps: [3000, 1000, 2000], values: [0.5, 1, 'NaN'] }

it('a chart ascends whatever order the points came in, and NaN is a gap', () => expect(chartData(series, 'step')).toEqual({ x: [0, 1, 2], y: [1, null, 0.5], logged: [1, 'NaN', 0.5] }))
it('time is in seconds', () => expect(chartData(series, 'time').x).toEqual([1, 2, 3]))
it('points without steps are told apart by time', () => {
  expect(bestAxis(series)).toBe('step')
  expect(bestAxis({ ...series, steps: [0, 0, 0] })).toBe('time')
})
it('a line has words', () => {
  expect(trend('loss', chartData(series, 'step'))).toBe('loss, 2 points: falls from 1 to 0.5, lowest 0.5, highest 1')
  expect(trend('loss', { x: [0], y: [null], logged: ['NaN'] })).toBe('loss: no finite value')
})
