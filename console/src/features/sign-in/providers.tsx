/** The ways to sign in elsewhere: providers of the installation, and those of organizations. */
import { Button, Collapse, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconBrandAzure, IconBrandGithub, IconBrandGoogle, IconBuilding, IconShieldLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { focusFirst } from '@/kit/form.ts'
import { check } from './form-help.ts'
import classes from './frame.module.css'
import { type Leaving, leaveFor } from './leaving.ts'

interface Way {
  key: string
  label: string
  icon: ReactNode
  address: string
}

const oauthWays = {
  GoogleOAuthConfig: ['google', 'Google', <IconBrandGoogle key="icon" size={18} />],
  GitHubOAuthConfig: ['github', 'GitHub', <IconBrandGithub key="icon" size={18} />],
  AzureADAuthConfig: ['azuread', 'Microsoft', <IconBrandAzure key="icon" size={18} />],
} as const satisfies Record<Schema<'AuthConfigOAuth'>['type'], unknown>

/** Of the installation; undefined while it is asked. */
export function useWays(): { local: boolean; first: boolean; ways: Way[] } | undefined {
  const { data } = useAsk('getConfig', {})
  if (!data) return undefined
  const { local, oauth = [], saml2 } = data.data.authentication
  return {
    local: local.enabled,
    first: local.first_account ?? false,
    ways: [
      ...oauth.map(({ type }) => {
        const [key, label, icon] = oauthWays[type]
        return { key, label, icon, address: `/user/${key}/oauth/start` }
      }),
      ...saml2.map(({ provider }) => ({
        key: provider,
        label: saml2.length === 1 ? 'SSO' : hostOf(provider),
        icon: <IconShieldLock size={18} />,
        address: `/saml2/login?${new URLSearchParams({ provider })}`,
      })),
    ],
  }
}

/** Entity ids are addresses mostly, and nobody reads them to the end. */
export const hostOf = (entityId: string): string => (URL.canParse(entityId) && new URL(entityId).host) || entityId

export function ProviderButtons({ ways, leaving, label }: { ways: readonly Way[]; leaving: Leaving; label: (provider: string) => string }) {
  if (ways.length === 0) return null
  return (
    <Stack gap="xs">
      {ways.map(({ key, icon, address, label: provider }) => (
        <Button key={key} variant="default" fullWidth leftSection={icon} onClick={() => leaveFor(address, leaving)}>
          {label(provider)}
        </Button>
      ))}
    </Stack>
  )
}

export const organizationSaml = (organization: string): string =>
  `/saml2/login?${new URLSearchParams({ organization_canonical: organization })}`

/** An organization's own provider: which organizations have one is told to nobody who is not signed in. */
export function OrganizationProvider({ organization, leaving }: { organization: string | undefined; leaving: Leaving }) {
  const { t } = useTranslation('sign-in')
  const [open, setOpen] = useState(false)
  const form = useForm({
    initialValues: { organization: '' },
    validate: { organization: (text) => check.username(text.trim()) && t('checks.canonical') },
  })
  if (organization !== undefined)
    return (
      <Button
        variant="default"
        fullWidth
        classNames={{ root: classes.long, label: classes.words }}
        leftSection={<IconBuilding size={18} />}
        onClick={() => leaveFor(organizationSaml(organization), leaving)}
      >
        {t('login.ofOrganization', { organization })}
      </Button>
    )
  return (
    <div>
      <Button variant="default" fullWidth leftSection={<IconBuilding size={18} />} aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('login.ofMyOrganization')}
      </Button>
      <Collapse expanded={open}>
        <form
          onSubmit={form.onSubmit(
            (values) => leaveFor(organizationSaml(values.organization.trim()), leaving),
            (errors) => focusFirst(form, errors),
          )}
          noValidate
        >
          <Stack mt="sm" gap="sm">
            <TextInput
              label={t('login.organization')}
              description={t('login.organizationHint')}
              autoCapitalize="none"
              autoComplete="organization"
              {...form.getInputProps('organization')}
            />
            <Button type="submit">{t('login.goThere')}</Button>
          </Stack>
        </form>
      </Collapse>
    </div>
  )
}
