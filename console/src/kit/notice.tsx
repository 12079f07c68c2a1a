/** Short messages at the edge of the page: what was done, with a way back where there is one; what failed. */
import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import i18next from 'i18next'
import { isProblem } from '@/api/problem.ts'

/** @param undo how to take it back; offered for ten seconds */
export function tell(message: string, undo?: () => unknown): void {
  const id = notifications.show({
    message: undo ? (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            notifications.hide(id)
            void undo()
          }}
        >
          {i18next.t('actions.undo')}
        </Button>
      </Group>
    ) : (
      message
    ),
    autoClose: undo ? 10_000 : 4_000,
  })
}

export function tellProblem(error: unknown): void {
  const message = isProblem(error) && error.status !== 0 ? error.message : i18next.t('states.unreachable')
  notifications.show({
    color: 'red',
    title: i18next.t('states.failed'),
    message,
    autoClose: 10_000,
    role: 'alert',
  })
}
