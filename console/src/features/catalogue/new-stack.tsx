/** A stack that begins empty, or from a blueprint: either way a commit to a catalogue repository. */
import { Select, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import { currentSession } from '@/api/session.ts'
import type { Schema } from '@/api/types.ts'
import { isCanonical, suggestedCanonical } from '@/kit/canonical.ts'
import { focusFirst } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { staleAfterScan, visibilities } from './source-form.tsx'
import { TeamSelect } from './team-select.tsx'

interface NewStackFormProps {
  organization: string
  /** Absent: an empty one. */
  blueprint?: { ref: string; useCases: readonly string[] }
}

export function NewStackForm({ organization, blueprint }: NewStackFormProps) {
  const { t } = useTranslation('catalogue')
  const go = useNavigate() as (to: object) => Promise<void>
  const path = { organization_canonical: organization }
  const sources = useAsk('getServiceCatalogSources', { path, query: { page_size: 1000 } })
  const form = useForm({
    initialValues: {
      name: '',
      canonical: '',
      source: '',
      author: currentSession()?.account?.username ?? '',
      description: '',
      keywords: [] as string[],
      technologies: [] as string[],
      dependencies: [] as string[],
      team: '',
      visibility: 'local',
      use_case: '',
    },
    validateInputOnBlur: true,
    validate: {
      name: (name) => (name.trim() === '' ? t('git.needed') : null),
      canonical: (text, { name }) => (isCanonical(text || suggestedCanonical(name)) ? null : t('stack.canonicalWrong')),
      source: (source) => (source === '' ? t('git.needed') : null),
    },
  })
  // Known a moment later than the form, when its address was opened.
  const useCase = form.values.use_case || blueprint?.useCases[0]
  const made = ({ data }: { data: Schema<'ServiceCatalog'> }) => {
    tell(t('stack.created', { name: data.name }))
    void go({ to: '/organizations/$organization/catalogue/$stack', params: { organization, stack: data.ref } })
  }
  const refused = ({ fields }: { fields: Record<string, string> }) => form.setErrors(fields)
  const create = useChange('createServiceCatalog', { stale: staleAfterScan, onSuccess: made, onError: refused })
  const derive = useChange('createServiceCatalogFromTemplate', { stale: staleAfterScan, onSuccess: made, onError: refused })
  const submit = form.onSubmit(
    ({ name, canonical, source, author, description, keywords, technologies, dependencies, team, visibility }) => {
      const shared = {
        name: name.trim(),
        service_catalog_source_canonical: source,
        visibility,
        ...(team === '' ? {} : { team_canonical: team }),
      }
      if (blueprint)
        derive.mutate({
          path: { ...path, service_catalog_ref: blueprint.ref },
          body: {
            ...shared,
            canonical: canonical || suggestedCanonical(name),
            use_case: useCase ?? '',
            ...(author === '' ? {} : { author }),
          },
        })
      else
        create.mutate({
          path,
          body: {
            ...shared,
            author,
            description,
            keywords,
            ...(canonical === '' ? {} : { canonical }),
            technologies: technologies.map((text) => {
              const [technology = '', version] = text.split(/\s+/)
              return { technology, ...(version ? { version } : {}) }
            }),
            dependencies: dependencies.map((ref) => ({ ref, required: true })),
          },
        })
    },
    (errors) => focusFirst(form, errors),
  )
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">{blueprint ? t('stack.newFromExplain') : t('stack.newExplain')}</Text>
        <TextInput label={t('source.name')} withAsterisk data-autofocus autoComplete="off" {...form.getInputProps('name')} />
        <TextInput
          label={t('source.canonical')}
          description={t('stack.canonicalExplain')}
          placeholder={suggestedCanonical(form.values.name)}
          spellCheck={false}
          {...form.getInputProps('canonical')}
        />
        <Select
          label={t('stack.source')}
          withAsterisk
          data={(sources.data?.data ?? []).map(({ canonical, name, url }) => ({ value: canonical, label: `${name} · ${url}` }))}
          nothingFoundMessage={t('source.none')}
          searchable
          {...form.getInputProps('source')}
          value={form.values.source || null}
          onChange={(value) => form.setFieldValue('source', value ?? '')}
        />
        {blueprint && (
          <Select
            label={t('stack.useCase')}
            data={[...blueprint.useCases]}
            allowDeselect={false}
            {...form.getInputProps('use_case')}
            value={useCase ?? null}
          />
        )}
        <TextInput label={t('stack.author')} {...form.getInputProps('author')} />
        {!blueprint && (
          <>
            <Textarea label={t('stack.description')} autosize minRows={2} {...form.getInputProps('description')} />
            <TagsInput label={t('stack.keywords')} {...form.getInputProps('keywords')} />
            <TagsInput
              label={t('stack.technologies')}
              description={t('stack.technologiesExplain')}
              {...form.getInputProps('technologies')}
            />
            <TagsInput
              label={t('stack.dependencies')}
              description={t('stack.dependenciesExplain')}
              {...form.getInputProps('dependencies')}
            />
          </>
        )}
        <TeamSelect organization={organization} {...form.getInputProps('team')} />
        <Select
          label={t('stack.visibility')}
          data={visibilities.map((value) => ({ value, label: t(`visibility.${value}`) }))}
          allowDeselect={false}
          {...form.getInputProps('visibility')}
        />
        <ProblemAlert problem={create.error ?? derive.error} />
        <FormButtons verb={t('stack.create')} busy={create.isPending || derive.isPending} />
      </Stack>
    </form>
  )
}
