import { Select, type SelectProps } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'

interface TeamSelectProps extends Omit<SelectProps, 'data' | 'label' | 'value' | 'onChange'> {
  organization: string
  /** Of the team; empty: nobody's. */
  value?: string
  onChange: (canonical: string) => void
}

/** Who maintains a stack. Takes what `form.getInputProps` gives. */
export function TeamSelect({ organization, value, onChange, ...rest }: TeamSelectProps) {
  const { t } = useTranslation('catalogue')
  const teams = useAsk('getTeams', { path: { organization_canonical: organization }, query: { page_size: 1000 } })
  return (
    <Select
      label={t('source.team')}
      data={(teams.data?.data ?? []).map(({ canonical, name }) => ({ value: canonical, label: name }))}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('source.noTeam') }}
      {...rest}
      value={value || null}
      onChange={(team) => onChange(team ?? '')}
    />
  )
}
