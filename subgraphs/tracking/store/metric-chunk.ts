/** Points as bytes: 24 each, big-endian int8 step, int8 timestamp, float8 value. */
import type { MetricPoint } from '#tracking/domain/metric.ts'

export const pointBytes = 24

/** -0 is 0, and every NaN is the same NaN: equal points are equal bytes. */
export function packPoints(points: readonly MetricPoint[], into: Buffer, at: number): number {
  for (const { step, timestamp, value } of points) {
    into.writeBigInt64BE(BigInt(step), at)
    into.writeBigInt64BE(BigInt(timestamp), at + 8)
    into.writeDoubleBE(Number.isNaN(value) ? Number.NaN : value + 0, at + 16)
    at += pointBytes
  }
  return at
}

export function unpackPoints(bytes: Buffer): MetricPoint[] {
  const points: MetricPoint[] = []
  for (let at = 0; at + pointBytes <= bytes.length; at += pointBytes) {
    points.push({ step: whole(bytes.readBigInt64BE(at)), timestamp: whole(bytes.readBigInt64BE(at + 8)), value: bytes.readDoubleBE(at + 16) })
  }
  return points
}

/** A number where it is exact. */
export function whole(exact: bigint | string): number | bigint {
  const near = Number(exact)
  return Number.isSafeInteger(near) ? near : BigInt(exact)
}
