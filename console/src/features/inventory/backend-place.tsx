import { Select, Stack, Switch } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { BackendValues } from './backend-engines.ts'

/** The whole organization, or a project, an environment of it, a component of that. */
export function BackendPlace({ organization, form }: { organization: string; form: UseFormReturnType<BackendValues> }) {
  const { t } = useTranslation('inventory')
  const { everywhere, project, environment, component } = form.values
  const path = { organization_canonical: organization }
  const projects = useAsk('getProjects', { path }, { enabled: !everywhere })
  const components = useAsk(
    'getComponents',
    { path: { ...path, project_canonical: project, environment_canonical: environment } },
    { enabled: !everywhere && project !== '' && environment !== '' },
  )
  const environments = projects.data?.data.find(({ canonical }) => canonical === project)?.environments ?? []
  const optionsOf = (list: readonly { canonical: string; name?: string | undefined }[]) =>
    list.map(({ canonical, name }) => ({ value: canonical, label: name ?? canonical }))
  return (
    <Stack>
      <Switch label={t('backends.forAll')} {...form.getInputProps('everywhere', { type: 'checkbox' })} />
      {!everywhere && (
        <>
          <Select
            label={t('filters.project')}
            required
            searchable
            data={optionsOf(projects.data?.data ?? [])}
            value={project || null}
            error={form.errors['project']}
            onChange={(chosen) => form.setValues({ project: chosen ?? '', environment: '', component: '' })}
          />
          <Select
            label={t('filters.environment')}
            placeholder={t('backends.allEnvironments')}
            clearable
            disabled={project === ''}
            data={optionsOf(environments)}
            value={environment || null}
            onChange={(chosen) => form.setValues({ environment: chosen ?? '', component: '' })}
          />
          <Select
            label={t('filters.component')}
            placeholder={t('backends.allComponents')}
            clearable
            disabled={environment === ''}
            data={optionsOf(components.data?.data ?? [])}
            value={component || null}
            onChange={(chosen) => form.setValues({ component: chosen ?? '' })}
          />
        </>
      )}
    </Stack>
  )
}
