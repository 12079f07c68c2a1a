import type { Schema } from '@/api/types.ts'
import { dayOf } from '@/kit/days.ts'
import { oneOf, someOf, textOf } from '@/kit/search.ts'

export type EventEntry = Schema<'Event'>
export type Severity = EventEntry['severity']

export const severities = ['info', 'warn', 'err', 'crit'] as const
export const eventTypes = ['Cycloid', 'AWS', 'Monitoring', 'Custom'] as const
export const periods = ['1d', '7d', '30d', '90d', '365d'] as const
export type Period = (typeof periods)[number]

/** What of the timeline stands in its address. */
export interface EventsSearch {
  severity?: Severity[] | undefined
  type?: EventEntry['type'][] | undefined
  period?: Period | undefined
  /** Days, `2026-11-21`, instead of a period that ends now. */
  from?: string | undefined
  to?: string | undefined
  actor?: string | undefined
  /** Each `key=value`, all of which an event must have. */
  tag?: string[] | undefined
  text?: string | undefined
  /** Whose details are open. */
  event?: number | undefined
  send?: true | undefined
}

export function eventsSearch(search: Record<string, unknown>): EventsSearch {
  const tags = (Array.isArray(search['tag']) ? search['tag'] : [search['tag']]).filter((one): one is string => typeof one === 'string')
  const event = Number(search['event'])
  return {
    severity: someOf(search['severity'], severities),
    type: someOf(search['type'], eventTypes),
    period: oneOf(search['period'], periods),
    from: dayOf(search['from']),
    to: dayOf(search['to']),
    actor: textOf(search['actor']),
    tag: tags.length > 0 ? tags : undefined,
    text: textOf(search['text']),
    event: Number.isSafeInteger(event) && event > 0 ? event : undefined,
    send: search['send'] === true ? true : undefined,
  }
}

export const tagOf = ({ tags }: Pick<EventEntry, 'tags'>, key: string): string | undefined => tags.find((tag) => tag.key === key)?.value

/** Who did it, or sent it; undefined for what the platform does by itself. */
export const actorOf = (event: EventEntry): string | undefined => tagOf(event, 'sent_by') ?? tagOf(event, 'user')

/** What the API does not choose by: it is chosen here, of the events of the period. */
export function fits(event: EventEntry, { actor, tag = [], text }: EventsSearch): boolean {
  if (actor !== undefined && actorOf(event) !== actor) return false
  if (!tag.every((wanted) => event.tags.some(({ key, value }) => `${key}=${value}` === wanted))) return false
  if (text === undefined) return true
  const wanted = text.toLowerCase()
  return [event.title, event.message, ...event.tags.map(({ value }) => value)].some((part) => part.toLowerCase().includes(wanted))
}
