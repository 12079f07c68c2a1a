/**
 * Which days cost far more than a service usually costs. Pure: a list of days in, those that stand out again.
 *
 * What is usual is the median of the weeks before, for each weekday by itself where weekdays differ; how far from it days usually are
 * is their median absolute deviation. Medians, since what stood out before must not hide what stands out now.
 */
import type { Day } from '../../formats/billing/types.ts'
import { medianOf } from '../cost-budgets/forecast.ts'
import { addDays, daysBetween, daysOf, monthAfter, weekdayOf } from '../cost-budgets/spans.ts'

/** What a day is compared with: five of each weekday. */
export const windowDays = 35
/** With less history nothing is said. */
export const fewestDays = 14
/** A day stands out when it costs this much more than usual, as a part of what is usual … */
const leastShare = 0.5
/** … and is this many deviations away from it. */
const leastDeviations = 6
/** What is new must be so many times the smallest difference that counts. */
export const newFactor = 4
/** What stood out is told again when it costs so many times more than when it was told. */
export const againFactor = 1.5
/** After so many usual days it is over. A weekend is not its end. */
const quietDays = 3
/** Weekdays differ when knowing them leaves less than this of the deviation. */
const weekdayShare = 0.6
const leastWeeks = 4
/** Medians of few days lie closer to them than those of many. */
const fewDays = 1.4
/** From a median absolute deviation to a standard deviation. */
const fromMad = 1.4826

export interface Series {
  /** Of the first of the costs. */
  readonly begin: Day
  /** Day after day, 0 where nothing was charged. */
  readonly costs: readonly number[]
  /** Bills are known from this one on. */
  readonly known: number
  /** The smallest difference that counts, in the currency of the costs. */
  readonly minimum: number
}

export interface Outstanding {
  readonly day: Day
  readonly cost: number
  readonly expected: number
  /** It never cost anything in the weeks before. */
  readonly isNew: boolean
}

/** The oldest first. What goes on at the same height is told once. */
export function detect(series: Series): Outstanding[] {
  const found: Outstanding[] = []
  /** Costs of what goes on, and for how many days it has not stood out. */
  let height: number | undefined
  let quiet = 0
  for (let index = series.known + fewestDays; index < series.costs.length; index++) {
    const cost = series.costs[index] ?? 0
    const usual = usualAt(series, index)
    if (!usual || cost <= usual.limit) {
      quiet++
      if (quiet >= quietDays) height = undefined
      continue
    }
    quiet = 0
    const isMore = height !== undefined && cost > height * againFactor && cost - height > series.minimum
    if (height === undefined || isMore)
      found.push({
        day: addDays(series.begin, index),
        cost,
        expected: height ?? usual.expected,
        isNew: height === undefined && usual.isNew,
      })
    height = Math.max(height ?? 0, cost)
  }
  return found
}

interface Usual {
  readonly expected: number
  /** What costs more stands out. */
  readonly limit: number
  readonly isNew: boolean
}

/** Undefined: it cannot be told. */
function usualAt({ begin, costs, known, minimum }: Series, index: number): Usual | undefined {
  const day = addDays(begin, index)
  const from = Math.max(known, index - windowDays)
  const window = costs.slice(from, index).map((cost, offset) => ({ cost, weekday: weekdayOf(addDays(begin, from + offset)) }))
  const charged = window.filter(({ cost }) => cost !== 0)
  const before = sameDateBefore({ begin, costs, known }, index)
  // Fees of a month come on its first day. Without an earlier one to compare with, the second day tells whether it goes on.
  if (before === undefined && day.endsWith('-01')) return undefined
  if (charged.length === 0) return { expected: 0, limit: minimum * newFactor, isNew: true }
  // What is charged now and then is compared with the days on which it was.
  const usual = baselineOf(charged.length * 2 < window.length ? charged : window)
  const { expected, deviation } = usual(weekdayOf(day))
  // Weekdays may differ although that is not sure yet.
  const sameWeekday = window.filter(({ weekday }) => weekday === weekdayOf(day)).map(({ cost }) => cost)
  const limit = Math.max(limitOf(expected, deviation, minimum), limitOf(medianOf(sameWeekday), 0, minimum))
  if (before === undefined) return { expected, limit, isNew: false }
  const then = usual(weekdayOf(before.day))
  const stoodOut = before.cost > limitOf(then.expected, then.deviation, minimum)
  const most = stoodOut ? Math.max(expected, before.cost) : expected
  return { expected: most, limit: Math.max(limit, limitOf(most, deviation, minimum)), isNew: false }
}

const limitOf = (expected: number, deviation: number, minimum: number) =>
  expected + Math.max(leastDeviations * deviation, leastShare * expected, minimum)

interface Baseline {
  readonly expected: number
  readonly deviation: number
}

function baselineOf(days: readonly { cost: number; weekday: number }[]): (weekday: number) => Baseline {
  const usual = medianOf(days.map(({ cost }) => cost))
  const deviation = medianOf(days.map(({ cost }) => Math.abs(cost - usual)))
  const all = { expected: usual, deviation: deviation * fromMad }
  const each = Array.from({ length: 7 }, (_, at) => days.flatMap((day) => (day.weekday === at ? [day.cost] : [])))
  if (each.some((costs) => costs.length < leastWeeks)) return () => all
  const medians = each.map(medianOf)
  const within = medianOf(days.map((day) => Math.abs(day.cost - (medians[day.weekday] ?? 0))))
  return within <= deviation * weekdayShare
    ? (weekday) => ({ expected: medians[weekday] ?? usual, deviation: within * fewDays * fromMad })
    : () => all
}

/**
 * What the same date of the month before cost: what comes once a month is no surprise. On the last day of a month that is any later one of
 * the month before as well, and after a shorter month its last one.
 */
function sameDateBefore(
  { begin, costs, known }: Pick<Series, 'begin' | 'costs' | 'known'>,
  index: number,
): { day: Day; cost: number } | undefined {
  const day = addDays(begin, index)
  const [first, last] = [monthAfter(day, -1), addDays(monthAfter(day, 0), -1)]
  const same = [addDays(first, Number(day.slice(8)) - 1), last].sort()[0] ?? last
  const isLast = addDays(day, 1) === monthAfter(day, 1)
  return daysOf({ begin: same, end: addDays(isLast ? last : same, 1) })
    .flatMap((before) => {
      const at = daysBetween(begin, before)
      return at >= known && at < index ? [{ day: before, cost: costs[at] ?? 0 }] : []
    })
    .reduce<{ day: Day; cost: number } | undefined>((most, one) => (most && most.cost >= one.cost ? most : one), undefined)
}
