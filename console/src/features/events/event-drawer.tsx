import { Anchor, Badge, Button, Drawer, Group, Stack, Table, Text, Title } from '@mantine/core'
import { IconArrowRight } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Code } from '@/kit/code.tsx'
import { NotFound, Pending } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { colourOf, EventIcon } from './event-icon.tsx'
import type { EventEntry, EventsSearch } from './events-search.ts'
import { subjectOf } from './subject-of.ts'

interface DrawerProps {
  organization: string
  opened: boolean
  /** Undefined: not among the events of the period. */
  event: EventEntry | undefined
  loading: boolean
  close: () => void
  go: (change: Partial<EventsSearch>) => void
  search: EventsSearch
}

export function EventDrawer({ opened, event, loading, close, ...rest }: DrawerProps) {
  const { t } = useTranslation('events')
  return (
    <Drawer opened={opened} onClose={close} title={event?.title ?? t('details.title')}>
      {event ? <Details event={event} {...rest} /> : loading ? <Pending /> : <NotFound />}
    </Drawer>
  )
}

function Details({ organization, event, go, search }: Pick<DrawerProps, 'organization' | 'go' | 'search'> & { event: EventEntry }) {
  const { t } = useTranslation('events')
  const subject = subjectOf(event, organization)
  return (
    <Stack>
      <Group wrap="nowrap" align="start">
        <EventIcon event={event} />
        <Text style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{event.message}</Text>
      </Group>
      <Group gap="xs" wrap="wrap">
        <Badge variant="light" color={colourOf[event.severity]}>
          {t(`severities.${event.severity}`)}
        </Badge>
        <Badge variant="light" color="gray">
          {t(`types.${event.type}`)}
        </Badge>
        <Text size="sm" component="span">
          <When at={event.timestamp} full />
        </Text>
      </Group>
      {subject && (
        <Anchor
          component={Link}
          to={subject.to as never}
          params={subject.params as never}
          search={(subject.search ?? {}) as never}
          size="sm"
        >
          <Group gap={4} component="span">
            {t('details.subject')} <IconArrowRight size={14} aria-hidden />
          </Group>
        </Anchor>
      )}
      <Title order={3} size="h5">
        {t('details.tags')}
      </Title>
      {event.tags.length === 0 ? (
        <Text size="sm">{t('details.noTags')}</Text>
      ) : (
        <Table.ScrollContainer minWidth={260}>
          <Table withTableBorder>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('details.key')}</Table.Th>
                <Table.Th>{t('details.value')}</Table.Th>
                <Table.Th>{t('details.action')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {event.tags.map(({ key, value }) => (
                <Table.Tr key={`${key}=${value}`}>
                  <Table.Td>{key}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{value || '—'}</Table.Td>
                  <Table.Td>
                    <Button
                      size="compact-xs"
                      variant="subtle"
                      aria-label={t('details.onlyThese', { tag: `${key}=${value}` })}
                      onClick={() => go({ tag: [...new Set([...(search.tag ?? []), `${key}=${value}`])], event: undefined })}
                    >
                      {t('details.only')}
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Title order={3} size="h5">
        {t('details.payload')}
      </Title>
      <Code value={JSON.stringify(event, null, 2)} language="json" label={t('details.payload')} maxHeight={320} />
    </Stack>
  )
}
