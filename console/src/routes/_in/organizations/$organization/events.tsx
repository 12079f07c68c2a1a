import { createFileRoute } from '@tanstack/react-router'
import { EventsPage } from '@/features/events/events-page.tsx'
import { eventsSearch } from '@/features/events/events-search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/events')({ component: EventsPage, validateSearch: eventsSearch })
