import { Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { SettingsForm } from '@/features/components/settings-form.tsx'
import { Deletion } from '@/kit/deletion.tsx'
import { showProblem } from '@/kit/form.ts'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked } from '@/kit/states.tsx'
import { ColorField } from './look-fields.tsx'

const stale = ['getEnvironment', 'getProject', 'getProjects', 'getProjectEnvironments', 'getOrganizationEnvironments'] as const

interface SettingsProps {
  place: { organization: string; project: string; environment: string }
  environment: Schema<'Environment'>
}

const pathOf = ({ organization, project, environment }: SettingsProps['place']) => ({
  organization_canonical: organization,
  project_canonical: project,
  environment_canonical: environment,
})

export function EnvironmentSettings() {
  const { t } = useTranslation('projects')
  const place = useParams({ from: '/_in/organizations/$organization/projects/$project/environments/$environment/settings' })
  const environment = useAsk('getEnvironment', { path: pathOf(place) })
  return (
    <Asked of={environment}>
      {({ data }) => (
        <Page title={t('environments.settings', { name: data.name ?? data.canonical })}>
          <Stack gap="lg" maw={820}>
            <EditEnvironment place={place} environment={data} />
            <DeleteEnvironment place={place} environment={data} />
          </Stack>
        </Page>
      )}
    </Asked>
  )
}

function EditEnvironment({ place, environment }: SettingsProps) {
  const { t } = useTranslation('projects')
  const path = pathOf(place)
  const form = useForm<{ name: string; color: string | undefined }>({
    initialValues: { name: environment.name ?? environment.canonical, color: environment.color },
    validateInputOnChange: true,
    validate: { name: (name) => (name.trim() === '' ? t('errors.name') : name.length > 100 ? t('errors.long') : null) },
  })
  const update = useChange('updateEnvironment', {
    stale,
    onSuccess() {
      form.resetDirty()
      tell(t('settings.saved'))
    },
    onError: (problem) => showProblem(form, problem, { name: 'name', color: 'color' }),
  })
  return (
    <SettingsForm
      form={form}
      submit={({ name, color }) => update.mutate({ path, body: { name: name.trim(), color } })}
      operation="updateEnvironment"
      path={path}
      change={update}
    >
      <TextInput label={t('fields.name')} required {...form.getInputProps('name')} />
      <TextInput label={t('fields.canonical')} description={t('fields.canonicalFixed')} value={environment.canonical} readOnly />
      <ColorField value={form.values.color} onChange={(color) => form.setFieldValue('color', color)} />
    </SettingsForm>
  )
}

function DeleteEnvironment({ place, environment: { canonical, name = canonical } }: SettingsProps) {
  const { t } = useTranslation('projects')
  const navigate = useNavigate()
  const path = pathOf(place)
  const components = useAsk('getComponents', { path }).data?.data ?? []
  const remove = useChange('deleteEnvironment', {
    stale: [...stale, 'getSummary'],
    onSuccess() {
      tell(t('environments.deleted', { name }))
      void navigate({ to: '/organizations/$organization/projects/$project', params: place, ignoreBlocker: true })
    },
  })
  const inUse =
    components.length > 0
      ? t('environments.inUse', { count: components.length, names: components.map(({ name }) => name).join(', ') })
      : undefined
  return (
    <Deletion
      operation="deleteEnvironment"
      path={path}
      why={inUse}
      question={{
        title: t('environments.deleteTitle', { name }),
        children: t('environments.deleteHint'),
        verb: t('environments.delete'),
        name,
        act: () => remove.mutateAsync({ path }),
      }}
    >
      <Text size="sm">{inUse ?? t('environments.deleteHint')}</Text>
    </Deletion>
  )
}
