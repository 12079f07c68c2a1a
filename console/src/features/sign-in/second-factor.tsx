/** The first proof was right, and one more is needed: a code, a passkey, a recovery code, or the link that was mailed. */
import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconFingerprint, IconMail } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dataOf, restoreSession } from '@/api/client.ts'
import { isProblem, Problem } from '@/api/problem.ts'
import type { Schema } from '@/api/types.ts'
import { focusFirst } from '@/kit/form.ts'
import { ProblemAlert } from '@/kit/states.tsx'
import { check } from './form-help.ts'
import { askForPasskey, hasPasskeys, isGivenUp } from './passkey.ts'
import { awaitLink } from './waiting.ts'

export type Needed = Schema<'SecondFactorNeeded'>
type Factor = Needed['factors'][number]

interface SecondFactorProps {
  needed: Needed
  /** What was typed to sign in. */
  identifier?: string | undefined
  onToken: (token: string) => Promise<void>
  /** The mailed link was followed in another tab of this browser. */
  onElsewhere: () => void
  startAgain: () => void
}

export function SecondFactor({ needed: { challenge, factors }, identifier, onToken, onElsewhere, startAgain }: SecondFactorProps) {
  const { t } = useTranslation('sign-in')
  const possible = factors.filter((factor) => factor !== 'passkey' || hasPasskeys())
  const [factor, setFactor] = useState<Factor>(possible[0] ?? 'recovery_code')
  const [problem, setProblem] = useState<Problem>()
  const prove = async (proof: () => Promise<Omit<Schema<'LoginProof'>, 'challenge'>>) => {
    setProblem(undefined)
    try {
      const { token } = await dataOf('finishLogin', { body: { challenge: challenge ?? '', ...(await proof()) } })
      await onToken(token)
    } catch (error) {
      if (isProblem(error)) setProblem(error)
      else if (isGivenUp(error)) setProblem(new Problem(401, [{ code: 'Passkey', message: t('passkey.givenUp') }]))
      else throw error
    }
  }
  return (
    <Stack>
      <ProblemAlert problem={problem} />
      {factor === 'email' && <MailedLink identifier={identifier} onElsewhere={onElsewhere} />}
      {factor === 'totp' && <TotpForm prove={(totp) => prove(async () => ({ totp }))} />}
      {factor === 'recovery_code' && <RecoveryForm prove={(recovery_code) => prove(async () => ({ recovery_code }))} />}
      {factor === 'passkey' && <PasskeyProof prove={() => prove(async () => ({ passkey: await askForPasskey(challenge) }))} />}
      <Group gap="xs" justify="center">
        {possible
          .filter((other) => other !== factor)
          .map((other) => (
            <Button
              key={other}
              variant="subtle"
              size="compact-sm"
              onClick={() => {
                setProblem(undefined)
                setFactor(other)
              }}
            >
              {t(`second.use.${other}`)}
            </Button>
          ))}
        <Button variant="subtle" size="compact-sm" onClick={startAgain}>
          {t('second.startAgain')}
        </Button>
      </Group>
    </Stack>
  )
}

function TotpForm({ prove }: { prove: (code: string) => Promise<void> }) {
  const { t } = useTranslation('sign-in')
  const form = useForm({ initialValues: { code: '' }, validate: { code: check.code } })
  return (
    <form
      onSubmit={form.onSubmit(
        ({ code }) => prove(code.replace(/\s/g, '')),
        (errors) => focusFirst(form, errors),
      )}
      noValidate
    >
      <Stack>
        <TextInput
          label={t('second.totp')}
          description={t('second.totpHint')}
          inputMode="numeric"
          autoComplete="one-time-code"
          data-autofocus
          ref={(node) => node?.focus()}
          {...form.getInputProps('code')}
        />
        <Button type="submit" fullWidth loading={form.submitting}>
          {t('second.go')}
        </Button>
      </Stack>
    </form>
  )
}

function RecoveryForm({ prove }: { prove: (code: string) => Promise<void> }) {
  const { t } = useTranslation('sign-in')
  const form = useForm({ initialValues: { code: '' }, validate: { code: check.given } })
  return (
    <form
      onSubmit={form.onSubmit(
        ({ code }) => prove(code.trim()),
        (errors) => focusFirst(form, errors),
      )}
      noValidate
    >
      <Stack>
        <TextInput label={t('second.recovery')} description={t('second.recoveryHint')} autoComplete="off" {...form.getInputProps('code')} />
        <Button type="submit" fullWidth loading={form.submitting}>
          {t('second.go')}
        </Button>
      </Stack>
    </form>
  )
}

function PasskeyProof({ prove }: { prove: () => Promise<void> }) {
  const { t } = useTranslation('sign-in')
  const [busy, setBusy] = useState(false)
  const go = async () => {
    setBusy(true)
    await prove().finally(() => setBusy(false))
  }
  return (
    <Stack>
      <Text size="sm">{t('second.passkeyHint')}</Text>
      <Button fullWidth leftSection={<IconFingerprint size={18} />} loading={busy} onClick={() => void go()}>
        {t('second.passkey')}
      </Button>
    </Stack>
  )
}

function MailedLink({ identifier, onElsewhere }: { identifier: string | undefined; onElsewhere: () => void }) {
  const { t } = useTranslation('sign-in')
  useEffect(
    () =>
      awaitLink(identifier ?? '', () => {
        void restoreSession().then((session) => session && onElsewhere())
      }),
    [identifier, onElsewhere],
  )
  return (
    <Group wrap="nowrap" align="start" role="status">
      <IconMail aria-hidden />
      <Stack gap={4}>
        <Text>{t('second.mailed')}</Text>
        <Text size="sm" c="dimmed">
          {t('second.mailedHint')}
        </Text>
      </Stack>
    </Group>
  )
}
