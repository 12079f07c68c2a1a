import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { day, dayOf, daysOf, readPeriod } from './period.ts'

const now = 1_700_000_000

describe('a period', () => {
  test.each<[string, { begin?: number; end?: number }, { begin: number; end: number }]>([
    ['is the last thirty days when nothing is said', {}, { begin: now - 30 * day, end: now }],
    ['is the thirty days before its end', { end: 50 * day }, { begin: 20 * day, end: 50 * day }],
    ['does not begin before 1970', { end: 3 * day }, { begin: 0, end: 3 * day }],
    ['ends now when only its begin is said', { begin: now - 5 }, { begin: now - 5, end: now }],
    ['ends now when it would end in the future', { begin: now - 5, end: Number.MAX_SAFE_INTEGER }, { begin: now - 5, end: now }],
    ['may be one second', { begin: 7, end: 7 }, { begin: 7, end: 7 }],
    ['may be a year', { begin: now - 366 * day, end: now }, { begin: now - 366 * day, end: now }],
    ['may be in the future, where nothing is', { begin: now + 5, end: now + 9 }, { begin: now + 5, end: now }],
  ])('%s', (_, query, period) => {
    expect(readPeriod(query, now)).toEqual(period)
  })

  test.each<[string, { begin?: number; end?: number }]>([
    ['ends before it begins', { begin: 2, end: 1 }],
    ['begins after now without an end', { begin: now + 1 }],
    ['is longer than a year', { begin: now - 366 * day - 1, end: now }],
    ['is longer than a year up to now', { begin: 0 }],
  ])('that %s is refused with its field', (_, query) => {
    expect(() => readPeriod(query, now)).toThrow(
      expect.objectContaining({ code: 'Invalid', details: [expect.stringContaining('query.begin')] }),
    )
  })

  test('has every day of each of its seconds once, in order, and no other', () => {
    fc.assert(
      fc.property(fc.nat(2_000_000_000), fc.nat(366 * day), fc.nat(366 * day), (begin, length, offset) => {
        const days = daysOf({ begin, end: begin + length })
        expect(days).toEqual([...new Set(days)].sort((a, b) => a - b))
        expect(days.every((one) => one % day === 0)).toBe(true)
        const second = begin + Math.min(offset, length)
        expect(days).toContain(dayOf(second))
        expect(days).toHaveLength((dayOf(begin + length) - dayOf(begin)) / day + 1)
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})
