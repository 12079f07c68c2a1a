/** Days of UTC, as bills have them. `YYYY-MM-DD` sorts and compares as text. */
export type Day = string
export type Granularity = 'day' | 'week' | 'month'

/** `[begin, end)` */
export interface Range {
  begin: Day
  end: Day
}

export const presets = ['7d', '30d', '90d', 'month', 'lastMonth', '6m', '12m'] as const
export type Preset = (typeof presets)[number]

const length = 86_400_000
const dayOf = (time: number): Day => new Date(time).toISOString().slice(0, 10)

export const today = (): Day => dayOf(Date.now())
export const addDays = (day: Day, days: number): Day => dayOf(Date.parse(day) + days * length)
export const daysIn = ({ begin, end }: Range): number => Math.round((Date.parse(end) - Date.parse(begin)) / length)

/** First day of the month that is so many months after that of the day. */
export function monthAfter(day: Day, months: number): Day {
  const [year = 0, month = 1] = day.split('-').map(Number)
  return dayOf(Date.UTC(year, month - 1 + months, 1))
}

export function rangeOf(preset: Preset, now: Day = today()): Range {
  const month = monthAfter(now, 0)
  switch (preset) {
    case '7d':
    case '30d':
    case '90d':
      return { begin: addDays(now, 1 - Number.parseInt(preset, 10)), end: addDays(now, 1) }
    case 'month':
      return { begin: month, end: monthAfter(month, 1) }
    case 'lastMonth':
      return { begin: monthAfter(month, -1), end: month }
    case '6m':
    case '12m':
      return { begin: monthAfter(month, 1 - Number.parseInt(preset, 10)), end: monthAfter(month, 1) }
  }
}

const isWholeMonths = ({ begin, end }: Range): boolean => begin.endsWith('-01') && end.endsWith('-01')
const monthsBetween = ({ begin, end }: Range): number =>
  (Number(end.slice(0, 4)) - Number(begin.slice(0, 4))) * 12 + Number(end.slice(5, 7)) - Number(begin.slice(5, 7))

/** As long again, before it (-1) or after it (1): whole months beside whole months. */
export function beside(range: Range, which: -1 | 1): Range {
  if (isWholeMonths(range)) {
    const months = monthsBetween(range) * which
    return { begin: monthAfter(range.begin, months), end: monthAfter(range.end, months) }
  }
  const days = daysIn(range) * which
  return { begin: addDays(range.begin, days), end: addDays(range.end, days) }
}

/** What can be compared: the days of a span that are billed whole, and as many of the one before. */
export interface Compared {
  now: Range
  before: Range
}

/**
 * @param complete the first day that may still grow; without one, no day is whole
 * @returns undefined when no day of the span is whole
 */
export function comparedIn(range: Range, complete: Day | undefined): Compared | undefined {
  const earlier = beside(range, -1)
  if (complete === undefined || complete <= range.begin) return undefined
  if (complete >= range.end) return { now: range, before: earlier }
  const now = { begin: range.begin, end: complete }
  const end = addDays(earlier.begin, daysIn(now))
  return { now, before: { begin: earlier.begin, end: end < earlier.end ? end : earlier.end } }
}

export function granularityFor(range: Range): Granularity {
  const days = daysIn(range)
  return days <= 62 ? 'day' : days <= 185 ? 'week' : 'month'
}

const monday = (day: Day): Day => addDays(day, -((new Date(Date.parse(day)).getUTCDay() + 6) % 7))

/** The steps of a histogram as the API names them, also those on which nothing was billed. */
export function stepsOf(range: Range, granularity: Granularity): string[] {
  const steps: string[] = []
  let day = granularity === 'month' ? monthAfter(range.begin, 0) : granularity === 'week' ? monday(range.begin) : range.begin
  while (day < range.end && steps.length < 1000) {
    steps.push(granularity === 'month' ? day.slice(0, 7) : day)
    day = granularity === 'month' ? monthAfter(day, 1) : addDays(day, granularity === 'week' ? 7 : 1)
  }
  return steps
}

/** `2026-07`, the newest first. */
export function latestMonths(count: number, now: Day = today()): string[] {
  return Array.from({ length: count }, (_, index) => monthAfter(now, -index).slice(0, 7))
}

export const isDay = (text: unknown): text is Day =>
  typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
export const isMonth = (text: unknown): text is string => typeof text === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(text)
