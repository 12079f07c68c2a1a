/** A provider vouches for somebody who has no account here yet: what it says of them, to be checked and completed. */
import { Alert, Button, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { ButtonLink } from '@/kit/link.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { check } from './form-help.ts'
import { localeOf, PersonFields, type PersonValues } from './person-fields.tsx'
import type { SocialType } from './return-page.tsx'

interface NewcomerProps extends NewcomerFormProps {
  /** Did this browser leave for the provider? Otherwise the identity may be that of whoever sent the link. */
  isAsked: boolean
}

export function Newcomer({ isAsked, ...props }: NewcomerProps) {
  const { t } = useTranslation('sign-in')
  const [isMine, setMine] = useState(isAsked)
  if (isMine) return <NewcomerForm {...props} />
  const { email, given_name, family_name } = props.profile
  return (
    <Stack>
      <Text>{t('newcomer.unasked')}</Text>
      <div style={{ overflowWrap: 'anywhere' }}>
        <Text fw={600}>{[given_name, family_name].join(' ').trim()}</Text>
        <Text size="sm">{email}</Text>
      </div>
      <Button onClick={() => setMine(true)}>{t('newcomer.mine')}</Button>
      <ButtonLink to="/login" variant="default">
        {t('ask.no')}
      </ButtonLink>
    </Stack>
  )
}

interface NewcomerFormProps {
  provider: SocialType
  profile: Schema<'NewOAuthUser'>
  invitation: string | undefined
  onToken: (token: string) => Promise<void>
}

function NewcomerForm({ provider, profile, invitation, onToken }: NewcomerFormProps) {
  const { t, i18n } = useTranslation('sign-in')
  const form = useForm<PersonValues & { email: string }>({
    initialValues: {
      email: profile.email,
      given_name: profile.given_name,
      family_name: profile.family_name ?? '',
      username: profile.username,
      country_code: profile.country_code ?? null,
      locale: profile.locale ?? localeOf(i18n.language),
    },
    validate: {
      email: check.email,
      given_name: check.name,
      family_name: (text) => (text === '' ? null : check.name(text)),
      username: check.username,
    },
    validateInputOnBlur: true,
  })
  const create = useChange('createOAuthUser', {
    onSuccess: ({ data }) => void onToken(data.token),
    onError: (problem) => showProblem(form, problem),
  })
  const submit = ({ country_code, email, family_name, ...values }: typeof form.values) =>
    create.mutate({
      path: { social_type: provider },
      body: {
        ...values,
        email: email.trim(),
        social_id: profile.social_id,
        ...(family_name === '' ? {} : { family_name }),
        ...(country_code ? { country_code } : {}),
        ...(profile.picture_url ? { picture_url: profile.picture_url } : {}),
        ...(invitation ? { invitation_token: invitation } : {}),
      },
    })
  return (
    <form onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))} noValidate>
      <Stack>
        <Text size="sm">{t('newcomer.why')}</Text>
        {invitation && <Alert>{t('signUp.invited')}</Alert>}
        <TextInput label={t('fields.email')} type="email" autoComplete="email" {...form.getInputProps('email')} />
        <PersonFields props={form.getInputProps} />
        <ProblemAlert problem={create.error} />
        <Button type="submit" loading={create.isPending || create.isSuccess}>
          {t('signUp.go')}
        </Button>
      </Stack>
    </form>
  )
}
