import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packPoints, pointBytes, unpackPoints } from '#tracking/store/metric-chunk.ts'

const edges = [0, 1, -1, 2 ** 32 - 1, 2 ** 32, -(2 ** 32), -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)]
const whole = fc.oneof(fc.constantFrom(...edges), fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))

test('points come back as they were packed, numbers where they are exact', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ step: whole, timestamp: whole, value: fc.double() })), (points) => {
      const bytes = Buffer.alloc(points.length * pointBytes)
      packPoints(points, bytes, 0)
      const exact = (n: number | bigint) => (Number.isSafeInteger(Number(n)) ? Number(n) + 0 : BigInt(n))
      expect(unpackPoints(bytes)).toEqual(points.map((p) => ({ step: exact(p.step), timestamp: exact(p.timestamp), value: p.value + 0 })))
      expect(points.map((_, i) => bytes.readBigInt64BE(i * pointBytes))).toEqual(points.map((p) => BigInt(p.step)))
    }),
  )
})
