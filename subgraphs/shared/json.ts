/**
 * JSON with exact 64-bit integers. Bodies without a run of 16 digits take the ordinary fast path; others turn integers
 * that a double cannot hold into bigint (Node 24: reviver with `context.source`, and `JSON.rawJSON` on the way out).
 */
const longDigits = /\d{16}/

export function parseJson(text: string): unknown {
  if (!longDigits.test(text)) return JSON.parse(text)
  return JSON.parse(text, exactIntegers)
}

function exactIntegers(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value === 'number' && !Number.isSafeInteger(value) && context?.source !== undefined && /^-?\d+$/.test(context.source)) return BigInt(context.source)
  return value
}

const withRawJson: { rawJSON(text: string): unknown } = JSON as never // lib.es has no rawJSON yet; Node >= 21 does

export function stringifyJson(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) => (typeof v === 'bigint' ? withRawJson.rawJSON(v.toString()) : v))
}
