/** What an account says about its person: the same at sign-up, after a provider, and later on. */
import { Group, Select, SimpleGrid, TextInput } from '@mantine/core'
import type { GetInputPropsReturnType } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { CountrySelect } from './country-select.tsx'

export interface PersonValues {
  given_name: string
  family_name: string
  username: string
  country_code: string | null
  locale: Locale
}

/** Those of the contract; the console itself speaks English and French. */
export const locales = ['en', 'fr', 'es'] as const
export type Locale = (typeof locales)[number]
export const isLocale = (text: string | undefined): text is Locale => locales.includes(text as Locale)

interface PersonFieldsProps {
  props: (field: keyof PersonValues) => GetInputPropsReturnType
}

export function PersonFields({ props }: PersonFieldsProps) {
  const { t } = useTranslation('sign-in')
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput label={t('fields.given_name')} autoComplete="given-name" {...props('given_name')} />
        <TextInput label={t('fields.family_name')} autoComplete="family-name" {...props('family_name')} />
      </SimpleGrid>
      <TextInput
        label={t('fields.username')}
        description={t('fields.usernameHint')}
        autoCapitalize="none"
        autoComplete="username"
        spellCheck={false}
        {...props('username')}
      />
      <Group grow align="start" wrap="wrap" preventGrowOverflow={false}>
        <CountrySelect {...props('country_code')} />
        <Select
          label={t('fields.locale')}
          data={locales.map((locale) => ({ value: locale, label: t(`fields.locales.${locale}`) }))}
          allowDeselect={false}
          {...props('locale')}
        />
      </Group>
    </>
  )
}

export const localeOf = (language: string): Locale => (isLocale(language) ? language : 'en')
