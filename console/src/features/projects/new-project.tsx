import { Button, Group, Paper, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useChange } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { isProjectCanonical, suggestedCanonical } from '@/kit/canonical.ts'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { ButtonLink } from '@/kit/link.tsx'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Empty, ProblemAlert } from '@/kit/states.tsx'
import { Unsaved } from '@/kit/unsaved.tsx'
import { useRepositoryOptions } from './options.ts'
import { NameField, ProjectFields, type ProjectValues, projectFields } from './project-fields.tsx'

export function NewProject() {
  const { t } = useTranslation('projects')
  const { organization } = useParams({ from: '/_in/organizations/$organization/projects/+new' })
  const repositories = useRepositoryOptions(organization)
  const { allowed, why } = useMay('createProject', { organization_canonical: organization })
  return (
    <Page title={t('new.title')} description={t('new.description')}>
      {allowed ? (
        <NewProjectForm organization={organization} preferred={repositories.preferred} />
      ) : (
        <Empty title={t('new.forbidden')}>{why}</Empty>
      )}
    </Page>
  )
}

function NewProjectForm({ organization, preferred }: { organization: string; preferred: string | undefined }) {
  const { t } = useTranslation(['projects', 'common'])
  const navigate = useNavigate()
  const form = useForm<ProjectValues>({
    initialValues: {
      name: '',
      canonical: '',
      description: '',
      repository: preferred ?? null,
      owner: null,
      team: null,
      provider: null,
      color: 'indigo',
      icon: 'planet',
    },
    validateInputOnChange: true,
    validate: {
      name: (name) => (name.trim() === '' ? t('errors.name') : null),
      canonical: (canonical, { name }) =>
        isProjectCanonical(canonical || suggestedCanonical(name)) || name.trim() === '' ? null : t('errors.canonical'),
      repository: (chosen) => (chosen === null ? t('errors.repository') : null),
    },
  })
  // Known a moment later than the form is there, and never against what somebody has chosen.
  useEffect(() => {
    if (preferred === undefined || form.values.repository !== null) return
    form.setFieldValue('repository', preferred)
    // Nobody's choice: leaving loses nothing.
    form.resetDirty({ ...form.getInitialValues(), repository: preferred })
  }, [preferred, form])
  const create = useChange('createProject', {
    stale: ['getProjects', 'getSummary'],
    onSuccess({ data: { canonical, name } }) {
      tell(t('new.done', { name }))
      void navigate({
        to: '/organizations/$organization/projects/$project',
        params: { organization, project: canonical },
        ignoreBlocker: true,
      })
    },
    onError: (problem) => showProblem(form, problem, projectFields),
  })
  const path = { organization_canonical: organization }
  const submit = ({ name, canonical, description, repository: chosen, owner, team, provider, color, icon }: ProjectValues) =>
    create.mutate({
      path,
      body: {
        name: name.trim(),
        config_repository_canonical: chosen ?? '',
        color,
        icon,
        ...(canonical ? { canonical } : {}),
        ...(description ? { description } : {}),
        ...(owner ? { owner } : {}),
        ...(team ? { team_canonical: team } : {}),
        ...(provider ? { cloud_provider: provider } : {}),
      },
    })
  return (
    <Paper withBorder p="md" maw={820}>
      <form onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))} noValidate>
        <Unsaved when={form.isDirty()} />
        <Stack>
          <NameField form={form} />
          <TextInput
            label={t('fields.canonical')}
            description={t('fields.canonicalHint')}
            placeholder={suggestedCanonical(form.values.name)}
            autoComplete="off"
            {...form.getInputProps('canonical')}
          />
          <ProjectFields organization={organization} form={form} repositoryHint={t('fields.repositoryHint')} />
          <ProblemAlert problem={create.error} />
          <Group justify="end">
            <ButtonLink variant="default" to="/organizations/$organization/projects" params={{ organization }}>
              {t('common:actions.cancel')}
            </ButtonLink>
            {create.isPending ? (
              <Button loading>{t('new.submit')}</Button>
            ) : (
              <ActionButton operation="createProject" path={path} type="submit">
                {t('new.submit')}
              </ActionButton>
            )}
          </Group>
        </Stack>
      </form>
    </Paper>
  )
}
