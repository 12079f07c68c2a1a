/** A catalogue repository, to add or to change. */
import { Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { focusFirst } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { GitFields, gitProblems } from './git-fields.tsx'
import { TeamSelect } from './team-select.tsx'

export const staleAfterScan = [
  'getServiceCatalogSources',
  'getServiceCatalogSource',
  'listServiceCatalogs',
  'getServiceCatalog',
  'getServiceCatalogConfig',
] as const

interface SourceFormProps {
  organization: string
  source?: Schema<'ServiceCatalogSource'>
  onDone: (source: Schema<'ServiceCatalogSource'>) => void
}

export function SourceForm({ organization, source, onDone }: SourceFormProps) {
  const { t } = useTranslation('catalogue')
  const path = { organization_canonical: organization }
  const form = useForm({
    initialValues: {
      name: source?.name ?? '',
      canonical: '',
      url: source?.url ?? '',
      branch: source?.branch ?? '',
      credential_canonical: source?.credential_canonical ?? '',
      owner: source?.owner.username ?? '',
      visibility: 'local',
      team_canonical: '',
    },
    validateInputOnBlur: true,
    validate: { name: (name) => (name.trim() === '' ? t('git.needed') : null), ...gitProblems(t, false) },
  })
  const refused = ({ fields }: { fields: Record<string, string> }) => form.setErrors(fields)
  const create = useChange('createServiceCatalogSource', { stale: staleAfterScan, onSuccess: ({ data }) => onDone(data), onError: refused })
  const update = useChange('updateServiceCatalogSource', { stale: staleAfterScan, onSuccess: ({ data }) => onDone(data), onError: refused })
  const submit = form.onSubmit(
    ({ name, canonical, url, branch, credential_canonical: credential, owner, visibility, team_canonical: team }) => {
      const body = {
        name: name.trim(),
        url: url.trim(),
        branch: branch.trim(),
        ...(credential === '' ? {} : { credential_canonical: credential }),
        ...(owner.trim() === '' || owner === source?.owner.username ? {} : { owner: owner.trim() }),
      }
      if (source) update.mutate({ path: { ...path, service_catalog_source_canonical: source.canonical }, body })
      else
        create.mutate({
          path,
          body: { ...body, visibility, ...(canonical === '' ? {} : { canonical }), ...(team === '' ? {} : { team_canonical: team }) },
        })
    },
    (errors) => focusFirst(form, errors),
  )
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput label={t('source.name')} withAsterisk data-autofocus autoComplete="off" {...form.getInputProps('name')} />
        <GitFields organization={organization} form={form} />
        {source === undefined && (
          <>
            <Select
              label={t('source.visibility')}
              description={t('source.visibilityExplain')}
              data={visibilities.map((value) => ({ value, label: t(`visibility.${value}`) }))}
              allowDeselect={false}
              {...form.getInputProps('visibility')}
            />
            <TeamSelect organization={organization} description={t('source.teamExplain')} {...form.getInputProps('team_canonical')} />
            <TextInput
              label={t('source.canonical')}
              description={t('source.canonicalExplain')}
              spellCheck={false}
              {...form.getInputProps('canonical')}
            />
          </>
        )}
        <TextInput label={t('source.owner')} description={t('source.ownerExplain')} spellCheck={false} {...form.getInputProps('owner')} />
        <ProblemAlert problem={create.error ?? update.error} />
        <FormButtons verb={source ? t('source.save') : t('source.add')} busy={create.isPending || update.isPending} />
      </Stack>
    </form>
  )
}

export const visibilities = ['local', 'shared', 'hidden'] as const
