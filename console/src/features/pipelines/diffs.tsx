/** What differs between two configurations, by job, resource, type and group. */
import { Badge, Box, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import classes from './diffs.module.css'

const kinds = ['jobs', 'resources', 'resource_types', 'groups'] as const
const colors = { added: 'green', removed: 'red', changed: 'yellow' } as const

export const isSame = (diffs: Schema<'PipelineDiffs'>): boolean => kinds.every((kind) => (diffs[kind] ?? []).length === 0)

export function Diffs({ diffs }: { diffs: Schema<'PipelineDiffs'> }) {
  const { t } = useTranslation('pipelines')
  if (isSame(diffs)) return <Text size="sm">{t('diff.none')}</Text>
  return (
    <Stack gap="md">
      {kinds.map((kind) => {
        const items = diffs[kind] ?? []
        return (
          items.length > 0 && (
            <Stack key={kind} gap="xs">
              <Title order={3} size="h5">
                {t(`diff.${kind}`)}
              </Title>
              {items.map((item) => (
                <Item key={item.name} item={item} />
              ))}
            </Stack>
          )
        )
      })}
    </Stack>
  )
}

function Item({ item: { name, status, diff } }: { item: Schema<'PipelineDiff'> }) {
  const { t } = useTranslation('pipelines')
  return (
    <Paper withBorder>
      <Group gap="xs" p="xs">
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <Badge size="sm" variant="light" color={colors[status]}>
          {t(`diff.${status}`)}
        </Badge>
      </Group>
      <Box className={classes.lines} tabIndex={0} role="region" aria-label={t('diff.linesOf', { name })}>
        {diff.map(({ delta_type: delta, line }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text that is there as a whole
          <div key={at} className={classes.line} data-delta={delta.trim()}>
            <span className={classes.sign}>{delta.trim() || '\u00a0'}</span>
            {line}
          </div>
        ))}
      </Box>
    </Paper>
  )
}
