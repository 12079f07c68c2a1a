import { Alert, Group, Paper, Skeleton, Text, Title } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '@/api/problem.ts'

interface CardProps {
  title: string
  /** A link to more of it. */
  action?: ReactNode
  /** What the card shows; while it is not there, the card says why, and the others stay. */
  of?: UseQueryResult<unknown, Problem>
  /** Why the caller may not see it; then it is not asked for. */
  why?: string | undefined
  /** A refusal that is no trouble here, in words: nothing is kept yet. */
  missing?: string
  children: ReactNode
}

/** One of several parts of a page, each of which may be there or not. */
export function Card({ title, action, of: query, why, missing, children }: CardProps) {
  const id = useId()
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={id}>
      <Group justify="space-between" mb="sm" gap="xs">
        <Title order={2} size="h5" id={id}>
          {title}
        </Title>
        {why === undefined && action}
      </Group>
      {why === undefined ? (
        <Content of={query} missing={missing}>
          {children}
        </Content>
      ) : (
        <Text size="sm">{why}</Text>
      )}
    </Paper>
  )
}

function Content({ of: query, missing, children }: Pick<CardProps, 'of' | 'missing' | 'children'>) {
  const { t } = useTranslation()
  if (!query || query.data !== undefined) return children
  if (!query.error) return <Skeleton height={64} role="status" aria-label={t('states.loading')} />
  const { status, message } = query.error
  if (status === 404 && missing !== undefined) return <Text size="sm">{missing}</Text>
  if (status === 403) return <Text size="sm">{message}</Text>
  return (
    <Alert color="red" variant="light">
      {status === 0 ? t('states.unreachable') : message}
    </Alert>
  )
}
