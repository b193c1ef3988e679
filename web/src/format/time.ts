/** Relative under 7 days, then the date; the absolute time with its UTC form is the hover text. A clock that runs a little ahead makes no future. */

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export function ago(at: number, now: number): string {
  const age = now - at
  if (age < -day) return date(at)
  if (age < minute) return 'just now'
  if (age < hour) return `${Math.floor(age / minute)} min`
  if (age < day) return `${Math.floor(age / hour)} h`
  if (age < 7 * day) return `${Math.floor(age / day)} d`
  return date(at)
}

/** The other direction: what is left under 7 days, then the date. */
export function until(at: number, now: number): string {
  const left = at - now
  if (left <= 0) return 'ended'
  if (left < hour) return `in ${Math.ceil(left / minute)} min`
  if (left < day) return `in ${Math.floor(left / hour)} h`
  if (left < 7 * day) return `in ${Math.floor(left / day)} d`
  return date(at)
}

/** `timeZone` is the reader's own unless a test names one. */
export const date = (at: number, timeZone?: string): string => new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone }).format(at)

export const clock = (at: number, timeZone?: string): string => new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone }).format(at)

export const absolute = (at: number, timeZone?: string): string => `${date(at, timeZone)}, ${clock(at, timeZone)} (${new Date(at).toISOString().replace('.000Z', 'Z')})`

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = Math.round(ms / 1000)
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  if (h > 0) return `${h}h ${String(m).padStart(2, '0')}m`
  if (m > 0) return `${m}m ${String(s).padStart(2, '0')}s`
  return `${s}s`
}
