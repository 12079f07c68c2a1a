/** A new account: by itself, by an invitation, or after a purchase. */

import { Alert, Button, Divider, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call, dataOf } from '@/api/client.ts'
import { isProblem, type Problem } from '@/api/problem.ts'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { LinkTo } from '@/kit/link.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { CheckMail } from './check-mail.tsx'
import { useEnter } from './destination.ts'
import { check } from './form-help.ts'
import { Frame, Otherwise } from './frame.tsx'
import { NewPassword } from './new-password.tsx'
import { localeOf, PersonFields, type PersonValues } from './person-fields.tsx'
import { ProviderButtons, useWays } from './providers.tsx'

export function SignUpPage() {
  const { t } = useTranslation('sign-in')
  const { to, invitation, aws_marketplace_token: purchase } = useSearch({ from: '/sign-up' })
  const invited = useAsk(
    'getPendingMemberInvitation',
    { path: { verification_token: invitation ?? '' } },
    { enabled: invitation !== undefined },
  )
  const ways = useWays()
  const [mailed, setMailed] = useState<string>()
  if (mailed !== undefined)
    return <CheckMail title={t('signUp.mailTitle')} sentence={t('signUp.mailed', { email: mailed })} email={mailed} />
  return (
    <Frame
      title={t('signUp.title')}
      description={t(purchase ? 'signUp.purchased' : ways?.first ? 'signUp.first' : 'signUp.description')}
      aside={
        <Otherwise question={t('signUp.haveOne')}>
          <LinkTo to="/login" search={{ ...(to ? { to } : {}), ...(invitation ? { invitation } : {}) }}>
            {t('signUp.signIn')}
          </LinkTo>
        </Otherwise>
      }
    >
      <Stack>
        {invitation !== undefined &&
          (invited.error ? (
            <ProblemAlert problem={invited.error} />
          ) : (
            <Alert>{t('signUp.invitedTo', { organization: invited.data?.data.organization_name ?? '' })}</Alert>
          ))}
        {(ways?.local ?? true) && (
          <SignUpForm
            key={invited.data?.data.email}
            invited={invited.data?.data.email}
            invitation={invited.error ? undefined : invitation}
            purchase={purchase}
            first={ways?.first ?? false}
            onMailed={setMailed}
          />
        )}
        {ways && ways.ways.length > 0 && !purchase && (
          <>
            {ways.local && <Divider label={t('login.or')} />}
            <ProviderButtons
              ways={ways.ways}
              leaving={{ intent: 'sign-in', to, invitation }}
              label={(provider) => t('signUp.by', { provider })}
            />
          </>
        )}
      </Stack>
    </Frame>
  )
}

interface SignUpFormProps {
  /** The address that was invited. */
  invited: string | undefined
  invitation: string | undefined
  purchase: string | undefined
  /** Nobody has an account yet: whoever is first needs to confirm nothing. */
  first: boolean
  onMailed: (email: string) => void
}

function SignUpForm({ invited, invitation, purchase, first, onMailed }: SignUpFormProps) {
  const { t, i18n } = useTranslation('sign-in')
  const { to } = useSearch({ from: '/sign-up' })
  const enter = useEnter()
  const [problem, setProblem] = useState<Problem>()
  const form = useForm<PersonValues & { email: string; password: string }>({
    initialValues: {
      email: invited ?? '',
      given_name: '',
      family_name: '',
      username: '',
      password: '',
      country_code: null,
      locale: localeOf(i18n.language),
    },
    validate: { email: check.email, given_name: check.name, family_name: check.name, username: check.username, password: check.password },
    validateInputOnBlur: true,
  })
  useProposedUsername(form)
  const { email, password, given_name, family_name, username } = form.values
  const submit = async ({ country_code, ...values }: typeof form.values) => {
    setProblem(undefined)
    const body = { ...values, email: values.email.trim(), ...(country_code ? { country_code } : {}) }
    try {
      await createAccount(body, invitation, purchase)
      // An invitation proves the address; everybody else has a mail to read first.
      if (first || (invitation && invited === body.email))
        await enter((await dataOf('login', { body: { email: body.email, password: body.password } })).token, to)
      else onMailed(body.email)
    } catch (error) {
      if (!isProblem(error)) throw error
      setProblem(error)
      showProblem(form, error)
    }
  }
  return (
    <form onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))} noValidate>
      <Stack>
        <TextInput
          label={t('fields.email')}
          description={invited ? t('signUp.invitedEmail') : undefined}
          type="email"
          autoComplete="email"
          {...form.getInputProps('email')}
        />
        <PersonFields props={form.getInputProps} />
        <NewPassword
          label={t('fields.password')}
          known={[email, given_name, family_name, username]}
          {...form.getInputProps('password')}
          value={password}
        />
        <ProblemAlert problem={problem} />
        <Button type="submit" fullWidth loading={form.submitting}>
          {t('signUp.go')}
        </Button>
      </Stack>
    </form>
  )
}

type NewAccount = Omit<Schema<'NewUserAccount'>, 'invitation_token'>

const createAccount = (body: NewAccount, invitation: string | undefined, purchase: string | undefined): Promise<unknown> =>
  purchase === undefined
    ? call('signUp', { body: { ...body, ...(invitation ? { invitation_token: invitation } : {}) } })
    : call('signUpAWSMarketplace', { body: { ...body, aws_marketplace_token: purchase } })

interface NamedForm {
  values: PersonValues
  setFieldValue: (path: 'username', value: string) => void
}

/** Made of the names, until somebody writes their own. */
function useProposedUsername({ values: { given_name, family_name, username }, setFieldValue }: NamedForm): void {
  const proposed = usernameOf(given_name, family_name)
  const last = useRef('')
  useEffect(() => {
    if (username !== last.current || username === proposed) return
    last.current = proposed
    setFieldValue('username', proposed)
  }, [proposed, username, setFieldValue])
}

export const usernameOf = (...names: string[]): string =>
  names
    .join('-')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100)
