import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../../../test/support/random.ts'
import { addDays, daysOf, weekdayOf } from '../cost-budgets/spans.ts'
import { detect, fewestDays } from './detect.ts'

const begin = '2026-04-13'
const run = (costs: readonly number[], more: { begin?: string; known?: number; minimum?: number } = {}) =>
  detect({ begin, known: 0, minimum: 5, ...more, costs })
const level = (days: number, cost: number) => Array.from({ length: days }, () => cost)
const daysFound = (costs: readonly number[], more = {}) => run(costs, more).map(({ day }) => day)

describe('a day stands out', () => {
  test('when it costs three times as much as the days before, with what it was and what was expected', () => {
    expect(run([...level(40, 100), 300, ...level(5, 100)])).toEqual([{ day: addDays(begin, 40), cost: 300, expected: 100, isNew: false }])
  })

  test('when its weekday is usually cheap, although other days cost as much', () => {
    const weekly: number[] = Array.from({ length: 49 }, (_, index) => (weekdayOf(addDays(begin, index)) < 5 ? 100 : 10))
    expect(daysFound(weekly)).toEqual([])
    const jump = weekly.with(41, 60)
    expect(run(jump)).toEqual([{ day: addDays(begin, 41), cost: 60, expected: 10, isNew: false }])
  })

  test('when something costs much that never cost anything', () => {
    expect(run([...level(40, 0), 80, 80, 80])).toEqual([{ day: addDays(begin, 40), cost: 80, expected: 0, isNew: true }])
  })

  test('again, when it becomes much more than what was told', () => {
    const costs = [...level(40, 100), 300, 310, 290, 700, 700, 700]
    expect(run(costs).map(({ cost, expected }) => [cost, expected])).toEqual([
      [300, 100],
      [700, 310],
    ])
  })

  test('again, when it was over in between', () => {
    expect(daysFound([...level(40, 100), 300, ...level(6, 100), 300])).toEqual([addDays(begin, 40), addDays(begin, 47)])
  })
})

describe('nothing is said', () => {
  const quiet: [what: string, costs: number[], more?: object][] = [
    ['about less than before', [...level(40, 100), ...level(10, 10)]],
    ['about small amounts, however many times more', [...level(40, 0.5), 5]],
    ['about what is new and small', [...level(40, 0), 15]],
    ['while there is too little history', [...level(fewestDays - 1, 100), 900]],
    ['about what is known only since then', [...level(30, 0), ...level(13, 100), 900], { known: 30 }],
    ['about what is charged now and then', Array.from({ length: 60 }, (_, index) => (index % 10 === 0 ? 50 : 0))],
    ['about growth of two percent a day', Array.from({ length: 90 }, (_, index) => 20 * 1.02 ** index)],
    [
      'about weekends that were as expensive before',
      Array.from({ length: 60 }, (_, index) => (weekdayOf(addDays(begin, index)) < 5 ? 10 : 100)),
    ],
    // From 13 April: 1 May is day 18, 1 June is 49, 1 July is 79.
    ['about what is charged on the first of a month', level(85, 10).with(18, 500).with(49, 510).with(79, 505)],
    ['about what comes on the same date each month', level(85, 10).with(22, 500).with(53, 510).with(83, 490), { known: 10 }],
  ]
  test.each(quiet.slice(0, -1))('%s', (_, costs, more) => {
    expect(run(costs, more)).toEqual([])
  })

  test.each([
    ['the last of each', ['2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30', '2026-07-31']],
    ['the 30th of each, or the last one of a shorter', ['2026-01-30', '2026-02-28', '2026-03-30', '2026-04-30', '2026-05-30']],
    ['the 31st of each, or the last one of a shorter', ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']],
  ])('about what comes on %s month, but for the first time', (_, fees) => {
    const days = daysOf({ begin: '2026-01-01', end: '2026-08-05' })
    const costs = days.map((day) => (fees.includes(day) ? 500 : 10))
    expect(daysFound(costs, { begin: '2026-01-01' })).toEqual(fees.slice(0, 1))
  })

  test('about what comes on the same date each month, but for the first time', () => {
    const [, costs = []] = quiet.at(-1) ?? []
    expect(daysFound(costs as number[])).toEqual(['2026-05-05'])
  })

  test('twice about a new level, also when weekends are quieter', () => {
    const costs = Array.from({ length: 90 }, (_, index) => (index < 50 ? 100 : 300) * (weekdayOf(addDays(begin, index)) < 5 ? 1 : 0.3))
    expect(daysFound(costs)).toHaveLength(1)
  })

  test('about a jump on the first of a month before its second day', () => {
    const costs = [...level(18, 100), ...level(20, 400)]
    expect(daysFound(costs)).toEqual(['2026-05-02'])
  })
})

describe('of whatever days', () => {
  const noise = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 90, maxLength: 90 })
  const settings = { seed: 7, numRuns: 300 }

  test('a jump to three times as much is found on its day', () => {
    fc.assert(
      fc.property(noise, fc.double({ min: 20, max: 1e6, noNaN: true }), fc.integer({ min: 36, max: 88 }), (wobble, base, at) => {
        const costs = wobble.map((by, index) => base * (index < at ? 1 : 3) * (1 + 0.15 * by))
        const found = run(costs).map((one) => one.day)
        expect(found).toContain(addDays(begin, at))
        expect(found.length).toBeLessThanOrEqual(2)
      }),
      settings,
    )
  })

  test('days that only differ a little are never told', () => {
    fc.assert(
      fc.property(noise, fc.double({ min: 0, max: 1e6, noNaN: true }), (wobble, base) => {
        expect(run(wobble.map((by) => base * (1 + 0.25 * by)))).toEqual([])
      }),
      settings,
    )
  })

  test('days as chance makes them, a fifth up and down, are told less than once in a thousand', () => {
    const random = new Random(7)
    const gauss = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
    let [told, days] = [0, 0]
    for (let service = 0; service < 500; service++) {
      told += run(Array.from({ length: 90 }, () => Math.max(0, 100 * (1 + 0.2 * gauss())))).length
      days += 90 - fewestDays
    }
    expect(told / days).toBeLessThan(0.001)
  })

  test('found days are days of the list, in order, and cost more than was expected', () => {
    const anything = fc.array(fc.oneof(fc.constant(0), fc.double({ min: -1e3, max: 1e9, noNaN: true })), { maxLength: 120 })
    fc.assert(
      fc.property(anything, fc.nat(100), (costs, known) => {
        const found = run(costs, { known })
        expect(found.map(({ day }) => day)).toEqual([...new Set(found.map(({ day }) => day))].sort())
        for (const { day, cost, expected } of found) {
          expect(cost).toBeGreaterThan(expected)
          expect(day >= addDays(begin, known + fewestDays)).toBe(true)
        }
      }),
      settings,
    )
  })
})
