/** A series as a chart needs it: ascending x, gaps for what is no number. Pure. */
import { metric } from '../../format/numbers.ts'

export interface Series {
  readonly steps: readonly (number | string)[]
  readonly timestamps: readonly (number | string)[]
  readonly values: readonly (number | string)[]
}

export type Axis = 'step' | 'time'

export interface ChartData {
  readonly x: number[]
  readonly y: (number | null)[]
  /** The values as logged, NaN and the infinities too: what is a gap in the line is a word beside it. */
  readonly logged: (number | string)[]
}

export function chartData(series: Series, axis: Axis): ChartData {
  const xs = axis === 'step' ? series.steps : series.timestamps.map((t) => Number(t) / 1000)
  const order = xs.map((_, i) => i).sort((a, b) => Number(xs[a]) - Number(xs[b]) || Number(series.timestamps[a]) - Number(series.timestamps[b]))
  return {
    x: order.map((i) => Number(xs[i])),
    y: order.map((i) => {
      const value = series.values[i]
      return typeof value === 'number' && Number.isFinite(value) ? value : null
    }),
    logged: order.flatMap((i) => series.values[i] ?? []),
  }
}

/** A metric logged without steps has one step for all points: only time tells them apart. */
export const bestAxis = (series: Series): Axis => (new Set(series.steps.map(String)).size > 1 ? 'step' : 'time')

/** The trend in words, for people who do not see the line. */
export function trend(key: string, { y }: ChartData): string {
  const values = y.filter((v): v is number => v !== null)
  const [first, last] = [values[0], values.at(-1)]
  if (first === undefined || last === undefined) return `${key}: no finite value`
  const way = last > first ? 'rises' : last < first ? 'falls' : 'stays'
  return `${key}, ${values.length} points: ${way} from ${metric(first)} to ${metric(last)}, lowest ${metric(Math.min(...values))}, highest ${metric(Math.max(...values))}`
}
