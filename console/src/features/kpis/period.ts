/** The time that dashboards show, as their address says it. */
import { dayOf, endOfDay, startOfDay } from '@/kit/days.ts'

const day = 86_400
export const spans = [7, 30, 90, 365] as const
export type Span = (typeof spans)[number]

export interface PeriodSearch {
  days?: Span
  /** `2026-11-21`, both inclusive; together they win over `days`. */
  from?: string
  to?: string
}

export interface Period {
  /** Unix seconds. */
  begin: number
  end: number
}

export function readPeriodSearch(search: Record<string, unknown>): PeriodSearch {
  const days = spans.find((span) => span === search['days'])
  const [from, to] = [dayOf(search['from']), dayOf(search['to'])]
  return { ...(days ? { days } : {}), ...(from && to ? { from, to } : {}) }
}

/** Cut to five minutes: the same question for a while, so that what was answered can be shown again. */
export function periodOf({ days = 30, from, to }: PeriodSearch, now = Date.now() / 1000): Period {
  if (from && to) return { begin: startOfDay(from) / 1000, end: Math.floor(endOfDay(to) / 1000) }
  const end = Math.floor(now / 300) * 300 + 300
  return { begin: end - days * day, end }
}
