import { Button, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import { NewEnvironmentForm } from '@/features/projects/environment-form.tsx'
import { IfAllowed } from '@/features/projects/if-allowed.tsx'
import { useRepositoryOptions } from '@/features/projects/options.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { ButtonLink } from '@/kit/link.tsx'
import { ProblemAlert } from '@/kit/states.tsx'

interface StepProps {
  organization: string
}

export function ProjectStep({ organization }: StepProps) {
  const { t } = useTranslation('overview')
  const path = { organization_canonical: organization }
  const { preferred } = useRepositoryOptions(organization)
  const form = useForm({ initialValues: { name: '' }, validate: { name: (name) => (name.trim() === '' ? t('errors.missing') : null) } })
  const create = useChange('createProject', {
    stale: ['getSummary', 'getProjects'],
    onError: (problem) => showProblem(form, problem, { name: 'name', canonical: 'name' }),
  })
  const submit = ({ name }: typeof form.values) =>
    create.mutate({ path, body: { name: name.trim(), config_repository_canonical: preferred ?? '', color: 'indigo', icon: 'planet' } })
  return (
    <form onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))} noValidate>
      <Stack align="start">
        <TextInput label={t('steps.project.name')} required w="100%" autoComplete="off" {...form.getInputProps('name')} />
        <ProblemAlert problem={create.error} />
        {create.isPending ? (
          <Button loading>{t('steps.go')}</Button>
        ) : (
          <ActionButton operation="createProject" path={path} type="submit">
            {t('steps.go')}
          </ActionButton>
        )}
      </Stack>
    </form>
  )
}

/** The project that was made first: in an organization that begins there is no other. */
function useFirstProject(organization: string) {
  const { data } = useAsk('getProjects', {
    path: { organization_canonical: organization },
    query: { order_by: 'project_created_at:asc', page_size: 20 },
  })
  const projects = data?.data ?? []
  return projects.find(({ environments }) => environments.length > 0) ?? projects[0]
}

export function EnvironmentStep({ organization }: StepProps) {
  const { t } = useTranslation('overview')
  const project = useFirstProject(organization)
  if (!project) return <Text size="sm">{t('steps.hiddenProject')}</Text>
  return <NewEnvironmentForm organization={organization} project={project.canonical} done={() => void refresh('getSummary')} />
}

export function ComponentStep({ organization }: StepProps) {
  const { t } = useTranslation('overview')
  const project = useFirstProject(organization)
  const may = useMay('getExampleRepositories', { organization_canonical: organization })
  const examples = useAsk('getExampleRepositories', { path: { organization_canonical: organization } }, { enabled: may.allowed })
  const environment = project?.environments[0]
  if (!project || !environment) return <Text size="sm">{t('steps.hiddenProject')}</Text>
  const place = { organization, project: project.canonical, environment: environment.canonical }
  const path = { organization_canonical: organization, project_canonical: place.project, environment_canonical: place.environment }
  const label = t('steps.component.choose')
  return (
    <Stack align="start">
      {examples.data?.data.catalogue && <Text size="sm">{t('steps.component.hello')}</Text>}
      <IfAllowed operation="createComponent" path={path} label={label}>
        <ButtonLink to="/organizations/$organization/projects/$project/environments/$environment/components/+new" params={place}>
          {label}
        </ButtonLink>
      </IfAllowed>
    </Stack>
  )
}
