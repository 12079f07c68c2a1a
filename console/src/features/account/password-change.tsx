import { Button, Group, PasswordInput, Stack } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { queryClient, useChange } from '@/api/query.ts'
import { rememberSession } from '@/api/session.ts'
import { check } from '@/features/sign-in/form-help.ts'
import { NewPassword } from '@/features/sign-in/new-password.tsx'
import { focusFirst } from '@/kit/form.ts'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { Section } from './account-frame.tsx'
import { type Account, primaryOf, sameAs } from './update.ts'

export function PasswordChange({ account }: { account: Account }) {
  const { t } = useTranslation(['account', 'sign-in'])
  const navigate = useNavigate()
  const email = primaryOf(account)
  const form = useForm({
    initialValues: { current: '', next: '' },
    validate: { current: check.given, next: check.password },
    validateInputOnBlur: true,
  })
  // Every session ends with it, this one too.
  const change = useChange('updateUserAccount', {
    async onSuccess() {
      await navigate({ to: '/login', search: { from: 'new_password', again: true, to: '/account' } })
      rememberSession(undefined)
      queryClient.clear()
    },
    onError({ fields }) {
      form.setErrors({
        ...(fields['password_update.current'] ? { current: fields['password_update.current'] } : {}),
        ...(fields['password_update.new'] ? { next: fields['password_update.new'] } : {}),
      })
    },
  })
  const mail = useChange('passwordResetReq', { onSuccess: () => tell(t('password.mailed', { email })) })
  return (
    <Section title={t('password.title')} description={t('password.description')}>
      <form
        onSubmit={form.onSubmit(
          ({ current, next }) => change.mutate({ body: { ...sameAs(account), password_update: { current, new: next } } }),
          (errors) => focusFirst(form, errors),
        )}
        noValidate
      >
        <Stack maw={440}>
          <input type="text" autoComplete="username" value={account.username} readOnly hidden />
          <PasswordInput
            label={t('password.current')}
            autoComplete="current-password"
            visibilityToggleButtonProps={{ 'aria-label': t('sign-in:fields.reveal') }}
            {...form.getInputProps('current')}
          />
          <NewPassword
            label={t('sign-in:fields.newPassword')}
            known={[account.username, account.given_name, account.family_name, email]}
            {...form.getInputProps('next')}
            value={form.values.next}
          />
          <ProblemAlert problem={change.error ?? mail.error} />
          <Group>
            <Button type="submit" loading={change.isPending}>
              {t('password.go')}
            </Button>
            <Button variant="subtle" loading={mail.isPending} onClick={() => mail.mutate({ body: { email } })}>
              {t('password.none')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
