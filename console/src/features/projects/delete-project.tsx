import { List, Stack, Text } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { Deletion } from '@/kit/deletion.tsx'
import { tell } from '@/kit/notice.tsx'

const named = 8

export function DeleteProject({ organization, project }: { organization: string; project: Schema<'Project'> }) {
  const { t } = useTranslation('projects')
  const navigate = useNavigate()
  const path = { organization_canonical: organization, project_canonical: project.canonical }
  const environments = useAsk('getProjectEnvironments', { path }).data?.data ?? []
  const components = environments.flatMap((environment) =>
    (environment.components ?? []).map(({ name }) =>
      t('settings.componentIn', { name, environment: environment.name ?? environment.canonical }),
    ),
  )
  const remove = useChange('deleteProject', {
    stale: ['getProjects', 'getSummary', 'getOrganizationEnvironments'],
    onSuccess() {
      tell(t('settings.deleted', { name: project.name }))
      void navigate({ to: '/organizations/$organization/projects', params: { organization }, ignoreBlocker: true })
    },
  })
  const inUse = components.length > 0 ? t('settings.inUse', { count: components.length }) : undefined
  return (
    <Deletion
      operation="deleteProject"
      path={path}
      why={inUse}
      question={{
        title: t('settings.deleteTitle', { name: project.name }),
        children: (
          <Stack gap="xs">
            <Text size="sm">{t('settings.deleteHint')}</Text>
            {environments.length > 0 && (
              <List size="sm">
                {environments.map(({ id, canonical, name = canonical }) => (
                  <List.Item key={id}>{t('settings.environment', { name })}</List.Item>
                ))}
              </List>
            )}
          </Stack>
        ),
        verb: t('settings.delete'),
        name: project.name,
        act: () => remove.mutateAsync({ path }),
      }}
    >
      <Text size="sm">{inUse ?? t('settings.deleteHint')}</Text>
      {components.length > 0 && (
        <List size="sm">
          {components.slice(0, named).map((name) => (
            <List.Item key={name}>{name}</List.Item>
          ))}
          {components.length > named && <List.Item>{t('settings.moreComponents', { count: components.length - named })}</List.Item>}
        </List>
      )}
    </Deletion>
  )
}
