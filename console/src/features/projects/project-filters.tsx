import { Switch } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { ChoiceFilter, TextFilter, useSearchValues } from '@/kit/filter.tsx'
import { Toolbar } from '@/kit/states.tsx'
import { useMemberOptions, useRepositoryOptions, useSourceOptions, useStackOptions, useTeamOptions } from './options.ts'

export function ProjectFilters({ organization }: { organization: string }) {
  const { t } = useTranslation('projects')
  const [values, set] = useSearchValues()
  const choices = {
    owner: useMemberOptions(organization).data,
    team: useTeamOptions(organization).data,
    environment: useEnvironmentNames(organization),
    repository: useRepositoryOptions(organization).data,
    stack: useStackOptions(organization).data,
    source: useSourceOptions(organization).data,
  }
  const names = Object.keys(choices) as (keyof typeof choices)[]
  return (
    <Toolbar>
      <TextFilter name="q" label={t('list.filters.name')} w={{ base: '100%', xs: 220 }} />
      {names
        .filter((name) => choices[name].length > 1 || values[name] !== undefined)
        .map((name) => (
          <ChoiceFilter
            key={name}
            name={name}
            label={t(`list.filters.${name}`)}
            options={choices[name]}
            limit={200}
            w={{ base: '100%', xs: 190 }}
          />
        ))}
      <Switch
        label={t('list.filters.favorite')}
        checked={values['favorite'] === true}
        onChange={(event) => set({ favorite: event.currentTarget.checked ? true : undefined })}
        mb={8}
      />
    </Toolbar>
  )
}

/** Each name once, though most projects have a `prod`. */
function useEnvironmentNames(organization: string) {
  const { data } = useAsk('getOrganizationEnvironments', { path: { organization_canonical: organization }, query: { page_size: 1000 } })
  return [...new Set((data?.data ?? []).map(({ canonical }) => canonical))]
    .sort()
    .map((canonical) => ({ value: canonical, label: canonical }))
}
