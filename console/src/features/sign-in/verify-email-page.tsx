/**
 * The link of the mail that asks whether an address is right. It waits for a click: whoever reads the mail is asked whether the account
 * is theirs, and programs that follow links confirm nothing.
 */

import { Button, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { isProblem } from '@/api/problem.ts'
import { useChange } from '@/api/query.ts'
import { focusFirst } from '@/kit/form.ts'
import { LinkTo } from '@/kit/link.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { useGoOn } from './destination.ts'
import { check } from './form-help.ts'
import { Frame } from './frame.tsx'

export function VerifyEmailPage() {
  const { t } = useTranslation('sign-in')
  const { token } = useSearch({ from: '/verify-email' })
  const goOn = useGoOn()
  const verify = useChange('emailVerification', { stale: ['getUserAccount'] })
  if (verify.isSuccess)
    return (
      <Frame title={t('verify.doneTitle')}>
        <Stack>
          <Text>{t('verify.done')}</Text>
          <Button fullWidth onClick={() => goOn('/')}>
            {t('verify.goOn')}
          </Button>
        </Stack>
      </Frame>
    )
  return (
    <Frame
      title={t('verify.title')}
      description={t(token ? 'verify.description' : 'verify.noToken')}
      aside={<LinkTo to="/login">{t('verify.signIn')}</LinkTo>}
    >
      <Stack>
        <ProblemAlert problem={verify.error} />
        {token && !isProblem(verify.error, 404) ? (
          <Button fullWidth loading={verify.isPending} onClick={() => verify.mutate({ path: { verification_token: token } })}>
            {t('verify.go')}
          </Button>
        ) : (
          <AnotherMail />
        )}
      </Stack>
    </Frame>
  )
}

function AnotherMail() {
  const { t } = useTranslation('sign-in')
  const form = useForm({ initialValues: { email: '' }, validate: { email: check.email } })
  const again = useChange('emailVerificationResend', { onSuccess: (_, { body }) => tell(t('verify.sent', { email: body.email })) })
  return (
    <form
      onSubmit={form.onSubmit(
        ({ email }) => again.mutate({ body: { email: email.trim() } }),
        (errors) => focusFirst(form, errors),
      )}
      noValidate
    >
      <Stack>
        <TextInput label={t('fields.email')} type="email" autoComplete="email" {...form.getInputProps('email')} />
        <ProblemAlert problem={again.error} />
        <Button type="submit" loading={again.isPending}>
          {t('verify.again')}
        </Button>
      </Stack>
    </form>
  )
}
