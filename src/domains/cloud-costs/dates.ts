/** Periods as they are asked for: by days, instants or numbers. */
import type { CostRange } from '../../costs/types.ts'
import { invalid } from '../../errors.ts'
import type { Day } from '../../formats/billing/types.ts'

const dayMilliseconds = 24 * 3600 * 1000
const mostYears = 10

/**
 * Whole days of UTC: one that an instant lies in counts from its beginning, or to its end.
 * @throws Invalid for what is no date, an empty period, or more than ten years
 */
export function readRange({ begin, end }: { begin: string; end: string }): CostRange {
  const [from, until] = [instantOf('begin', begin), instantOf('end', end)]
  if (until <= from)
    throw invalid('The end of the period must be after its begin', [
      'query.end: is the first day that does not count, so it lies after begin',
    ])
  const range = { begin: dayOf(Math.floor(from / dayMilliseconds)), end: dayOf(Math.ceil(until / dayMilliseconds)) }
  if (range.end > yearsLater(range.begin))
    throw invalid(`The period may have at most ${mostYears} years`, [`query.end: must be ${yearsLater(range.begin)} or before`])
  return range
}

/** Milliseconds. `2024-02-01`, `2024-02-01T00:00:00Z`, unix seconds, or milliseconds where there are more than 11 digits. */
function instantOf(name: string, text: string): number {
  const instant = readInstant(text)
  if (instant === undefined)
    throw invalid(`The period's ${name} cannot be read`, [
      `query.${name}: must be a date such as 2024-02-01, a time such as 2024-02-01T00:00:00Z, or a unix time in seconds or milliseconds`,
    ])
  if (instant < earliest || instant >= latest)
    throw invalid(`The period's ${name} is out of range`, [`query.${name}: must be from 1970 to 2199`])
  return instant
}

const earliest = 0
const latest = Date.UTC(2200, 0, 1)

function readInstant(text: string): number | undefined {
  if (/^\d{1,15}$/.test(text)) return text.length > 11 ? Number(text) : Number(text) * 1000
  // A plus sign that was not encoded arrives as a space.
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt](\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?([Zz]|[+ -]\d{2}:\d{2}))?$/.exec(text)
  if (!match) return undefined
  const [, year = '', month = '', day = '', time, zone] = match
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day))
  // February 30th is no day.
  if (new Date(midnight).toISOString().slice(0, 10) !== `${year}-${month}-${day}`) return undefined
  if (time === undefined) return midnight
  const instant = Date.parse(`${year}-${month}-${day}T${time}${zone?.toUpperCase().replace(' ', '+')}`)
  return Number.isNaN(instant) ? undefined : instant
}

const dayOf = (number: number): Day => new Date(number * dayMilliseconds).toISOString().slice(0, 10)

function yearsLater(day: Day): Day {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCFullYear(date.getUTCFullYear() + mostYears)
  return date.toISOString().slice(0, 10)
}

export const addDays = (day: Day, count: number): Day => dayOf(Date.parse(`${day}T00:00:00Z`) / dayMilliseconds + count)

export function* daysIn({ begin, end }: CostRange): Generator<Day> {
  for (let day = begin; day < end; day = addDays(day, 1)) yield day
}

/** First day of a month that is asked for as `2026-07`. @throws Invalid */
export function readMonth(month: string): Day {
  if (!/^(19[7-9]\d|2[01]\d\d)-(0[1-9]|1[0-2])$/.test(month))
    throw invalid('There is no such month', ['query.month: must be a month such as 2026-07, from 1970 to 2199'])
  return `${month}-01`
}
