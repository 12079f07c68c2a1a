/** The time that data is computed for. Days are days of UTC. */
import { invalid } from '../../errors.ts'

/** Unix seconds, both inclusive. */
export interface Period {
  begin: number
  end: number
}

export const day = 86_400
const usualDays = 30
const mostDays = 366

/**
 * What is missing is chosen: until now, and the thirty days before the end. An end in the future is now.
 * @param now unix seconds
 * @throws Invalid when it ends before it begins, or is longer than a year
 */
export function readPeriod(query: { begin?: number; end?: number }, now: number): Period {
  const end = Math.min(query.end ?? now, now)
  const begin = query.begin ?? Math.max(0, end - usualDays * day)
  if (begin > (query.end ?? now))
    throw invalid('The period ends before it begins', [
      query.end === undefined ? 'query.begin: must not be in the future' : 'query.begin: must not be later than end',
    ])
  if (end - begin > mostDays * day)
    throw invalid(`Data is computed for at most ${mostDays} days at a time`, [
      `query.begin: must not be earlier than ${end - mostDays * day}, which is ${mostDays} days before the end`,
    ])
  return { begin, end }
}

/** The day that a moment is in, by its first second. */
export const dayOf = (moment: number): number => moment - (moment % day)

/** All days of the period, those too of which it has only a part. */
export function daysOf({ begin, end }: Period): number[] {
  const days: number[] = []
  for (let one = dayOf(begin); one <= end; one += day) days.push(one)
  return days
}
