import { Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { modals } from '@mantine/modals'
import { IconPlus } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { isPlaceCanonical, suggestedCanonical } from '@/kit/canonical.ts'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { ColorField } from './look-fields.tsx'
import type { ColorName } from './looks.tsx'

interface Place {
  organization: string
  project: string
}

export function NewEnvironmentButton({ organization, project }: Place) {
  const { t } = useTranslation('projects')
  const open = () => {
    const id = modals.open({
      title: t('environments.create'),
      children: <NewEnvironmentForm organization={organization} project={project} done={() => modals.close(id)} />,
    })
  }
  return (
    <ActionButton
      operation="createEnvironment"
      path={{ organization_canonical: organization, project_canonical: project }}
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={open}
    >
      {t('environments.create')}
    </ActionButton>
  )
}

interface Values {
  name: string
  canonical: string
  color: ColorName
}

export function NewEnvironmentForm({ organization, project, done }: Place & { done: (canonical: string) => void }) {
  const { t } = useTranslation(['projects', 'common'])
  const form = useForm<Values>({
    initialValues: { name: '', canonical: '', color: 'green' },
    validateInputOnChange: true,
    validate: {
      name: (name) => (name.trim() === '' ? t('errors.name') : name.length > 100 ? t('errors.long') : null),
      canonical: (canonical, { name }) =>
        name.trim() === '' || isPlaceCanonical(canonical || suggestedCanonical(name)) ? null : t('errors.environmentCanonical'),
    },
  })
  const create = useChange('createEnvironment', {
    stale: ['getProject', 'getProjects', 'getProjectEnvironments', 'getOrganizationEnvironments'],
    onSuccess({ data: { canonical, name = canonical } }) {
      tell(t('environments.created', { name }))
      done(canonical)
    },
    onError: (problem) => showProblem(form, problem, { name: 'name', canonical: 'canonical', color: 'color' }),
  })
  const submit = ({ name, canonical, color }: Values) =>
    create.mutate({
      path: { organization_canonical: organization, project_canonical: project },
      body: { name: name.trim(), color, ...(canonical ? { canonical } : {}) },
    })
  return (
    <form onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))} noValidate>
      <Stack>
        <TextInput
          label={t('fields.name')}
          description={t('environments.nameHint')}
          required
          data-autofocus
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <TextInput
          label={t('fields.canonical')}
          description={t('fields.canonicalHint')}
          placeholder={suggestedCanonical(form.values.name)}
          autoComplete="off"
          {...form.getInputProps('canonical')}
        />
        <ColorField value={form.values.color} onChange={(color) => form.setFieldValue('color', color)} />
        <ProblemAlert problem={create.error} />
        <FormButtons verb={t('common:actions.create')} busy={create.isPending} />
      </Stack>
    </form>
  )
}
