/** Signing in, by every way that the installation and the organization offer. */

import { Alert, Button, Divider, Group, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconFingerprint } from '@tabler/icons-react'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dataOf } from '@/api/client.ts'
import { isProblem, Problem } from '@/api/problem.ts'
import { focusFirst } from '@/kit/form.ts'
import { ButtonLink, LinkTo } from '@/kit/link.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { useEnter, useGoOn } from './destination.ts'
import { check } from './form-help.ts'
import { Frame, Otherwise } from './frame.tsx'
import type { Leaving } from './leaving.ts'
import { hasPasskeys, isGivenUp, signInByPasskey, usePasskeyAutofill } from './passkey.ts'
import { OrganizationProvider, ProviderButtons, useWays } from './providers.tsx'
import { type Needed, SecondFactor } from './second-factor.tsx'

export function LoginPage() {
  const { t } = useTranslation('sign-in')
  const { to, organization, invitation } = useSearch({ from: '/login' })
  const [waits, setWaits] = useState<{ needed: Needed; identifier: string | undefined }>()
  const enter = useEnter()
  const goOn = useGoOn()
  if (waits)
    return (
      <Frame title={t('second.title')} description={t('second.description')} organization={organization}>
        <SecondFactor
          {...waits}
          onToken={(token) => enter(token, to)}
          onElsewhere={() => goOn(to)}
          startAgain={() => setWaits(undefined)}
        />
      </Frame>
    )
  return (
    <Frame
      title={t('login.title')}
      description={organization && t('login.into', { organization })}
      organization={organization}
      aside={
        <Otherwise question={t('login.noAccount')}>
          <LinkTo to="/sign-up" search={{ ...(to ? { to } : {}), ...(invitation ? { invitation } : {}) }}>
            {t('login.signUp')}
          </LinkTo>
        </Otherwise>
      }
    >
      <Ways leaving={{ intent: 'sign-in', to, invitation }} onNeeded={(needed, identifier) => setWaits({ needed, identifier })} />
    </Frame>
  )
}

function Ways({ leaving, onNeeded }: { leaving: Leaving; onNeeded: (needed: Needed, identifier: string | undefined) => void }) {
  const { t } = useTranslation('sign-in')
  const { to, organization, from } = useSearch({ from: '/login' })
  const ways = useWays()
  const enter = useEnter()
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState<'password' | 'passkey'>()
  const refused = (error: unknown, identifier?: string) => {
    if (isProblem(error)) {
      if (error.secondFactor) onNeeded(error.secondFactor, identifier)
      else setProblem(error)
    } else setProblem(new Problem(401, [{ code: 'Passkey', message: t(isGivenUp(error) ? 'passkey.givenUp' : 'passkey.failed') }]))
  }
  const go = async (how: 'password' | 'passkey', prove: () => Promise<string>, identifier?: string) => {
    setProblem(undefined)
    setBusy(how)
    try {
      await enter(await prove(), to)
    } catch (error) {
      refused(error, identifier)
    } finally {
      setBusy(undefined)
    }
  }
  usePasskeyAutofill(organization, (token) => void go('passkey', async () => token), refused)
  const local = ways?.local ?? true
  return (
    <Stack>
      {from === undefined ? null : <Alert role="status">{t(`login.from.${from}`)}</Alert>}
      {ways?.first && (
        <Alert title={t('login.firstTitle')}>
          <Stack gap="xs" align="start">
            {t('login.first')}
            <ButtonLink to="/sign-up" size="sm">
              {t('login.createFirst')}
            </ButtonLink>
          </Stack>
        </Alert>
      )}
      <ProblemAlert problem={problem} />
      {local && (
        <PasswordForm
          busy={busy === 'password'}
          go={(identifier, password) =>
            void go('password', async () => (await dataOf('login', { body: bodyOf(identifier, password, organization) })).token, identifier)
          }
        />
      )}
      {local && <Divider label={t('login.or')} />}
      {hasPasskeys() && (
        <Button
          variant="default"
          fullWidth
          leftSection={<IconFingerprint size={18} />}
          loading={busy === 'passkey'}
          onClick={() => void go('passkey', () => signInByPasskey(organization))}
        >
          {t('login.byPasskey')}
        </Button>
      )}
      <ProviderButtons ways={ways?.ways ?? []} leaving={leaving} label={(provider) => t('login.by', { provider })} />
      <OrganizationProvider organization={organization} leaving={leaving} />
    </Stack>
  )
}

const bodyOf = (identifier: string, password: string, organization: string | undefined) => ({
  ...(identifier.includes('@') ? { email: identifier } : { username: identifier }),
  password,
  ...(organization === undefined ? {} : { organization_canonical: organization }),
})

function PasswordForm({ busy, go }: { busy: boolean; go: (identifier: string, password: string) => void }) {
  const { t } = useTranslation('sign-in')
  const form = useForm({ initialValues: { identifier: '', password: '' }, validate: { identifier: check.given, password: check.password } })
  return (
    <form
      onSubmit={form.onSubmit(
        ({ identifier, password }) => go(identifier.trim(), password),
        (errors) => focusFirst(form, errors),
      )}
      noValidate
    >
      <Stack>
        <TextInput
          label={t('fields.identifier')}
          autoCapitalize="none"
          autoComplete="username webauthn"
          {...form.getInputProps('identifier')}
        />
        <PasswordInput
          label={t('fields.password')}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('fields.reveal') }}
          {...form.getInputProps('password')}
        />
        <Group justify="end">
          <LinkTo to="/forgot-password" size="sm">
            {t('login.forgotten')}
          </LinkTo>
        </Group>
        <Button type="submit" fullWidth loading={busy}>
          {t('login.go')}
        </Button>
      </Stack>
    </form>
  )
}
