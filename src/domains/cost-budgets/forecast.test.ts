import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { completeUntil, fewestDays, forecast } from './forecast.ts'
import { addDays, daysOf, spanOf, weekdayOf } from './spans.ts'

const july = spanOf('month', '2026-07-15')
const days = (count: number, cost: (index: number, day: string) => number) =>
  daysOf(july)
    .slice(0, count)
    .map((day, index) => ({ day, cost: String(cost(index, day)) }))

describe('the forecast of a month', () => {
  test('of days that are all alike is that of a whole month', () => {
    expect(
      forecast(
        july,
        days(10, () => 10),
        '2026-07-11',
      ),
    ).toBe('310')
  })

  test('goes on growing as the days grew, for as long as they did', () => {
    // 1 + 2 + … + 15, and 16 days more on the line, of which the last is held level.
    expect(
      forecast(
        july,
        days(15, (index) => index + 1),
        '2026-07-16',
      ),
    ).toBe(String((30 * 31) / 2 + 30))
  })

  test('knows weekends, once two weeks are there', () => {
    const weekly = (_: number, day: string) => (weekdayOf(day) < 5 ? 100 : 10)
    const whole = daysOf(july).reduce((sum, day) => sum + weekly(0, day), 0)
    expect(Number(forecast(july, days(14, weekly), '2026-07-15'))).toBeCloseTo(whole, 6)
  })

  test('is not bent by what is charged once', () => {
    const fee = days(10, () => 10).map((one, index) => (index === 0 ? { ...one, cost: '1010' } : one))
    expect(Number(forecast(july, fee, '2026-07-11'))).toBeCloseTo(1310, 6)
  })

  test('takes days that are not whole yet for what they will be, and what is more as it is', () => {
    const late = [...days(10, () => 10), { day: '2026-07-11', cost: '2' }, { day: '2026-07-31', cost: '500' }]
    expect(forecast(july, late, '2026-07-11')).toBe('800')
  })

  test('is what was spent, when nothing was charged any more for a week', () => {
    const ended = days(10, () => 10)
    expect(forecast(july, ended, '2026-07-18')).toBe('100')
    // Two days without say nothing yet.
    expect(forecast(july, ended, '2026-07-13')).toBe('290')
    const year = spanOf('year', '2026-07-15')
    const since = daysOf({ begin: '2026-03-01', end: '2026-07-11' }).map((day) => ({ day, cost: '10' }))
    expect(forecast(year, since, '2026-07-18')).toBe(String(since.length * 10))
  })

  test('begins with the first day that is billed', () => {
    const begun = daysOf(july)
      .slice(10, 20)
      .map((day) => ({ day, cost: '10' }))
    expect(forecast(july, begun, '2026-07-21')).toBe('210')
  })

  test('is what was spent, when all of it is billed', () => {
    expect(
      forecast(
        july,
        days(31, () => 1),
        '2026-08-01',
      ),
    ).toBe('31')
  })

  test('is not told from too few days, or none', () => {
    expect(
      forecast(
        july,
        days(fewestDays - 1, () => 10),
        '2026-07-07',
      ),
    ).toBeUndefined()
    expect(forecast(july, [], '2026-07-20')).toBeUndefined()
  })

  test('of a year does not explode from a week that grew', () => {
    const year = spanOf('year', '2026-01-01')
    const grown = Array.from({ length: 14 }, (_, index) => ({ day: addDays('2026-01-01', index), cost: String(10 + 10 * index) }))
    expect(Number(forecast(year, grown, '2026-01-15'))).toBeLessThan(365 * 290)
  })
})

test('amounts beyond all reason have no forecast', () => {
  expect(
    forecast(
      july,
      days(10, (index) => Number(`1e${298 + index}`)),
      '2026-07-11',
    ),
  ).toSatisfy((text) => text === undefined || /^\d+$/.test(text))
})

describe('whatever was billed', () => {
  const amounts = fc.array(fc.integer({ min: -10_000, max: 1_000_000 }), { minLength: 1, maxLength: 31 })
  const settings = { seed: 7, numRuns: 300 }

  test('the forecast is never below what is spent', () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 31 }), (cents, whole) => {
        const billed = days(cents.length, (index) => (cents[index] ?? 0) / 100)
        const text = forecast(july, billed, addDays(july.begin, whole))
        if (text === undefined) return
        const spent = billed.reduce((sum, { cost }) => sum.plus(cost), new Decimal(0))
        expect(new Decimal(text).gte(spent)).toBe(true)
        expect(text).toMatch(/^-?\d+(\.\d+)?$/)
      }),
      settings,
    )
  })

  test('twice the costs make twice the forecast', () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: 7, max: 31 }), (cents, whole) => {
        const of = (times: number) =>
          forecast(
            july,
            days(cents.length, (index) => Math.abs(cents[index] ?? 0) * times),
            addDays(july.begin, whole),
          )
        const [once, twice] = [of(1), of(2)]
        if (once !== undefined) expect(Math.abs(Number(twice) - 2 * Number(once))).toBeLessThan(0.05)
      }),
      settings,
    )
  })
})

test('days may still grow after the last one of the bill that is furthest behind, and always yesterday and today', () => {
  expect(completeUntil(['2026-07-14', '2026-07-12'], '2026-07-16')).toBe('2026-07-12')
  expect(completeUntil(['2026-07-16'], '2026-07-16')).toBe('2026-07-15')
  // An account that ended in June does not hold back the others.
  expect(completeUntil(['2026-07-14', '2026-06-02'], '2026-07-16')).toBe('2026-07-14')
  expect(completeUntil([], '2026-07-16')).toBeUndefined()
})
