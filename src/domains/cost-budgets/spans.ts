/** Calendars, in days of UTC. Pure. */
import type { Day } from '../../formats/billing/day.ts'

export type SpanKind = 'month' | 'quarter' | 'year'

/** `[begin, end)` */
export interface Span {
  readonly begin: Day
  readonly end: Day
}

const milliseconds = 24 * 3600_000

export const dayOf = (date: Date): Day => date.toISOString().slice(0, 10)

export const addDays = (day: Day, days: number): Day => dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + days * milliseconds))

/** From the first to the second. */
export const daysBetween = (from: Day, to: Day): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / milliseconds)

/** 0: Monday. */
export const weekdayOf = (day: Day): number => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7

/** First day of the month that is so many months after that of the day. */
export function monthAfter(day: Day, months: number): Day {
  const [year = 0, month = 0] = day.split('-').map(Number)
  return dayOf(new Date(Date.UTC(year, month - 1 + months, 1)))
}

const monthsOf: Record<SpanKind, number> = { month: 1, quarter: 3, year: 12 }

/** The one that the day is in. */
export function spanOf(kind: SpanKind, day: Day): Span {
  const months = monthsOf[kind]
  const month = Number(day.slice(5, 7)) - 1
  const begin = monthAfter(day, -(month % months))
  return { begin, end: monthAfter(begin, months) }
}

/** All of `[begin, end)`. */
export function daysOf({ begin, end }: Span): Day[] {
  return Array.from({ length: Math.max(0, daysBetween(begin, end)) }, (_, index) => addDays(begin, index))
}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

/** `14 July 2026` */
export function inWords(day: Day): string {
  const [year = '', month = '', date = ''] = day.split('-')
  return `${Number(date)} ${months[Number(month) - 1] ?? month} ${year}`
}

/** `July 2026` */
export const monthInWords = (day: Day): string => inWords(`${day.slice(0, 7)}-01`).slice(2)
