import { CloseButton, Group, Paper, Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** Beside the graph: what is selected there. */
export function Panel({ title, beside, close, children }: { title: string; beside?: ReactNode; close: () => void; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="start">
          <Group gap="xs" wrap="wrap">
            <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
              {title}
            </Title>
            {beside}
          </Group>
          <CloseButton aria-label={t('actions.close')} onClick={close} />
        </Group>
        {children}
      </Stack>
    </Paper>
  )
}
