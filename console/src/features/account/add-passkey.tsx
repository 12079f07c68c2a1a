import { Alert, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { browserSupportsWebAuthn, type PublicKeyCredentialCreationOptionsJSON, startRegistration } from '@simplewebauthn/browser'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dataOf } from '@/api/client.ts'
import { isProblem, type Problem } from '@/api/problem.ts'
import { refresh } from '@/api/query.ts'
import { check } from '@/features/sign-in/form-help.ts'
import { focusFirst } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { SensitiveProblem } from './stale-sign-in.tsx'
import { deviceOf } from './user-agent.ts'

interface AddPasskeyProps {
  opened: boolean
  close: () => void
  onCodes: (codes: readonly string[]) => void
}

export function AddPasskey({ opened, close, onCodes }: AddPasskeyProps) {
  const { t } = useTranslation('account')
  return (
    <Modal opened={opened} onClose={close} title={t('passkeys.add')}>
      {browserSupportsWebAuthn() ? (
        <PasskeyForm close={close} onCodes={onCodes} />
      ) : (
        <Alert color="yellow">{t('passkeys.unsupported')}</Alert>
      )}
    </Modal>
  )
}

function PasskeyForm({ close, onCodes }: Omit<AddPasskeyProps, 'opened'>) {
  const { t } = useTranslation('account')
  const [problem, setProblem] = useState<Problem>()
  const [trouble, setTrouble] = useState<string>()
  const form = useForm({
    initialValues: { name: deviceOf(navigator.userAgent).slice(0, 100) },
    validate: { name: (text) => check.given(text) ?? (text.length > 100 ? t('passkeys.longName') : null) },
  })
  const add = async ({ name }: { name: string }) => {
    setProblem(undefined)
    setTrouble(undefined)
    try {
      const { challenge, options } = await dataOf('beginPasskey', {})
      const made = await startRegistration({ optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON })
      const { recovery_codes: codes } = await dataOf('createPasskey', { body: { challenge, name: name.trim(), response: { ...made } } })
      await refresh('getSecondFactors', 'getUserAccount')
      close()
      tell(t('passkeys.kept', { name: name.trim() }))
      if (codes) onCodes(codes)
    } catch (error) {
      if (isProblem(error)) setProblem(error)
      else setTrouble(t(troubleOf(error)))
    }
  }
  return (
    <form onSubmit={form.onSubmit(add, (errors) => focusFirst(form, errors))} noValidate>
      <Stack>
        <Text size="sm">{t('passkeys.how')}</Text>
        <TextInput label={t('passkeys.name')} description={t('passkeys.nameHint')} data-autofocus {...form.getInputProps('name')} />
        <SensitiveProblem problem={problem} />
        {trouble && (
          <Alert color="red" role="alert">
            {trouble}
          </Alert>
        )}
        <FormButtons close={close} verb={t('passkeys.make')} busy={form.submitting} />
      </Stack>
    </form>
  )
}

function troubleOf(error: unknown) {
  const name = error instanceof Error ? error.name : ''
  if (name === 'InvalidStateError') return 'passkeys.alreadyThere'
  return name === 'NotAllowedError' || name === 'AbortError' ? 'passkeys.givenUp' : 'passkeys.failed'
}
