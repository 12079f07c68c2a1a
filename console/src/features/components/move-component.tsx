import { Alert, Group, List, Paper, Select, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { tell } from '@/kit/notice.tsx'
import { type ComponentPlace, componentAddress, componentPath } from './places.ts'

export function MoveComponent({ place, component }: { place: ComponentPlace; component: Schema<'Component'> }) {
  const { t } = useTranslation('components')
  const navigate = useNavigate()
  const path = componentPath(place)
  const organizationPath = { organization_canonical: place.organization }
  const mayList = useMay('getProjects', organizationPath)
  const projects = useAsk(
    'getProjects',
    { path: organizationPath, query: { order_by: 'project_name:asc', page_size: 1000 } },
    { enabled: mayList.allowed },
  )
  const [project, setProject] = useState(place.project)
  const [environment, setEnvironment] = useState<string | null>(null)
  const there = projects.data?.data.find(({ canonical }) => canonical === project)
  const choices = (there?.environments ?? [])
    .filter(({ canonical }) => project !== place.project || canonical !== place.environment)
    .map(({ canonical, name = canonical }) => ({ value: canonical, label: name }))
  const move = useChange('migrateComponent', {
    stale: [
      'getComponents',
      'getEnvironment',
      'getProjectEnvironments',
      'getOrganizationComponents',
      'getPipelines',
      'getProjectPipelines',
      'getEnvironmentPipelines',
    ],
    onSuccess({ data }) {
      tell(t('move.done', { name: data.name, environment: data.environment.name ?? data.environment.canonical }))
      const to = {
        organization: place.organization,
        project: data.project.canonical,
        environment: data.environment.canonical,
        component: data.canonical,
      }
      void navigate({ to: componentAddress, params: to, ignoreBlocker: true })
    },
  })
  const ask = () =>
    confirm({
      title: t('move.title', { name: component.name }),
      children: <Consequences />,
      verb: t('move.verb'),
      act: () =>
        move.mutateAsync({
          path,
          body: { destination_project_canonical: project, ...(environment ? { destination_environment_canonical: environment } : {}) },
        }),
    })
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="xs">
        {t('move.heading')}
      </Title>
      <Stack>
        <Text size="sm">{t('move.hint')}</Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Select
            label={t('move.project')}
            description={mayList.why}
            data={(projects.data?.data ?? []).map(({ canonical, name }) => ({ value: canonical, label: name }))}
            value={project}
            onChange={(next) => {
              setProject(next ?? place.project)
              setEnvironment(null)
            }}
            searchable
            allowDeselect={false}
            limit={200}
          />
          <Select
            label={t('move.environment')}
            data={choices}
            value={environment}
            onChange={setEnvironment}
            placeholder={choices.length === 0 ? t('move.noEnvironment') : undefined}
            searchable
          />
        </SimpleGrid>
        <Group justify="end">
          <ActionButton
            operation="migrateComponent"
            path={path}
            variant="default"
            why={environment === null ? t('move.choose') : undefined}
            onClick={ask}
          >
            {t('move.verb')}
          </ActionButton>
        </Group>
      </Stack>
    </Paper>
  )
}

function Consequences() {
  const { t } = useTranslation('components')
  return (
    <Stack gap="sm">
      <List size="sm">
        <List.Item>{t('move.files')}</List.Item>
        <List.Item>{t('move.pipeline')}</List.Item>
        <List.Item>{t('move.token')}</List.Item>
      </List>
      <Alert color="yellow">{t('move.cloud')}</Alert>
    </Stack>
  )
}
