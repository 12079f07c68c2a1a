/** Before somebody leaves what they have filled in and not saved: a question. Inside the page that holds the form. */
import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

interface UnsavedProps {
  when: boolean
  /** Another state of the same page, such as another tab of the form, where it stays filled in. */
  stays?: (search: Readonly<Record<string, unknown>>) => boolean
}

/** Who goes on because it was saved says `ignoreBlocker: true` to `navigate`. Closing the window is asked about by the browser. */
export function Unsaved({ when, stays = () => true }: UnsavedProps) {
  const { t } = useTranslation()
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => when && (current.pathname !== next.pathname || !stays({ ...next.search })),
    enableBeforeUnload: when,
    withResolver: true,
  })
  return (
    <Modal opened={status === 'blocked'} onClose={() => reset?.()} title={t('unsaved.title')}>
      <Stack>
        <Text size="sm">{t('unsaved.text')}</Text>
        <Group justify="end">
          <Button variant="default" onClick={() => reset?.()} data-autofocus>
            {t('unsaved.stay')}
          </Button>
          <Button color="red" onClick={() => proceed?.()}>
            {t('unsaved.leave')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
