/** Long work: how far it is, in a bar and in words. */
import { Progress as Bar, Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

interface ProgressProps {
  /** What is being done. */
  label: string
  /** 0 to 1; undefined when nobody knows. */
  share?: number | undefined
  /** Below the bar: what is going on now. */
  children?: ReactNode
  failed?: boolean
}

export function Progress({ label, share, children, failed = false }: ProgressProps) {
  const { i18n } = useTranslation()
  const percent = share === undefined ? undefined : Math.round(Math.min(1, Math.max(0, share)) * 100)
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={550}>
          {label}
        </Text>
        {percent !== undefined && <Text size="sm">{new Intl.NumberFormat(i18n.language, { style: 'percent' }).format(percent / 100)}</Text>}
      </Group>
      <Bar.Root size="sm">
        <Bar.Section
          value={percent ?? 100}
          animated={percent === undefined && !failed}
          striped={percent === undefined}
          color={failed ? 'red' : 'brand'}
          aria-label={label}
        />
      </Bar.Root>
      {children && (
        <Text component="div" size="sm" c="dimmed" role="status">
          {children}
        </Text>
      )}
    </Stack>
  )
}
