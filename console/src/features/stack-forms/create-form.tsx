/** Name and form of a new component, what it will cost and break beside it, and its files before they are written. */
import { Button, Group, Paper, Select, SimpleGrid, Stack, Text, Textarea, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDebouncedValue } from '@mantine/hooks'
import { IconArrowRight } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import type { Data, Schema } from '@/api/types.ts'
import { usePlaceNames } from '@/features/components/place-names.ts'
import { isPlaceCanonical, suggestedCanonical } from '@/kit/canonical.ts'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { Unsaved } from '@/kit/unsaved.tsx'
import type { Place } from './create-page.tsx'
import { same } from './engine.ts'
import { FormLayout, FormPart } from './form-layout.tsx'
import { changesOf } from './preview.ts'
import { Review } from './review.tsx'
import type { CreateSearch } from './search.ts'
import { firstLine, StackSign } from './stack-sign.tsx'
import { focusFirst, useStackForm } from './use-stack-form.ts'

interface CreateFormProps {
  place: Place
  stack: Schema<'ServiceCatalog'>
  configs: Data<'getServiceCatalogConfig'>
  useCase: string
  config: Schema<'ServiceCatalogConfig'>
  search: CreateSearch
  go: (search: CreateSearch, replace?: boolean) => void
}

export function CreateForm({ place, stack, configs, useCase, config, search, go }: CreateFormProps) {
  const { t } = useTranslation('stack-forms')
  const names = usePlaceNames(place)
  const path = { organization_canonical: place.organization, project_canonical: place.project, environment_canonical: place.environment }
  const form = useForm({
    initialValues: { name: '', canonical: '', description: '' },
    validateInputOnChange: ['canonical'],
    validateInputOnBlur: true,
    validate: {
      name: (name) => (name.trim() === '' ? t('field.required') : null),
      canonical: (text, { name }) => (isPlaceCanonical(text || suggestedCanonical(name)) ? null : t('create.canonicalWrong')),
    },
  })
  const canonical = form.values.canonical || suggestedCanonical(form.values.name)
  const empty = useMemo(() => ({ name: useCase, sections: [] }), [useCase])
  const filled = useStackForm(config.forms ?? empty, place)
  const { state } = filled
  const body = (vars: typeof filled.chosen) => ({
    component_canonical: canonical || 'component',
    service_catalog_ref: stack.ref,
    use_case: useCase,
    vars,
  })
  const preview = useChange('interpolateFormsConfig', { onSuccess: () => go({ ...search, step: 'review' }) })
  const create = useChange('createComponent', {
    stale: [
      'getComponents',
      'getOrganizationComponents',
      'getProject',
      'getProjects',
      'getProjectEnvironments',
      'getProjectPipelines',
      'getEnvironmentPipelines',
      'getPipelines',
      'getSummary',
    ],
    onSuccess({ data }) {
      tell(t('create.done', { name: data.name }))
      go({ created: data.canonical }, true)
    },
  })
  const asked = { ...body(filled.chosen), 'component-name': form.values.name.trim() }
  // What is written is what was seen: once a value is another, the files are looked at again.
  const reviewed = same(preview.variables?.body, asked) ? preview.data?.data : undefined
  const reviewing = search.step === 'review' && reviewed !== undefined
  // What was filled in lives as long as the page: a link to the review alone leads back to the form.
  useEffect(() => {
    if (search.step === 'review' && !reviewed && !preview.isPending) go({ ...search, step: undefined }, true)
  }, [search, reviewed, preview.isPending, go])

  const submit = () => {
    filled.showAll()
    const named = form.validate()
    if (named.hasErrors) return focusNamed(Object.keys(named.errors)[0])
    if (state.problems > 0) {
      const [first] = state.wrong
      if (first && first.section !== search.section) go({ ...search, section: first.section }, true)
      return focusFirst(state)
    }
    preview.mutate({ path, body: asked as never })
  }
  const [settledCanonical] = useDebouncedValue(canonical, 600)
  const sketch = {
    ...place,
    body: { ...body(filled.settled), component_canonical: settledCanonical || 'component' },
    ready: state.problems === 0 && (settledCanonical === '' || isPlaceCanonical(settledCanonical)),
  }

  return (
    <Page
      title={reviewing ? t('review.title', { name: form.values.name }) : t('create.title')}
      description={reviewing ? t('review.explain') : t('create.fill', names)}
    >
      <Unsaved
        when={form.isDirty() || filled.isChanged}
        stays={({ created, stack: ref, use_case: key }) =>
          created !== undefined || (ref === stack.ref && (key ?? search.use_case) === search.use_case)
        }
      />
      {reviewing ? (
        <Review
          changes={changesOf(reviewed)}
          pipeline={reviewed.pipeline.pipeline.content}
          problem={create.error}
          busy={create.isPending}
          verb={t('create.verb')}
          operation="createComponent"
          path={path as never}
          onBack={() => go({ ...search, step: undefined })}
          onWrite={() =>
            create.mutate({
              path,
              body: {
                name: form.values.name.trim(),
                ...(canonical === '' ? {} : { canonical }),
                ...(form.values.description.trim() === '' ? {} : { description: form.values.description.trim() }),
                service_catalog_ref: stack.ref,
                use_case: useCase,
                vars: filled.chosen,
              },
            })
          }
        />
      ) : (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            submit()
          }}
        >
          <FormLayout sketch={sketch}>
            <ChosenStack stack={stack} place={place} />
            <Paper withBorder p="md" component="section" aria-label={t('create.component')}>
              <Title order={2} size="h4" mb="sm">
                {t('create.component')}
              </Title>
              <SimpleGrid cols={{ base: 1, sm: 2 }}>
                <TextInput id="component-name" label={t('create.name')} withAsterisk autoComplete="off" {...form.getInputProps('name')} />
                <TextInput
                  id="component-canonical"
                  label={t('create.canonical')}
                  description={t('create.canonicalExplain')}
                  inputWrapperOrder={['label', 'input', 'description', 'error']}
                  placeholder={suggestedCanonical(form.values.name)}
                  autoComplete="off"
                  spellCheck={false}
                  {...form.getInputProps('canonical')}
                />
              </SimpleGrid>
              <Textarea label={t('create.description')} autosize minRows={1} mt="sm" {...form.getInputProps('description')} />
              {Object.keys(configs).length > 1 && (
                <UseCaseSelect configs={configs} value={useCase} onChange={(key) => go({ stack: stack.ref, use_case: key }, true)} />
              )}
            </Paper>
            <FormPart filled={filled} section={search.section} onSection={(section) => go({ ...search, section }, true)} />
            <ProblemAlert problem={preview.error} />
            <Group justify="end" gap="sm">
              <Wrong count={filled.isShowingAll ? state.problems : 0} />
              <Button type="submit" loading={preview.isPending} rightSection={<IconArrowRight size={16} />}>
                {t('review.open')}
              </Button>
            </Group>
          </FormLayout>
        </form>
      )}
    </Page>
  )
}

export function Wrong({ count }: { count: number }) {
  const { t } = useTranslation('stack-forms')
  return (
    <Text size="sm" role="status" c={count > 0 ? 'var(--mantine-color-error)' : undefined}>
      {count > 0 ? t('form.wrong', { count }) : ''}
    </Text>
  )
}

function ChosenStack({ stack, place }: { stack: Schema<'ServiceCatalog'>; place: Place }) {
  const { t } = useTranslation('stack-forms')
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" gap="sm">
        <Group gap="sm" wrap="nowrap" style={{ minWidth: 0 }}>
          <StackSign name={stack.name} />
          <Stack gap={0} style={{ minWidth: 0 }}>
            <Text fw={600}>{stack.name}</Text>
            <Text size="sm" lineClamp={2}>
              {firstLine(stack.description)}
            </Text>
            <Text size="xs">{t('create.version', { ref: stack.ref, version: stack.version })}</Text>
          </Stack>
        </Group>
        <Button
          variant="default"
          size="xs"
          renderRoot={(props) => (
            <Link
              {...props}
              to="/organizations/$organization/projects/$project/environments/$environment/components/+new"
              params={place as never}
              search={{} as never}
            />
          )}
        >
          {t('create.otherStack')}
        </Button>
      </Group>
    </Paper>
  )
}

interface UseCaseSelectProps {
  configs: Data<'getServiceCatalogConfig'>
  value: string
  onChange: (key: string) => void
}

/** What another use case asks is another form: its values begin anew. */
export function UseCaseSelect({ configs, value, onChange }: UseCaseSelectProps) {
  const { t } = useTranslation('stack-forms')
  return (
    <Select
      mt="sm"
      label={t('create.useCase')}
      description={configs[value]?.description || undefined}
      data={Object.entries(configs).map(([useCase, { name }]) => ({
        value: useCase,
        label: name === useCase ? name : `${name} (${useCase})`,
      }))}
      value={value}
      onChange={(next) => next !== null && onChange(next)}
      allowDeselect={false}
    />
  )
}

const focusNamed = (name: string | undefined) => document.getElementById(`component-${name}`)?.focus()
