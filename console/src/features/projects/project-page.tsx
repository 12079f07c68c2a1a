import { Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ComponentTable } from '@/features/components/component-table.tsx'
import { ButtonLink, LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty } from '@/kit/states.tsx'
import { NewEnvironmentButton } from './environment-form.tsx'
import { Star } from './favorite.tsx'
import { IfAllowed } from './if-allowed.tsx'
import { ColorDot, ProjectIcon } from './looks.tsx'
import { ProjectFigures } from './project-figures.tsx'

export function ProjectPage() {
  const { organization, project: canonical } = useParams({ from: '/_in/organizations/$organization/projects/$project/' })
  const path = { organization_canonical: organization, project_canonical: canonical }
  const project = useAsk('getProject', { path })
  return <Asked of={project}>{({ data }) => <WholeProject organization={organization} project={data} />}</Asked>
}

function WholeProject({ organization, project }: { organization: string; project: Schema<'Project'> }) {
  const { t } = useTranslation('projects')
  const path = { organization_canonical: organization, project_canonical: project.canonical }
  const environments = useAsk('getProjectEnvironments', { path })
  const mayPipelines = useMay('getProjectPipelines', path).allowed
  const pipelines = useAsk('getProjectPipelines', { path }, { every: 10_000, enabled: mayPipelines }).data?.data
  return (
    <Page
      title={project.name}
      description={project.description ? <Text style={{ whiteSpace: 'pre-line' }}>{project.description}</Text> : undefined}
      beside={
        <Group gap={6}>
          <ProjectIcon icon={project.icon} color={project.color} />
          <Star organization={organization} project={project} />
        </Group>
      }
      actions={<NewEnvironmentButton organization={organization} project={project.canonical} />}
    >
      <ProjectFigures organization={organization} project={project} environments={environments.data?.data} pipelines={pipelines} />
      <Asked of={environments}>
        {({ data }) =>
          data.length === 0 ? (
            <Paper withBorder>
              <Empty
                title={t('environments.empty')}
                action={<NewEnvironmentButton organization={organization} project={project.canonical} />}
              >
                {t('environments.emptyHint')}
              </Empty>
            </Paper>
          ) : (
            <Stack gap="lg">
              {data.map((environment) => (
                <EnvironmentSection
                  key={environment.id}
                  organization={organization}
                  project={project.canonical}
                  environment={environment}
                  pipelines={pipelines}
                />
              ))}
            </Stack>
          )
        }
      </Asked>
    </Page>
  )
}

interface SectionProps {
  organization: string
  project: string
  environment: Schema<'Environment'>
  pipelines: readonly Schema<'Pipeline'>[] | undefined
}

function EnvironmentSection({ organization, project, environment, pipelines }: SectionProps) {
  const { t } = useTranslation('projects')
  const { canonical, name = canonical, color, components = [] } = environment
  const place = { organization, project, environment: canonical }
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={`environment-${environment.id}`}>
      <Group justify="space-between" mb="sm">
        <Group gap="xs">
          <ColorDot color={color} />
          <Title order={2} size="h4" id={`environment-${environment.id}`}>
            <LinkTo inherit c="inherit" to="/organizations/$organization/projects/$project/environments/$environment" params={place}>
              {name}
            </LinkTo>
          </Title>
          <Text size="sm" c="dimmed">
            {t('environments.components', { count: components.length })}
          </Text>
        </Group>
        <NewComponentLink {...place} />
      </Group>
      <ComponentTable
        {...place}
        label={t('environments.componentsOf', { name })}
        components={components}
        pipelines={pipelines}
        empty={<Text size="sm">{t('environments.noComponents')}</Text>}
      />
    </Paper>
  )
}

export function NewComponentLink({ organization, project, environment }: { organization: string; project: string; environment: string }) {
  const { t } = useTranslation('projects')
  const path = { organization_canonical: organization, project_canonical: project, environment_canonical: environment }
  return (
    <IfAllowed operation="createComponent" path={path} label={t('environments.addComponent')}>
      <ButtonLink
        variant="default"
        size="xs"
        leftSection={<IconPlus size={14} aria-hidden />}
        to="/organizations/$organization/projects/$project/environments/$environment/components/+new"
        params={{ organization, project, environment }}
      >
        {t('environments.addComponent')}
      </ButtonLink>
    </IfAllowed>
  )
}
