import { Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAccess, useMay } from '@/access/use-may.ts'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { SettingsForm, useRounds } from '@/features/components/settings-form.tsx'
import { showProblem } from '@/kit/form.ts'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked } from '@/kit/states.tsx'
import { DeleteProject } from './delete-project.tsx'
import { providerOf } from './options.ts'
import { NameField, ProjectFields, type ProjectValues, projectFields } from './project-fields.tsx'

export function ProjectSettings() {
  const { t } = useTranslation('projects')
  const { organization, project: canonical } = useParams({ from: '/_in/organizations/$organization/projects/$project/settings' })
  const project = useAsk('getProject', { path: { organization_canonical: organization, project_canonical: canonical } })
  const { round, again } = useRounds(project)
  return (
    <Asked of={project}>
      {({ data }) => (
        <Page title={t('settings.title', { name: data.name })}>
          <Stack gap="lg" maw={820}>
            <EditProject key={round} organization={organization} now={data} again={again} />
            <DeleteProject organization={organization} project={data} />
          </Stack>
        </Page>
      )}
    </Asked>
  )
}

interface EditProps {
  organization: string
  now: Schema<'Project'>
  /** Begins anew from what is true by then. */
  again: () => void
}

function EditProject({ organization, now, again }: EditProps) {
  // What the form began with: a newer one that comes in meanwhile must not make the API believe that it was seen.
  const [project, setProject] = useState(now)
  const { t } = useTranslation('projects')
  const path = { organization_canonical: organization, project_canonical: project.canonical }
  const ownerFixed = useOwnerFixed(organization, project)
  const form = useForm<ProjectValues>({
    initialValues: {
      name: project.name,
      canonical: project.canonical,
      description: project.description ?? '',
      repository: project.config_repository_canonical ?? null,
      owner: project.owner?.username ?? null,
      team: project.team?.canonical ?? null,
      provider: providerOf(project.cloud_provider),
      color: project.color,
      icon: project.icon,
    },
    validateInputOnChange: true,
    validate: { name: (name) => (name.trim() === '' ? t('errors.name') : null) },
  })
  const update = useChange('updateProject', {
    stale: ['getProject', 'getProjects'],
    onSuccess({ data }) {
      setProject(data)
      form.resetDirty()
      tell(t('settings.saved'))
    },
    onError: (problem) => showProblem(form, problem, projectFields),
  })
  const submit = ({ name, description, repository, owner, team, provider, color, icon }: ProjectValues) =>
    update.mutate({
      path,
      body: {
        name: name.trim(),
        description,
        color,
        icon,
        updated_at: project.updated_at,
        ...(repository ? { config_repository_canonical: repository } : {}),
        ...(owner && owner !== project.owner?.username ? { owner } : {}),
        ...(team ? { team_canonical: team } : {}),
        ...(provider ? { cloud_provider: provider } : {}),
      },
    })
  const moves = form.values.repository !== (project.config_repository_canonical ?? null)
  return (
    <SettingsForm
      form={form}
      submit={submit}
      operation="updateProject"
      path={path}
      change={update}
      again={again}
      verb={moves ? t('settings.saveAndMove') : undefined}
    >
      <NameField form={form} />
      <TextInput label={t('fields.canonical')} description={t('fields.canonicalFixed')} value={project.canonical} readOnly />
      <ProjectFields
        organization={organization}
        form={form}
        ownerFixed={ownerFixed}
        teamStays={project.team !== undefined}
        repositoryHint={moves ? t('settings.moves') : t('fields.repositoryHint')}
      />
    </SettingsForm>
  )
}

/** Only the owner and administrators hand a project over; the API decides, here it is only said before. */
function useOwnerFixed(organization: string, project: Schema<'Project'>): string | undefined {
  const { t } = useTranslation('projects')
  const access = useAccess(organization)
  const owns = access?.owns.includes(`organization:${organization}:project:${project.canonical}`) ?? true
  const { allowed: administers } = useMay('updateOrg', { organization_canonical: organization })
  return owns || administers ? undefined : t('settings.ownerFixed')
}
