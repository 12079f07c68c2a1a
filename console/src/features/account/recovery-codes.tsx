/** Codes for the day on which the phone is gone. The API shows them once. */
import { Alert, Button, CopyButton, Group, Modal, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import classes from './account.module.css'

export function RecoveryCodes({ codes, close }: { codes: readonly string[] | undefined; close: () => void }) {
  const { t } = useTranslation(['account', 'common'])
  const text = `${(codes ?? []).join('\n')}\n`
  return (
    <Modal
      opened={codes !== undefined}
      onClose={close}
      title={t('codes.title')}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack>
        <Text size="sm">{t('codes.what')}</Text>
        <Alert color="yellow">{t('codes.once')}</Alert>
        <ul className={classes.codes} aria-label={t('codes.title')}>
          {(codes ?? []).map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <Group justify="space-between" wrap="wrap">
          <Group gap="xs">
            <CopyButton value={text}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {t(copied ? 'common:actions.copied' : 'common:actions.copy')}
                </Button>
              )}
            </CopyButton>
            <Button
              component="a"
              variant="default"
              href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
              download={t('codes.file')}
            >
              {t('codes.download')}
            </Button>
          </Group>
          <Button onClick={close}>{t('codes.kept')}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
