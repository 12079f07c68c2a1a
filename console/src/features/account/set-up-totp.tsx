/** An authenticator app: the secret as a picture and as text, and a code that proves that the app has it. */
import { Button, Center, Code, CopyButton, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { call } from '@/api/client.ts'
import { useChange } from '@/api/query.ts'
import { check } from '@/features/sign-in/form-help.ts'
import { useOnce } from '@/features/sign-in/once.ts'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { Pending } from '@/kit/states.tsx'
import classes from './account.module.css'
import { SensitiveProblem } from './stale-sign-in.tsx'

interface SetUpTotpProps {
  opened: boolean
  close: () => void
  onCodes: (codes: readonly string[]) => void
}

export function SetUpTotp({ opened, close, onCodes }: SetUpTotpProps) {
  const { t } = useTranslation('account')
  return (
    <Modal opened={opened} onClose={close} title={t('totp.setUp')}>
      {opened && <Steps close={close} onCodes={onCodes} />}
    </Modal>
  )
}

function Steps({ close, onCodes }: Omit<SetUpTotpProps, 'opened'>) {
  const { t } = useTranslation(['account', 'common'])
  const secret = useOnce('totp', () => call('createTotp', {}))
  const form = useForm({ initialValues: { code: '' }, validate: { code: check.code } })
  const confirmed = useChange('confirmTotp', {
    stale: ['getSecondFactors', 'getUserAccount'],
    onSuccess({ data }) {
      close()
      onCodes(data.recovery_codes)
    },
    onError: (problem) => showProblem(form, problem),
  })
  if (secret.error) return <SensitiveProblem problem={secret.error} />
  if (!secret.data) return <Pending />
  const { qr_code: picture, secret: text } = secret.data.data
  return (
    <form
      onSubmit={form.onSubmit(
        ({ code }) => confirmed.mutate({ body: { code: code.replace(/\s/g, '') } }),
        (errors) => focusFirst(form, errors),
      )}
      noValidate
    >
      <Stack>
        <Text size="sm">{t('totp.scan')}</Text>
        <Center>
          <img src={`data:image/svg+xml,${encodeURIComponent(picture)}`} alt={t('totp.picture')} className={classes.qr} />
        </Center>
        <Text size="sm">{t('totp.type')}</Text>
        <Group wrap="nowrap" justify="space-between">
          <Code className={classes.name}>{text.replace(/(.{4})(?=.)/g, '$1 ')}</Code>
          <CopyButton value={text}>
            {({ copied, copy }) => (
              <Button size="compact-sm" variant="default" onClick={copy}>
                {t(copied ? 'common:actions.copied' : 'common:actions.copy')}
              </Button>
            )}
          </CopyButton>
        </Group>
        <TextInput label={t('totp.code')} inputMode="numeric" autoComplete="one-time-code" data-autofocus {...form.getInputProps('code')} />
        <SensitiveProblem problem={confirmed.error} />
        <FormButtons close={close} verb={t('totp.confirm')} busy={confirmed.isPending} />
      </Stack>
    </form>
  )
}
