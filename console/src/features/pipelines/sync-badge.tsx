/** Whether a pipeline is what its stack and its variables would give today. */
import { Badge, Skeleton, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import type { PipelinePath } from './place.ts'

const colors: Record<Schema<'PipelineStatus'>['synced'], string> = {
  synced: 'green',
  out_of_sync: 'orange',
  unknown: 'gray',
  errored: 'red',
}

/** The comparison reads git: it is asked for once in a while only. */
export const useSynced = (path: PipelinePath) => useAsk('syncedPipeline', { path }, { every: 120_000 })

export function SyncBadge({ path }: { path: PipelinePath }) {
  const { t } = useTranslation('pipelines')
  const { data, error } = useSynced(path)
  if (error)
    return (
      <Badge variant="light" color="gray">
        {t('sync.unknown')}
      </Badge>
    )
  if (!data) return <Skeleton height={12} width={70} />
  const { synced, error: why } = data.data
  return (
    <Tooltip label={why ?? t(`sync.about.${synced}`)} multiline maw={360} events={{ hover: true, focus: true, touch: true }}>
      <Badge variant="light" color={colors[synced]}>
        {t(`sync.${synced}`)}
      </Badge>
    </Tooltip>
  )
}
