import { Alert, Text } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ActionButton } from '@/kit/action-button.tsx'
import { Page } from '@/kit/page.tsx'
import { Empty, Pending, Refused } from '@/kit/states.tsx'
import { EventDrawer } from './event-drawer.tsx'
import { EventFilters } from './event-filters.tsx'
import type { EventsSearch } from './events-search.ts'
import { SendEvent } from './send-event.tsx'
import { Timeline } from './timeline.tsx'
import { most, useEvents } from './use-events.ts'

const id = '/_in/organizations/$organization/events'
const at = '/organizations/$organization/events'

export function EventsPage(): ReactNode {
  const { t } = useTranslation('events')
  const { organization } = useParams({ from: id })
  const search: EventsSearch = useSearch({ from: id })
  const navigate = useNavigate({ from: at })
  const go = (change: Partial<EventsSearch>) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true, resetScroll: false })
  const { list, total, cut, problem, again } = useEvents(organization, search)
  return (
    <Page
      title={t('title')}
      description={t('description')}
      actions={
        <ActionButton
          operation="sendEvent"
          path={{ organization_canonical: organization }}
          variant="default"
          leftSection={<IconSend size={16} />}
          onClick={() => go({ send: true })}
        >
          {t('send.title')}
        </ActionButton>
      }
    >
      <EventFilters organization={organization} search={search} go={go} />
      {cut && <Alert color="yellow">{t('cut', { count: most })}</Alert>}
      {list === undefined && (problem ? <Refused error={problem} again={again} /> : <Pending />)}
      {list?.length === 0 && (
        <Empty title={t(total > 0 ? 'nothingFound' : 'empty')}>{t(total > 0 ? 'nothingFoundHint' : 'emptyHint')}</Empty>
      )}
      {list !== undefined && list.length > 0 && (
        <>
          <Timeline events={list} />
          <Text size="xs" c="dimmed" role="status">
            {t('shown', { count: list.length })}
          </Text>
        </>
      )}
      <EventDrawer
        organization={organization}
        opened={search.event !== undefined}
        event={list?.find((event) => event.id === search.event)}
        loading={list === undefined}
        close={() => go({ event: undefined })}
        go={go}
        search={search}
      />
      <SendEvent organization={organization} opened={search.send === true} close={() => go({ send: undefined })} />
    </Page>
  )
}
