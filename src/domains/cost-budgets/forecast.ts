/**
 * What a span will have cost at its end, from the days of it that are billed. Pure.
 *
 * A straight line through the days, each compared with what its weekday usually is. The line is the median of all lines through
 * two days, so that a fee on the first of the month, or one broken day, does not bend it. Beyond as many days as were seen it goes
 * on level: a week that grew does not make a year that explodes. What cost nothing for a week has ended.
 */
import { Decimal } from 'decimal.js'
import type { Day } from '../../formats/billing/day.ts'
import { amountText, Exact } from './money.ts'
import { addDays, daysBetween, daysOf, type Span, weekdayOf } from './spans.ts'

export interface Billed {
  readonly day: Day
  readonly cost: string
}

/** With fewer whole days nothing is said; with fewer than two weeks a weekday says nothing yet. */
export const fewestDays = 7
const fewestForWeekdays = 14
/** What cost nothing on so many whole days, up to the last one, is taken to be over. */
const endedDays = 7
/** What was a season ago says little of what comes. */
export const trendDays = 92

/**
 * @param days of the span that were billed, whatever is known of them; others cost nothing
 * @param complete the first day that may still grow
 * @returns undefined when too few days are whole
 */
export function forecast(span: Span, days: readonly Billed[], complete: Day): string | undefined {
  const costs = new Map<Day, Decimal>()
  for (const { day, cost } of days) costs.set(day, (costs.get(day) ?? new Exact(0)).plus(cost))
  const spent = [...costs.values()].reduce((sum, cost) => sum.plus(cost), new Exact(0))
  const known = [...costs.keys()].sort()[0]
  if (known === undefined) return undefined
  const until = complete < span.end ? complete : span.end
  if (until === span.end) return amountText(spent)
  const begin = known > span.begin ? known : span.begin
  const whole = daysOf({ begin, end: until })
  if (whole.length < fewestDays) return undefined
  const points = whole.slice(-trendDays).map((day) => ({ day, cost: (costs.get(day) ?? new Exact(0)).toNumber() }))
  const expect = points.slice(-endedDays).every(({ cost }) => cost === 0) ? () => 0 : trendOf(points)
  let rest = new Exact(0)
  for (const day of daysOf({ begin: until, end: span.end })) {
    const expected = expect(day)
    // Amounts beyond all reason; nothing follows from them.
    if (!Number.isFinite(expected)) return undefined
    rest = rest.plus(Exact.max(costs.get(day) ?? 0, new Exact(expected).toDecimalPlaces(6)))
  }
  const told = whole.reduce((sum, day) => sum.plus(costs.get(day) ?? 0), new Exact(0))
  return Exact.max(told.plus(rest), spent).toDecimalPlaces(2, Decimal.ROUND_HALF_UP).toFixed()
}

interface Point {
  readonly day: Day
  readonly cost: number
}

/** @param points days that follow each other, the oldest first */
function trendOf(points: readonly Point[]): (day: Day) => number {
  const [first] = points
  if (!first) return () => 0
  const raw = lineThrough(points.map(({ cost }) => cost))
  const factors = points.length < fewestForWeekdays ? undefined : weekdaysOf(points, raw)
  const factorOf = (day: Day) => factors?.[weekdayOf(day)] ?? 1
  const line = factors ? lineThrough(points.map(({ day, cost }) => (factorOf(day) > 0 ? cost / factorOf(day) : null))) : raw
  const farthest = points.length * 2 - 1
  return (day) => Math.max(0, line(Math.min(daysBetween(first.day, day), farthest)) * factorOf(day))
}

/** How much more or less each weekday is than the line; their mean is 1. Undefined when that says nothing. */
function weekdaysOf(points: readonly Point[], line: (index: number) => number): number[] | undefined {
  const shares: number[][] = [[], [], [], [], [], [], []]
  for (const [index, { day, cost }] of points.entries()) {
    const usual = line(index)
    if (usual > 0) shares[weekdayOf(day)]?.push(cost / usual)
  }
  if (shares.some((of) => of.length < 2)) return undefined
  const medians = shares.map((of) => Math.max(0, medianOf(of)))
  const mean = medians.reduce((sum, one) => sum + one, 0) / 7
  return mean > 0 ? medians.map((one) => one / mean) : undefined
}

/** The median of the slopes between all pairs, and of what remains. Null: nothing is known of that day. */
function lineThrough(costs: readonly (number | null)[]): (index: number) => number {
  const slopes: number[] = []
  for (const [i, a] of costs.entries())
    for (let j = i + 1; j < costs.length; j++) {
      const b = costs[j]
      if (a !== null && b !== null && b !== undefined) slopes.push((b - a) / (j - i))
    }
  const slope = medianOf(slopes)
  const level = medianOf(costs.flatMap((cost, index) => (cost === null ? [] : [cost - slope * index])))
  return (index) => level + slope * index
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [upper = 0, lower = 0] = [sorted[middle], sorted[middle - 1]]
  return sorted.length % 2 === 1 ? upper : (upper + lower) / 2
}

/**
 * The first day that may still grow: bills come late, and the last day on them is hardly ever whole. Accounts that ended do not
 * hold back the others.
 * @param lastDays of each account that is billed by itself
 */
export function completeUntil(lastDays: readonly Day[], today: Day): Day | undefined {
  const newest = [...lastDays].sort().at(-1)
  if (newest === undefined) return undefined
  const going = lastDays.filter((day) => daysBetween(day, newest) <= longestLag).sort()
  return [going[0] ?? newest, addDays(today, -1)].sort()[0]
}

/** Days by which one bill may be behind another before it counts as ended. */
const longestLag = 7
