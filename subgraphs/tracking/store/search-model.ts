/** What a search must find, said the slow way: every run against every clause. The measure of run-search.ts in tests. */
import type { MetricPoint } from '#tracking/domain/metric.ts'
import type { Run } from '#tracking/domain/run.ts'
import type { Condition, Filter, OrderTerm } from '#tracking/domain/search-filter.ts'

export function matches(run: Run, filter: Filter | undefined): boolean {
  if (!filter) return true
  switch (filter.type) {
    case 'and':
      return filter.all.every((f) => matches(run, f))
    case 'or':
      return filter.any.some((f) => matches(run, f))
    case 'not':
      return !matches(run, filter.of)
    case 'compare':
      return holds(run, filter)
  }
}

function holds(run: Run, { field, comparator, value }: Condition): boolean {
  if (field.kind === 'dataset') return run.datasets.some((d) => compare(field.name === 'name' ? d.name : field.name === 'digest' ? d.digest : d.context, comparator, value))
  return compare(valueIn(run, field), comparator, value)
}

type Value = string | number | null

function valueIn(run: Run, { kind, name }: OrderTerm['field']): Value {
  if (kind === 'metric') return run.metrics.find((m) => m.key === name)?.value ?? null
  if (kind === 'parameter') return run.params.find((p) => p.key === name)?.value ?? null
  if (kind === 'tag') return run.tags.find((t) => t.key === name)?.value ?? null
  const attributes: Readonly<Record<string, Value>> = {
    run_id: run.id,
    run_name: run.name,
    status: run.status,
    user_id: run.userName,
    artifact_uri: run.artifactUri,
    start_time: run.startTime,
    end_time: run.endTime,
  }
  return attributes[name] ?? null
}

const like = (pattern: string, flags: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('%', '[\\s\\S]*')
      .replaceAll('_', '[\\s\\S]')}$`,
    `${flags}u`,
  )

function compare(left: Value, comparator: Condition['comparator'], value: Condition['value']): boolean {
  if (comparator === 'IS NULL') return left === null
  if (left === null) return false
  switch (comparator) {
    case 'IS NOT NULL':
      return true
    case 'IN':
      return Array.isArray(value) && value.includes(String(left))
    case 'NOT IN':
      return Array.isArray(value) && !value.includes(String(left))
    case 'LIKE':
      return like(String(value), '').test(String(left))
    case 'ILIKE':
      return like(String(value), 'i').test(String(left))
  }
  const right = typeof left === 'number' ? Number(value) : String(value)
  switch (comparator) {
    case '=':
      return left === right
    case '!=':
      return left !== right
    case '>':
      return left > right
    case '>=':
      return left >= right
    case '<':
      return left < right
    case '<=':
      return left <= right
  }
}

/** Values first, then NaN, then what is missing; ties latest first, then by id. Text is ordered by its first 200 characters. */
export function ordered(runs: readonly Run[], orderBy: readonly OrderTerm[]): Run[] {
  return [...runs].sort((a, b) => {
    for (const { field, ascending } of orderBy) {
      const [x, y] = [cut(valueIn(a, field)), cut(valueIn(b, field))]
      if (rank(x) !== rank(y)) return rank(x) - rank(y)
      if (rank(x) === 0 && x !== y && x !== null && y !== null) return (x < y ? -1 : 1) * (ascending ? 1 : -1)
    }
    return b.startTime - a.startTime || (a.id < b.id ? -1 : 1)
  })
}
const cut = (value: Value): Value => (typeof value === 'string' ? [...value].slice(0, 200).join('') : value)
const rank = (value: Value): number => (value === null ? 2 : Number.isNaN(value) ? 1 : 0)

/** The latest of some points, by its definition. */
export const latestOf = (points: readonly MetricPoint[]): MetricPoint | undefined =>
  points.reduce<MetricPoint | undefined>((best, p) => {
    if (!best) return p
    const [x, y] = [Number.isNaN(p.value) ? 0 : p.value, Number.isNaN(best.value) ? 0 : best.value]
    return p.step > best.step || (p.step === best.step && (p.timestamp > best.timestamp || (p.timestamp === best.timestamp && x > y))) ? p : best
  }, undefined)
