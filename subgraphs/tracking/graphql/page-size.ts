import { invalid } from '#shared/errors.ts'

/** `first` of a list: at least 1, at most `max`. */
export function pageSize(first: number, max: number): number {
  if (first < 1 || first > max) throw invalid(`'first' must be between 1 and ${max}`, 'first')
  return first
}
