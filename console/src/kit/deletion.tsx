/** The last part of settings: what cannot be had back. Says what goes along before it asks. */
import { Paper, Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import type { OperationId, PathParameters } from '@/api/types.ts'
import { ActionButton } from './action-button.tsx'
import { confirm, type Question } from './confirm.tsx'

interface DeletionProps<Id extends OperationId> {
  operation: Id
  path: PathParameters<Id>
  /** Why it cannot be deleted now. */
  why?: string | undefined
  question: Question
  children: ReactNode
}

export function Deletion<Id extends OperationId>({ operation, path, why, question, children }: DeletionProps<Id>) {
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="xs">
        {question.verb}
      </Title>
      <Stack gap="sm" align="start">
        {children}
        <ActionButton operation={operation} path={path} why={why} color="red" variant="outline" onClick={() => confirm(question)}>
          {question.verb}
        </ActionButton>
      </Stack>
    </Paper>
  )
}
