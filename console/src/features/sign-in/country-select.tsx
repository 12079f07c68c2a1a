/** All countries, in the reader's language. */
import { Select, type SelectProps } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'

export function CountrySelect(props: Omit<SelectProps, 'data'>) {
  const { t, i18n } = useTranslation('sign-in')
  const countries = useAsk('getCountries', {})
  const data = useMemo(() => {
    const names = new Intl.DisplayNames(i18n.language, { type: 'region', fallback: 'none' })
    return (countries.data?.data ?? [])
      .map(({ code, name }) => ({ value: code, label: names.of(code) ?? name }))
      .sort((one, other) => one.label.localeCompare(other.label, i18n.language))
  }, [countries.data, i18n.language])
  return (
    <Select
      label={t('fields.country')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('fields.clear') }}
      nothingFoundMessage={t('fields.noCountry')}
      autoComplete="off"
      {...props}
      data={data}
    />
  )
}
