/** Thinning of histories. Points come in the order of a history. */
import type { MetricPoint } from '#tracking/domain/metric.ts'
import { limits } from '#tracking/domain/names.ts'

/**
 * At most `max` points of which the extremes stay: equal slices of the points, of each the smallest and the largest value,
 * in their order; first and last always. NaN and infinities stand for themselves where a slice has nothing finite.
 */
export function thinned<P extends MetricPoint>(points: readonly P[], max: number): P[] {
  const first = points[0]
  const last = points.at(-1)
  if (points.length <= max || !first || !last) return [...points]
  if (max < 4) return max > 1 ? [first, last] : [last]
  const slices = Math.floor((max - 2) / 2)
  const kept = new Set<number>([0, points.length - 1])
  const inner = points.length - 2
  for (let slice = 0; slice < slices; slice++) {
    const from = 1 + Math.floor((slice * inner) / slices)
    const to = 1 + Math.floor(((slice + 1) * inner) / slices)
    for (const i of extremes(points, from, to)) kept.add(i)
  }
  return [...kept].sort((a, b) => a - b).flatMap((i) => points[i] ?? [])
}

function extremes(points: readonly MetricPoint[], from: number, to: number): number[] {
  let low = -1
  let high = -1
  let lowest = Number.POSITIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  for (let i = from; i < to; i++) {
    const value = points[i]?.value ?? Number.NaN
    if (value < lowest || (low < 0 && value === lowest)) [low, lowest] = [i, value]
    if (value > highest || (high < 0 && value === highest)) [high, highest] = [i, value]
  }
  return low < 0 ? (from < to ? [from] : []) : [low, high]
}

interface RunSeries {
  readonly runId: string
  readonly points: readonly MetricPoint[]
}

/**
 * As MLflow's get-history-bulk-interval: the steps of all runs together are sampled evenly to `limit`, the smallest and
 * the largest step of each run are added (so there may be a few more), and every point at one of these steps is returned,
 * run by run, by step.
 */
export function byInterval(
  all: readonly RunSeries[],
  { from, to, limit }: { readonly from?: number | undefined; readonly to?: number | undefined; readonly limit: number },
): (MetricPoint & { runId: string })[] {
  const inside = all.map(({ runId, points }) => ({
    runId,
    points: inStepOrder(from === undefined && to === undefined ? points : points.filter(({ step }) => (from === undefined || step >= from) && (to === undefined || step <= to))),
  }))
  const steps = inside.map(({ points }) => stepsOf(points)).reduce(union, [])
  const every = steps.length / limit
  const sampled = new Set(steps.length <= limit ? steps : Array.from({ length: limit }, (_, i) => steps[Math.floor(i * every)]))
  for (const { points } of inside) {
    for (const end of [points[0], points.at(-1)]) if (end) sampled.add(end.step)
  }
  return inside.flatMap(({ runId, points }) =>
    points
      .filter(({ step }) => sampled.has(step))
      .slice(0, limits.intervalPoints)
      .map((point) => ({ ...point, runId })),
  )
}

/** A history is in order of time; steps nearly always follow it. */
const inStepOrder = (points: readonly MetricPoint[]): readonly MetricPoint[] => (points.every((point, i) => i === 0 || byStep(points[i - 1] ?? point, point) <= 0) ? points : [...points].sort(byStep))

type Step = MetricPoint['step']

/** Of points in step order, each step once. */
function stepsOf(points: readonly MetricPoint[]): Step[] {
  const steps: Step[] = []
  for (const { step } of points) if (step !== steps.at(-1)) steps.push(step)
  return steps
}

/** Of two ascending lists, without a set: runs of one kind have the same steps, and many. */
function union(a: readonly Step[], b: readonly Step[]): Step[] {
  const both: Step[] = []
  let i = 0
  let j = 0
  for (;;) {
    const left = a[i]
    const right = b[j]
    if (left === undefined) return both.concat(b.slice(j))
    if (right === undefined) return both.concat(a.slice(i))
    if (left <= right) {
      both.push(left)
      i++
      if (left === right) j++
    } else {
      both.push(right)
      j++
    }
  }
}

const byStep = (a: MetricPoint, b: MetricPoint): number => (a.step < b.step ? -1 : a.step > b.step ? 1 : a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0)
