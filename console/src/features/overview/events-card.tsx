import { Stack, Text, Timeline } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'
import { Card } from '@/features/components/card.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { When } from '@/kit/when.tsx'

const colors = { info: 'gray', warn: 'yellow', err: 'red', crit: 'red' } as const
const month = 30 * 24 * 3600_000

export function EventsCard({ organization }: { organization: string }) {
  const { t } = useTranslation('overview')
  const path = { organization_canonical: organization }
  const { allowed, why } = useMay('getEvents', path)
  // Far enough ahead for whatever comes while the page is open: a moving end would be another question each time.
  const [{ begin, end }] = useState(() => ({ begin: Date.now() - month, end: Date.now() + month }))
  const events = useAsk('getEvents', { path, query: { begin, end, limit: 6 } }, { every: 30_000, enabled: allowed })
  const data = events.data?.data ?? []
  return (
    <Card
      title={t('events.title')}
      of={events}
      why={why}
      action={
        <LinkTo size="sm" to="/organizations/$organization/events" params={{ organization }}>
          {t('events.all')}
        </LinkTo>
      }
    >
      {data.length === 0 ? (
        <Text size="sm">{t('events.none')}</Text>
      ) : (
        <Timeline bulletSize={14} lineWidth={2} active={data.length}>
          {data.map(({ id, title, message, severity, timestamp }) => (
            <Timeline.Item key={id} color={colors[severity]} lineVariant="solid">
              <Stack gap={0}>
                <Text size="sm" fw={600}>
                  {severity === 'info' ? title : t('events.severe', { severity: t(`events.severities.${severity}`), title })}
                </Text>
                <Text size="sm" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                  {message}
                </Text>
                <Text size="xs" c="dimmed" component="div">
                  <When at={timestamp} />
                </Text>
              </Stack>
            </Timeline.Item>
          ))}
        </Timeline>
      )}
    </Card>
  )
}
