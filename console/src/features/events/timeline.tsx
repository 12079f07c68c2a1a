/** Events by day, the newest first. What comes while somebody reads further down does not move what they read. */
import { Anchor, Button, Text, Title } from '@mantine/core'
import { IconArrowUp } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { When } from '@/kit/when.tsx'
import { EventIcon } from './event-icon.tsx'
import { actorOf, type EventEntry, type EventsSearch } from './events-search.ts'
import classes from './timeline.module.css'

const heights = { line: 68, day: 40 }
const at = '/organizations/$organization/events'

export function Timeline({ events }: { events: readonly EventEntry[] }): ReactNode {
  const { t, i18n } = useTranslation('events')
  const frame = useRef<HTMLDivElement>(null)
  const [unseen, setUnseen] = useState(0)
  const days = useMemo(() => daysOf(events), [events])
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => frame.current,
    estimateSize: (index) => heights.line + (days.has(index) ? heights.day : 0),
    getItemKey: (index) => events[index]?.id ?? index,
    overscan: 10,
  })
  const measured = useRef(events)
  useLayoutEffect(() => {
    const before = measured.current
    if (before === events) return
    measured.current = events
    virtual.measure()
    const came = newerThan(before, events)
    const element = frame.current
    if (came === 0 || !element || element.scrollTop < heights.day) return
    // The same event stays under the same eyes: what came above it is as high as this.
    const wasAt = offsetOf(before, before[0], daysOf(before))
    const isAt = offsetOf(events, before[0], days)
    element.scrollTop += isAt - wasAt
    setUnseen((old) => old + came)
  }, [events, days, virtual])

  const height = virtual.getTotalSize()
  const dayText = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'full' })
  return (
    <div className={classes.place}>
      {unseen > 0 && (
        <div className={classes.newer}>
          <Button
            size="compact-sm"
            radius="xl"
            leftSection={<IconArrowUp size={14} />}
            onClick={() => {
              frame.current?.scrollTo({ top: 0 })
              setUnseen(0)
            }}
          >
            {t('timeline.newer', { count: unseen })}
          </Button>
        </div>
      )}
      <section
        ref={frame}
        className={classes.frame}
        style={{ height: height + 2 }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        aria-label={t('timeline.label')}
        onScroll={({ currentTarget }) => currentTarget.scrollTop < heights.day && unseen > 0 && setUnseen(0)}
      >
        <div role="feed" aria-label={t('timeline.label')} style={{ height, position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start, key }) => {
            const event = events[index]
            if (!event) return null
            const day = days.get(index)
            return (
              <article
                key={key}
                className={classes.entry}
                aria-posinset={index + 1}
                aria-setsize={events.length}
                aria-labelledby={`event-${event.id}`}
                style={{ transform: `translateY(${start}px)` }}
              >
                {day !== undefined && (
                  <Title order={2} size="h6" className={classes.day}>
                    {dayText.format(day)}
                  </Title>
                )}
                <Line event={event} />
              </article>
            )
          })}
        </div>
      </section>
    </div>
  )
}

function Line({ event }: { event: EventEntry }) {
  const { t } = useTranslation('events')
  const who = actorOf(event)
  return (
    <div className={classes.line}>
      <span className={classes.sign}>
        <EventIcon event={event} />
      </span>
      <div className={classes.words}>
        <Text size="sm" fw={600} truncate>
          <Anchor
            component={Link}
            from={at}
            to="."
            search={((old: EventsSearch) => ({ ...old, event: event.id })) as never}
            resetScroll={false}
            id={`event-${event.id}`}
            inherit
          >
            {event.severity === 'info' ? event.title : `${t(`severities.${event.severity}`)}: ${event.title}`}
          </Anchor>
        </Text>
        <Text size="sm" truncate>
          {event.message}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          <When at={event.timestamp} />
          {who && ` · ${who}`}
          {event.type !== 'Cycloid' && ` · ${t(`types.${event.type}`)}`}
        </Text>
      </div>
    </div>
  )
}

/** The places of the first event of each day, in the reader's zone. */
function daysOf(events: readonly EventEntry[]): Map<number, Date> {
  const found = new Map<number, Date>()
  let last = ''
  events.forEach(({ timestamp }, index) => {
    const when = new Date(timestamp)
    const day = `${when.getFullYear()}-${when.getMonth()}-${when.getDate()}`
    if (day !== last) found.set(index, when)
    last = day
  })
  return found
}

function newerThan(before: readonly EventEntry[], now: readonly EventEntry[]): number {
  const [first] = before
  if (!first) return 0
  const place = now.findIndex(({ id }) => id === first.id)
  return Math.max(0, place)
}

function offsetOf(events: readonly EventEntry[], event: EventEntry | undefined, days: Map<number, Date>): number {
  const place = events.findIndex(({ id }) => id === event?.id)
  let offset = 0
  for (let index = 0; index < place; index++) offset += heights.line + (days.has(index) ? heights.day : 0)
  return offset + (days.has(place) ? heights.day : 0)
}
