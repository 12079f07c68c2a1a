/** A config repository, to add or to change. */
import { Stack, Switch, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { focusFirst } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { GitFields, gitProblems } from './git-fields.tsx'

interface RepositoryFormProps {
  organization: string
  repository?: Schema<'ConfigRepository'>
  onDone: (repository: Schema<'ConfigRepository'>) => void
}

const stale = ['listConfigRepositories', 'getConfigRepository', 'getProjects', 'getProject'] as const

export function RepositoryForm({ organization, repository, onDone }: RepositoryFormProps) {
  const { t } = useTranslation('catalogue')
  const path = { organization_canonical: organization }
  const form = useForm({
    initialValues: {
      name: repository?.name ?? '',
      canonical: '',
      url: repository?.url ?? '',
      branch: repository?.branch ?? '',
      credential_canonical: repository?.credential_canonical ?? '',
      default: repository?.default ?? false,
    },
    validateInputOnBlur: true,
    validate: { name: (name) => (name.trim() === '' ? t('git.needed') : null), ...gitProblems(t, true) },
  })
  const refused = ({ fields }: { fields: Record<string, string> }) => form.setErrors(fields)
  const create = useChange('createConfigRepository', { stale, onSuccess: ({ data }) => onDone(data), onError: refused })
  const update = useChange('updateConfigRepository', { stale, onSuccess: ({ data }) => onDone(data), onError: refused })
  const submit = form.onSubmit(
    ({ canonical, ...values }) => {
      const body = { ...values, name: values.name.trim(), url: values.url.trim(), branch: values.branch.trim() }
      if (repository) update.mutate({ path: { ...path, config_repository_canonical: repository.canonical }, body })
      else create.mutate({ path, body: { ...body, ...(canonical === '' ? {} : { canonical }) } })
    },
    (errors) => focusFirst(form, errors),
  )
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput label={t('source.name')} withAsterisk data-autofocus autoComplete="off" {...form.getInputProps('name')} />
        <GitFields organization={organization} form={form} credentialRequired />
        {repository === undefined && (
          <TextInput
            label={t('source.canonical')}
            description={t('source.canonicalExplain')}
            spellCheck={false}
            {...form.getInputProps('canonical')}
          />
        )}
        <Switch
          label={t('repository.default')}
          description={repository?.default ? t('repository.isDefault') : t('repository.defaultExplain')}
          disabled={repository?.default === true}
          {...form.getInputProps('default', { type: 'checkbox' })}
        />
        <ProblemAlert problem={create.error ?? update.error} />
        <FormButtons verb={repository ? t('source.save') : t('repository.add')} busy={create.isPending || update.isPending} />
      </Stack>
    </form>
  )
}
