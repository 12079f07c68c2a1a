/** The addresses of the account. Mail about the account goes to the primary one. */
import { Badge, Button, Group, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import { check } from '@/features/sign-in/form-help.ts'
import { confirm } from '@/kit/confirm.tsx'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { tell } from '@/kit/notice.tsx'
import { When } from '@/kit/when.tsx'
import classes from './account.module.css'
import { Section } from './account-frame.tsx'
import { SensitiveProblem } from './stale-sign-in.tsx'
import { type Account, sameAs, useUpdateAccount } from './update.ts'

type Address = Account['emails'][number]
const sent = ({ email, purpose }: Address) => ({ email, purpose })

export function Addresses({ account }: { account: Account }) {
  const { t } = useTranslation('account')
  const update = useUpdateAccount()
  const resend = useChange('emailVerificationResend', { onSuccess: (_, { body }) => tell(t('addresses.sent', { email: body.email })) })
  const form = useForm({ initialValues: { email: '' }, validate: { email: check.email } })
  const replace = (emails: readonly Address[]) => ({ body: { ...sameAs(account), emails: emails.map(sent) } })
  const add = ({ email }: { email: string }) =>
    update.mutate(replace([...account.emails, { email: email.trim(), purpose: 'backup', verified: false }]), {
      onSuccess() {
        form.reset()
        tell(t('addresses.sent', { email: email.trim() }))
      },
      onError: (problem) => showProblem(form, problem),
    })
  const makePrimary = ({ email }: Address) =>
    update.mutate(replace(account.emails.map((one) => ({ ...one, purpose: one.email === email ? 'primary' : 'backup' }))), {
      onSuccess: () => tell(t('addresses.primaryNow', { email })),
    })
  const remove = ({ email }: Address) =>
    confirm({
      title: t('addresses.removeTitle'),
      children: t('addresses.removeText', { email }),
      verb: t('addresses.remove'),
      act: () => update.mutateAsync(replace(account.emails.filter((one) => one.email !== email))),
    })
  return (
    <Section title={t('addresses.title')} description={t('addresses.description')}>
      <ul className={classes.list}>
        {account.emails.map((address) => (
          <li key={address.email} className={classes.line}>
            <Group justify="space-between" wrap="wrap">
              <Group gap="xs" className={classes.name}>
                <Text span className={classes.name}>
                  {address.email}
                </Text>
                {address.purpose === 'primary' && <Badge variant="light">{t('addresses.primary')}</Badge>}
                <Badge variant="light" color={address.verified ? 'green' : 'yellow'}>
                  {t(address.verified ? 'addresses.verified' : 'addresses.unverified')}
                </Badge>
                {address.created_at !== undefined && (
                  <Text span size="sm" c="dimmed">
                    {t('addresses.since')} <When at={address.created_at} />
                  </Text>
                )}
              </Group>
              <Group gap="xs">
                {!address.verified && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    loading={resend.isPending}
                    onClick={() => resend.mutate({ body: { email: address.email } })}
                  >
                    {t('addresses.resend')}
                  </Button>
                )}
                {address.purpose !== 'primary' && address.verified && (
                  <Button size="compact-sm" variant="default" onClick={() => makePrimary(address)}>
                    {t('addresses.makePrimary')}
                  </Button>
                )}
                {address.purpose !== 'primary' && (
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    color="red"
                    aria-label={t('addresses.removeThis', { email: address.email })}
                    onClick={() => remove(address)}
                  >
                    {t('addresses.remove')}
                  </Button>
                )}
              </Group>
            </Group>
          </li>
        ))}
      </ul>
      <SensitiveProblem problem={update.error ?? resend.error} />
      <form onSubmit={form.onSubmit(add, (errors) => focusFirst(form, errors))} noValidate>
        <Group align="end" wrap="wrap">
          <TextInput label={t('addresses.another')} type="email" autoComplete="email" w={300} maw="100%" {...form.getInputProps('email')} />
          <Button type="submit" variant="default" loading={update.isPending}>
            {t('addresses.add')}
          </Button>
        </Group>
      </form>
    </Section>
  )
}
