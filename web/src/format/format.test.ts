import { describe, expect, it } from 'vitest'
import { bytes, counted, decimalsFor, isOdd, metric, middle, whole } from './numbers.ts'
import { absolute, ago, date, duration, until } from './time.ts'

const thin = '\u2009'

describe('numbers', () => {
  it('groups thousands with a thin space and writes a true minus', () => {
    expect(whole(1284)).toBe(`1${thin}284`)
    expect(whole(-1234567)).toBe(`\u22121${thin}234${thin}567`)
  })
  it('keeps every digit of a 64-bit step', () => expect(whole('9007199254740993')).toBe(['9', '007', '199', '254', '740', '993'].join(thin)))
  it('gives one column one number of decimals, by its spread', () => {
    expect(decimalsFor([4.17, 4.52, 7.92])).toBe(2)
    expect(decimalsFor([0.4288, 0.4271])).toBe(5)
    expect(decimalsFor([770, 863])).toBe(0)
    expect(decimalsFor(['NaN', 0.5])).toBe(3)
    expect(decimalsFor([])).toBe(0)
  })
  it('writes metric values', () => {
    expect(metric(4.3, 2)).toBe('4.30')
    expect(metric(-0.12, 2)).toBe('\u22120.12')
    expect(metric(1.5e-7)).toBe('1.500e\u22127')
    expect(metric(0)).toBe('0')
    expect(metric(-0.001, 2)).toBe('0.00')
  })
  it('writes NaN and the infinities as words', () => {
    expect(['NaN', 'Infinity', '-Infinity'].map((v) => metric(v))).toEqual(['NaN', 'Infinity', '\u2212Infinity'])
    expect([isOdd('NaN'), isOdd(1), isOdd(Number.NaN)]).toEqual([true, false, true])
  })
  it('writes bytes in steps of 1000', () => expect([bytes(412), bytes(1200), bytes(18_300_000), bytes('214000000')]).toEqual(['412 B', '1.2 kB', '18.3 MB', '214 MB']))
  it('counts in words', () => expect([counted(1, 'run'), counted(0, 'run'), counted(2, 'alias', 'aliases')]).toEqual(['1 run', '0 runs', '2 aliases']))
  it('cuts hashes in the middle', () => expect([middle('b41c09e7aa00b41c'), middle('short')]).toEqual(['b41c09…b41c', 'short']))
})

describe('time', () => {
  const now = Date.UTC(2026, 10, 20, 12)
  it('counts down the last seven days', () => {
    expect([now, now + 30_000, now + 3 * 3_600_000, now + 6.9 * 86_400_000].map((at) => until(at, now))).toEqual(['ended', 'in 1 min', 'in 3 h', 'in 6 d'])
    expect(until(now + 7 * 86_400_000, now)).toBe(date(now + 7 * 86_400_000))
  })
  it('is relative under seven days, then a date', () => {
    expect([ago(now - 5_000, now), ago(now - 12 * 60_000, now), ago(now - 3 * 3_600_000, now), ago(now - 6 * 86_400_000, now)]).toEqual(['just now', '12 min', '3 h', '6 d'])
    expect(ago(now - 8 * 86_400_000, now)).toBe(date(now - 8 * 86_400_000))
  })
  it('takes a moment a little ahead of this clock for now, a far one for a date', () => {
    expect(ago(now + 30_000, now)).toBe('just now')
    expect(ago(now + 3 * 86_400_000, now)).toBe(date(now + 3 * 86_400_000))
  })
  it('shows the zone of the reader and UTC', () => expect(absolute(Date.UTC(2026, 0, 2, 3, 4, 5), 'Asia/Bangkok')).toBe('2 Jan 2026, 10:04:05 (2026-01-02T03:04:05Z)'))
  it('writes durations with two units', () => expect([duration(420), duration(9_000), duration(638_000), duration(7_500_000)]).toEqual(['420 ms', '9s', '10m 38s', '2h 05m']))
})
