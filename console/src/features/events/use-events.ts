/** The events of a period, and those that come after it was asked for. */
import { useEffect, useMemo, useState } from 'react'
import type { Problem } from '@/api/problem.ts'
import { useAsk } from '@/api/query.ts'
import { endOfDay, startOfDay } from '@/kit/days.ts'
import { type EventEntry, type EventsSearch, fits, type Period } from './events-search.ts'

/** The API answers the newest so many. */
export const most = 10_000
const everySoOften = 10_000
/** Once so many came, the period is asked for anew, so that each look stays small. */
const manyNewer = 300
const day = 86_400_000
/** Later than any event: the clock of the platform may be ahead of ours. */
const wayAhead = 366 * day

const daysOf: Record<Period, number> = { '1d': 1, '7d': 7, '30d': 30, '90d': 90, '365d': 365 }

export interface Events {
  /** The newest first; undefined until the first answer. */
  list: readonly EventEntry[] | undefined
  /** Before the text, the tags and the actor chose. */
  total: number
  /** Older ones of the period were left out. */
  cut: boolean
  problem: Problem | null
  again: () => void
}

export function useEvents(organization: string, search: EventsSearch): Events {
  const [opened, setOpened] = useState(() => Date.now())
  const { begin, end } = periodOf(search, opened)
  const live = end > opened
  const path = { organization_canonical: organization }
  const chosen = {
    ...(search.severity ? { severity: search.severity } : {}),
    ...(search.type ? { type: search.type } : {}),
    ...(search.tag ? { tag: search.tag.filter((pair) => !pair.split('=')[0]?.includes(':')).map((pair) => pair.replace('=', ':')) } : {}),
  }
  const base = useAsk('getEvents', { path, query: { begin, end, ...chosen } }, { keep: true })
  const since = base.data?.data[0]?.timestamp ?? begin
  const newer = useAsk(
    'getEvents',
    { path, query: { begin: since, end, ...chosen } },
    { every: everySoOften, enabled: live && base.data !== undefined && !base.isPlaceholderData, keep: true },
  )
  const came = newer.data?.data.length ?? 0
  useEffect(() => {
    if (came > manyNewer) setOpened(Date.now())
  }, [came])

  const all = useMemo(() => merged(live ? (newer.data?.data ?? []) : [], base.data?.data, begin), [live, newer.data, base.data, begin])
  const { actor, tag, text } = search
  const tags = tag?.join('\n')
  const list = useMemo(
    () => all?.filter((event) => fits(event, { actor, tag: tags === undefined ? undefined : tags.split('\n'), text })),
    [all, actor, tags, text],
  )
  return {
    list,
    total: all?.length ?? 0,
    cut: (base.data?.data.length ?? 0) >= most,
    problem: base.error,
    again: () => void base.refetch(),
  }
}

function merged(newer: readonly EventEntry[], base: readonly EventEntry[] | undefined, begin: number): readonly EventEntry[] | undefined {
  if (!base) return undefined
  const known = new Set(base.map(({ id }) => id))
  const fresh = newer.filter(({ id, timestamp }) => !known.has(id) && timestamp >= begin)
  return fresh.length === 0 ? base : [...fresh, ...base].slice(0, most + fresh.length)
}

/** In milliseconds; whole days in the reader's zone, where days are named. */
export function periodOf({ period, from, to }: EventsSearch, now: number): { begin: number; end: number } {
  const ahead = now + wayAhead
  if (from === undefined && to === undefined) return { begin: Math.floor(now - daysOf[period ?? '7d'] * day), end: ahead }
  const end = to === undefined ? ahead : endOfDay(to)
  const begin = from === undefined ? end - daysOf['365d'] * day : startOfDay(from)
  return { begin: Math.min(begin, end), end: end >= now ? ahead : end }
}
