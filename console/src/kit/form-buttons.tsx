/** How a form ends: the way out, where it is in a dialog, and the button that sends it. */
import { Button, type ButtonProps, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'

interface FormButtonsProps extends Pick<ButtonProps, 'color' | 'disabled'> {
  /** Leaves the form as if nothing had been typed. */
  close?: () => void
  /** What the button that sends it says. */
  verb: string
  /** It was sent, and the answer is not there yet. */
  busy?: boolean
}

export function FormButtons({ close, verb, busy = false, ...button }: FormButtonsProps) {
  const { t } = useTranslation()
  return (
    <Group justify="end">
      {close && (
        <Button variant="default" onClick={() => close()}>
          {t('actions.cancel')}
        </Button>
      )}
      <Button type="submit" loading={busy} {...button}>
        {verb}
      </Button>
    </Group>
  )
}
