/** What settings are changed with: a part of the page that is saved as a whole. */
import { Button, Group, Paper, Stack, Title } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '@/api/problem.ts'
import type { OperationId, PathParameters } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { focusFirst } from '@/kit/form.ts'
import { ProblemAlert } from '@/kit/states.tsx'
import { Unsaved } from '@/kit/unsaved.tsx'

interface SettingsFormProps<Values extends object, Id extends OperationId> {
  form: UseFormReturnType<Values>
  submit: (values: Values) => void
  operation: Id
  path: PathParameters<Id>
  /** How it goes with the operation. */
  change: { error: Problem | null; isPending: boolean }
  /** Offered when somebody else was faster: begins anew from what is true by then. */
  again?: () => void
  /** Where saving does more than that. */
  verb?: string | undefined
  children: ReactNode
}

export function SettingsForm<Values extends object, Id extends OperationId>({
  form,
  submit,
  operation,
  path,
  change,
  again,
  verb,
  children,
}: SettingsFormProps<Values, Id>) {
  const { t } = useTranslation(['components', 'common'])
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        {t('settings.general')}
      </Title>
      <form onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))} noValidate>
        <Unsaved when={form.isDirty()} />
        <Stack>
          {children}
          <ProblemAlert problem={change.error} />
          <Group justify="end">
            {again && change.error?.status === 409 && (
              <Button variant="default" onClick={again}>
                {t('settings.again')}
              </Button>
            )}
            <ActionButton operation={operation} path={path} type="submit" loading={change.isPending}>
              {verb ?? t('common:actions.save')}
            </ActionButton>
          </Group>
        </Stack>
      </form>
    </Paper>
  )
}

/** `round` is the key of a form: `again` reads what it is about once more, and another form begins with that. */
export function useRounds({ refetch }: { refetch: () => Promise<unknown> }): { round: number; again: () => Promise<void> } {
  const [round, setRound] = useState(0)
  const again = async () => {
    await refetch()
    setRound(round + 1)
  }
  return { round, again }
}
