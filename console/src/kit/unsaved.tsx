/** Before somebody leaves what they have filled in and not saved: a question. Inside the page that holds the form. */
import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { Draft } from './draft.ts'

interface UnsavedProps {
  when: boolean
  /** Another state of the same page, such as another tab of the form, where it stays filled in. */
  stays?: (search: Readonly<Record<string, unknown>>) => boolean
  /** Of what others may save too: says that they did. */
  draft?: Pick<Draft<unknown>, 'newer' | 'takeOver' | 'typing'> | undefined
  /** What they saved, where that has a name. */
  meanwhile?: string | undefined
  /** Where something else than what was filled in is lost. */
  title?: string
  text?: string
}

/** Who goes on because it was saved says `ignoreBlocker: true` to `navigate`. Closing the window is asked about by the browser. */
export function Unsaved({ when, stays = () => true, draft, meanwhile, title, text }: UnsavedProps) {
  const { t } = useTranslation()
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => when && (current.pathname !== next.pathname || !stays({ ...next.search })),
    enableBeforeUnload: when,
    withResolver: true,
  })
  const typing = draft?.typing
  useEffect(() => {
    typing?.(when)
    return () => typing?.(false)
  }, [typing, when])
  return (
    <>
      {draft?.newer && (
        <Alert color="yellow" role="status" title={meanwhile ?? t('unsaved.meanwhile')}>
          <Stack align="start" gap="xs">
            <Text size="sm">{t('unsaved.meanwhileText')}</Text>
            <Button size="xs" variant="default" onClick={draft.takeOver}>
              {t('unsaved.takeOver')}
            </Button>
          </Stack>
        </Alert>
      )}
      <Modal opened={status === 'blocked'} onClose={() => reset?.()} title={title ?? t('unsaved.title')}>
        <Stack>
          <Text size="sm">{text ?? t('unsaved.text')}</Text>
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
    </>
  )
}
