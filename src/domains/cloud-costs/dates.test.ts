import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDays, daysIn, readMonth, readRange } from './dates.ts'

const july = { begin: '2026-07-01', end: '2026-08-01' }

describe('a period', () => {
  test.each([
    ['dates', '2026-07-01', '2026-08-01'],
    ['times', '2026-07-01T00:00:00Z', '2026-08-01T00:00:00.000Z'],
    ['times of other places', '2026-07-01T02:00:00+02:00', '2026-07-31T17:00:00-07:00'],
    ['a plus sign that became a space', '2026-07-01T02:00:00 02:00', '2026-08-01'],
    ['unix seconds', '1782864000', '1785542400'],
    ['unix milliseconds', '1782864000000', '1785542400000'],
    ['a mixture', '1782864000', '2026-08-01T00:00:00Z'],
    ['the last second of a day', '2026-07-01', '2026-07-31T23:59:59Z'],
    ['a time within a day', '2026-07-01T09:30:00Z', '2026-08-01'],
  ])('may be given as %s', (_name, begin, end) => {
    expect(readRange({ begin, end })).toEqual(july)
  })

  test.each([
    ['yesterday', '2026-08-01', 'begin'],
    ['2026-02-30', '2026-08-01', 'begin'],
    ['2026-13-01', '2026-13-02', 'begin'],
    ['2026-07-01', '', 'end'],
    ['2026-07-01', '2026-7-2', 'end'],
    ['2026-07-01', '2026-07-02T25:00:00Z', 'end'],
    ['2026-07-01T10:00:00', '2026-07-02', 'begin'],
    ['-86400', '2026-07-02', 'begin'],
    ['1e9', '2026-07-02', 'begin'],
    ['2026-07-01', '999999999999999', 'end'],
    ['2026-07-01', '9'.repeat(400), 'end'],
    ['1969-12-31', '1970-01-02', 'begin'],
  ])('from %s to %s cannot be read, and %s is named', (begin, end, name) => {
    expect(() => readRange({ begin, end })).toThrow(new RegExp(`period's ${name}`))
  })

  test('ends after it begins, and has at most ten years', () => {
    expect(() => readRange({ begin: '2026-07-01', end: '2026-07-01' })).toThrow('after its begin')
    expect(() => readRange({ begin: '2026-07-02', end: '2026-07-01' })).toThrow('after its begin')
    expect(readRange({ begin: '2016-07-01', end: '2026-07-01' })).toEqual({ begin: '2016-07-01', end: '2026-07-01' })
    expect(() => readRange({ begin: '2016-07-01', end: '2026-07-02' })).toThrow('at most 10 years')
  })

  test('is a sentence or two days, whatever is given', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (begin, end) => {
        try {
          expect(readRange({ begin, end }).begin).toMatch(/^\d{4}-\d\d-\d\d$/)
        } catch (error) {
          expect(error).toMatchObject({ code: 'Invalid' })
        }
      }),
      { seed: 1 },
    )
  })
})

test('days go on over the ends of months, years and summer time', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
  expect([...daysIn({ begin: '2024-02-28', end: '2024-03-02' })]).toEqual(['2024-02-28', '2024-02-29', '2024-03-01'])
  expect([...daysIn({ begin: '2026-03-28', end: '2026-03-31' })]).toHaveLength(3)
})

test('a month is one of the calendar', () => {
  expect(readMonth('2026-07')).toBe('2026-07-01')
  for (const month of ['2026-13', '2026-00', '0001-01', '9999-01', '2026-7']) expect(() => readMonth(month)).toThrow('no such month')
})
