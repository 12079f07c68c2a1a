/** Before anything is written: every file with what changes, and the button that does it. */
import { Button, Group, Stack } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '@/api/problem.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { FileChanges } from './file-changes.tsx'
import type { FileChange } from './preview.ts'

interface ReviewProps {
  changes: readonly FileChange[]
  /** Absent: it stays as it is. */
  pipeline?: string | undefined
  problem: Problem | null
  busy: boolean
  verb: string
  operation: 'createComponent' | 'updateComponent'
  path: Parameters<typeof ActionButton<'updateComponent'>>[0]['path']
  onBack: () => void
  onWrite: () => void
  /** Above the files: a conflict. */
  notice?: ReactNode
}

export function Review({ changes, pipeline, problem, busy, verb, operation, path, onBack, onWrite, notice }: ReviewProps) {
  const { t } = useTranslation('stack-forms')
  const buttons = (
    <Group justify="space-between" gap="sm">
      <Button variant="default" leftSection={<IconArrowLeft size={16} />} onClick={onBack} disabled={busy}>
        {t('review.back')}
      </Button>
      <ActionButton operation={operation} path={path} onClick={onWrite} loading={busy}>
        {verb}
      </ActionButton>
    </Group>
  )
  return (
    <Stack gap="md">
      {notice}
      <ProblemAlert problem={problem} />
      {buttons}
      <FileChanges changes={changes} pipeline={pipeline} />
    </Stack>
  )
}
