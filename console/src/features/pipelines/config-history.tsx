/** Every configuration that was saved: who, when and why; any two compared; going back to one. */
import { Badge, Button, Group, Radio, Stack, Text, Title } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { DataTable } from '@/kit/data-table.tsx'
import { Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { type PipelinePlace, pipelinePath } from './place.ts'
import { RestoreButton } from './restore-config.tsx'
import { VersionsCompared } from './versions-compared.tsx'

export interface HistorySearch {
  /** Versions that are compared: from the older to the newer. */
  from?: number
  to?: number
}

interface Props {
  place: PipelinePlace
  search: HistorySearch
  onSearch: (search: HistorySearch) => void
}

type Version = Schema<'PipelineConfigVersion'>

export function ConfigHistory({ place, search, onSearch }: Props) {
  const { t } = useTranslation('pipelines')
  const path = pipelinePath(place)
  const rows = usePagedList('getPipelineConfigVersions', { path }, { every: 30_000 })
  const newest = useAsk('getPipeline', { path }).data?.data.config_version
  const to = search.to ?? newest
  const from = search.from ?? (to !== undefined && to > 1 ? to - 1 : undefined)
  const choose = (key: 'from' | 'to') => (version: number) => onSearch({ ...(from ? { from } : {}), ...(to ? { to } : {}), [key]: version })
  const radio = (key: 'from' | 'to', chosen: number | undefined) => ({
    key,
    title: t(`history.${key}`),
    width: '70px',
    cell: ({ version }: Version) => (
      <Radio
        name={`history-${key}`}
        aria-label={t(`history.${key}Named`, { version })}
        checked={chosen === version}
        onChange={() => choose(key)(version)}
      />
    ),
  })
  return (
    <Stack>
      <Text size="sm">{t('history.about')}</Text>
      <DataTable<Version>
        label={t('config.history')}
        rows={rows}
        rowKey={({ version }) => version}
        empty={<Empty title={t('history.empty')} />}
        columns={[
          radio('from', from),
          radio('to', to),
          {
            key: 'version',
            title: t('history.version'),
            width: '150px',
            cell: ({ version, current }) => (
              <Group gap="xs" wrap="nowrap">
                {version}
                {current && (
                  <Badge size="sm" variant="light" color="green">
                    {t('history.current')}
                  </Badge>
                )}
              </Group>
            ),
          },
          { key: 'when', title: t('history.when'), width: 'minmax(130px, 1fr)', cell: ({ created_at }) => <When at={created_at} /> },
          { key: 'author', title: t('history.author'), width: 'minmax(130px, 1fr)', cell: ({ author }) => author },
          { key: 'reason', title: t('history.reason'), width: 'minmax(160px, 1fr)', cell: ({ reason }) => t(`history.reasons.${reason}`) },
          {
            key: 'restore',
            title: t('list.actions'),
            width: '150px',
            cell: ({ version, current }) => (current ? null : <RestoreButton place={place} version={version} />),
          },
        ]}
      />
      {from !== undefined && to !== undefined && from !== to && (
        <Stack component="section" aria-label={t('history.compare')}>
          <Group justify="space-between" wrap="wrap">
            <Title order={2} size="h4">
              {t('history.compared', { from, to })}
            </Title>
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<IconHistory size={16} />}
              onClick={() => onSearch({ from: to, to: from })}
            >
              {t('history.swap')}
            </Button>
          </Group>
          <VersionsCompared place={place} from={from} to={to} />
        </Stack>
      )}
    </Stack>
  )
}
