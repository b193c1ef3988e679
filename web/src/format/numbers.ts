/** How numbers are written everywhere: thin space between thousands, U+2212 for minus, digits by the column's spread. */

export type Measured = number | string

const thin = '\u2009'
const minus = '\u2212'

const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, thin)

/** A whole number: a count, a step, a version. Keeps every digit of a 64-bit number that came as text. */
export function whole(value: Measured): string {
  const text = typeof value === 'number' ? String(Math.trunc(value)) : value
  return text.startsWith('-') ? minus + group(text.slice(1)) : group(text)
}

/** NaN and the infinities are values of a metric, sent as words. */
export const isOdd = (value: Measured): boolean => typeof value === 'string' || !Number.isFinite(value)

/** Decimals that tell the values of one column apart: three significant digits of their spread, at most six. */
export function decimalsFor(values: readonly Measured[]): number {
  const numbers = values.filter((v): v is number => typeof v === 'number' && Number.isFinite(v))
  if (numbers.length === 0 || numbers.every((v) => Number.isInteger(v))) return 0
  const low = Math.min(...numbers)
  const high = Math.max(...numbers)
  const scale = high > low ? high - low : Math.abs(high)
  if (scale === 0) return 0
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(scale))))
}

/** A metric's value. Very large and very small ones in scientific form. */
export function metric(value: Measured, decimals?: number): string {
  if (typeof value === 'string') return value.startsWith('-') ? minus + value.slice(1) : value
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : `${minus}Infinity`
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return value.toExponential(3).replace('-', minus).replace(/e-/, `e${minus}`)
  const text = decimals === undefined ? String(Number(value.toPrecision(5))) : value.toFixed(decimals)
  const [digits = '', fraction] = text.replace('-', '').split('.')
  const written = group(digits) + (fraction ? `.${fraction}` : '')
  return text.startsWith('-') && Number(text) !== 0 ? minus + written : written
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Bytes in steps of 1000. */
export function bytes(value: Measured): string {
  let size = Number(value)
  let unit = 0
  while (size >= 1000 && unit < byteUnits.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${byteUnits[unit]}`
}

/** "1 run", "3 runs". */
export const counted = (count: Measured, one: string, many = `${one}s`): string => `${whole(count)} ${Number(count) === 1 ? one : many}`

/** Cuts in the middle, where paths and hashes carry the least. */
export const middle = (text: string, keep = 6): string => (text.length <= keep * 2 + 1 ? text : `${text.slice(0, keep)}…${text.slice(-4)}`)
