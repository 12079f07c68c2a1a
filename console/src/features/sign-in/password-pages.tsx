/** A password that was forgotten, and the new one. */

import { Button, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { isProblem } from '@/api/problem.ts'
import { useChange } from '@/api/query.ts'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { ButtonLink, LinkTo } from '@/kit/link.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { check } from './form-help.ts'
import { Frame } from './frame.tsx'
import { NewPassword } from './new-password.tsx'

function BackToSignIn() {
  const { t } = useTranslation('sign-in')
  return <LinkTo to="/login">{t('forgot.back')}</LinkTo>
}

export function ForgotPasswordPage() {
  const { t } = useTranslation('sign-in')
  const form = useForm({ initialValues: { email: '' }, validate: { email: check.email } })
  const ask = useChange('passwordResetReq')
  if (ask.isSuccess)
    return (
      <Frame title={t('forgot.sentTitle')} aside={<BackToSignIn />}>
        <Text>{t('forgot.sent', { email: form.values.email })}</Text>
      </Frame>
    )
  return (
    <Frame title={t('forgot.title')} description={t('forgot.description')} aside={<BackToSignIn />}>
      <form
        onSubmit={form.onSubmit(
          ({ email }) => ask.mutate({ body: { email: email.trim() } }),
          (errors) => focusFirst(form, errors),
        )}
        noValidate
      >
        <Stack>
          <TextInput label={t('fields.email')} type="email" autoComplete="email" {...form.getInputProps('email')} />
          <ProblemAlert problem={ask.error} />
          <Button type="submit" fullWidth loading={ask.isPending}>
            {t('forgot.go')}
          </Button>
        </Stack>
      </form>
    </Frame>
  )
}

export function ResetPasswordPage() {
  const { t } = useTranslation('sign-in')
  const { token } = useSearch({ from: '/reset-password' })
  const navigate = useNavigate()
  const form = useForm({ initialValues: { password: '' }, validate: { password: check.password }, validateInputOnBlur: true })
  const set = useChange('passwordResetUpdate', {
    onSuccess: () => void navigate({ to: '/login', search: { from: 'new_password' } }),
    onError: (problem) => showProblem(form, problem),
  })
  const useless = token === undefined || isProblem(set.error, 404)
  return (
    <Frame
      title={t('reset.title')}
      description={token === undefined ? t('reset.noToken') : t('reset.description')}
      aside={<BackToSignIn />}
    >
      <form
        onSubmit={form.onSubmit(
          ({ password }) => set.mutate({ body: { token: token ?? '', password } }),
          (errors) => focusFirst(form, errors),
        )}
        noValidate
      >
        <Stack>
          <ProblemAlert problem={set.error} />
          {useless ? (
            <ButtonLink to="/forgot-password" fullWidth>
              {t('reset.another')}
            </ButtonLink>
          ) : (
            <>
              <NewPassword label={t('fields.newPassword')} {...form.getInputProps('password')} value={form.values.password} />
              <Button type="submit" fullWidth loading={set.isPending}>
                {t('reset.go')}
              </Button>
            </>
          )}
        </Stack>
      </form>
    </Frame>
  )
}
