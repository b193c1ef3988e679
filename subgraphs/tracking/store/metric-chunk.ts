/** Points as bytes: 24 each, big-endian int8 step, int8 timestamp, float8 value. */
import type { MetricPoint } from '#tracking/domain/metric.ts'

export const pointBytes = 24

/** -0 is 0, and every NaN is the same NaN: equal points are equal bytes. */
export function packPoints(points: readonly MetricPoint[], into: Buffer, at: number): number {
  for (const { step, timestamp, value } of points) {
    writeWhole(into, step, at)
    writeWhole(into, timestamp, at + 8)
    into.writeDoubleBE(Number.isNaN(value) ? Number.NaN : value + 0, at + 16)
    at += pointBytes
  }
  return at
}

export function unpackPoints(bytes: Buffer): MetricPoint[] {
  const points: MetricPoint[] = []
  for (let at = 0; at + pointBytes <= bytes.length; at += pointBytes) {
    points.push({ step: readWhole(bytes, at), timestamp: readWhole(bytes, at + 8), value: bytes.readDoubleBE(at + 16) })
  }
  return points
}

const HALF = 2 ** 32

/** Two halves, because a bigint for each step and time is half of what a history costs. */
function writeWhole(into: Buffer, value: number | bigint, at: number): void {
  if (typeof value === 'bigint' || !Number.isSafeInteger(value)) into.writeBigInt64BE(BigInt(value), at)
  else {
    into.writeInt32BE(Math.floor(value / HALF), at)
    into.writeUInt32BE(value >>> 0, at + 4)
  }
}

function readWhole(bytes: Buffer, at: number): number | bigint {
  const near = bytes.readInt32BE(at) * HALF + bytes.readUInt32BE(at + 4)
  return Number.isSafeInteger(near) ? near : whole(bytes.readBigInt64BE(at))
}

/** A number where it is exact. */
export function whole(exact: bigint | string): number | bigint {
  const near = Number(exact)
  return Number.isSafeInteger(near) ? near : BigInt(exact)
}
