/** The form of a component that exists: what its files hold, changed, shown as a difference, written as one commit. */
import { Alert, Button, Group, List, Paper, Stack, Text, Textarea, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconArrowRight } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dataOf } from '@/api/client.ts'
import { isProblem, type Problem } from '@/api/problem.ts'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import type { Data, Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty, ProblemAlert } from '@/kit/states.tsx'
import { Unsaved } from '@/kit/unsaved.tsx'
import { UseCaseSelect, Wrong } from './create-form.tsx'
import { currentOf, type FormValues, same, textOf } from './engine.ts'
import { FormLayout, FormPart } from './form-layout.tsx'
import { changesOf } from './preview.ts'
import { Review } from './review.tsx'
import type { ConfigureSearch } from './search.ts'
import { focusFirst, useStackForm } from './use-stack-form.ts'

interface ConfigurePageProps {
  place: { organization: string; project: string; environment: string; component: string }
  search: ConfigureSearch
  /** @param isSafe nothing that was filled in is lost by it, or somebody wants that */
  go: (search: ConfigureSearch, isSafe?: boolean) => void
}

export function ConfigurePage({ place, search, go }: ConfigurePageProps) {
  const { t } = useTranslation('stack-forms')
  const path = {
    organization_canonical: place.organization,
    project_canonical: place.project,
    environment_canonical: place.environment,
    component_canonical: place.component,
  }
  const component = useAsk('getComponent', { path })
  const ref = component.data?.data.service_catalog.ref ?? ''
  const { organization_canonical, ...query } = path
  const configs = useAsk(
    'getServiceCatalogConfig',
    { path: { organization_canonical, service_catalog_ref: ref }, query },
    { enabled: ref !== '' },
  )
  return (
    <Asked of={component}>
      {({ data }) => (
        <Asked of={configs}>
          {({ data: useCases }) => {
            const useCase = search.use_case && useCases[search.use_case] ? search.use_case : data.use_case
            const config = useCases[useCase]
            if (!config) return <Empty title={t('configure.gone', { useCase })} />
            const version = JSON.stringify([useCase, data.updated_at, config.forms])
            return (
              <ConfigureForm
                key={version}
                place={place}
                component={data}
                configs={useCases}
                useCase={useCase}
                config={config}
                search={search}
                go={go}
              />
            )
          }}
        </Asked>
      )}
    </Asked>
  )
}

interface ConfigureFormProps extends ConfigurePageProps {
  component: Schema<'Component'>
  configs: Data<'getServiceCatalogConfig'>
  useCase: string
  config: Schema<'ServiceCatalogConfig'>
}

function ConfigureForm({ place, component, configs, useCase, config, search, go }: ConfigureFormProps) {
  const { t } = useTranslation('stack-forms')
  const environment = {
    organization_canonical: place.organization,
    project_canonical: place.project,
    environment_canonical: place.environment,
  }
  const path = { ...environment, component_canonical: place.component }
  const noForm = useMemo(() => ({ name: useCase, sections: [] }), [useCase])
  const form = config.forms ?? noForm
  const saved = useMemo(() => currentOf(form), [form])
  const filled = useStackForm(form, place, saved)
  const named = useForm({
    initialValues: { name: component.name, description: component.description ?? '' },
    validate: { name: (name) => (name.trim() === '' ? t('field.required') : null) },
  })
  const [previewed, setPreviewed] = useState<Schema<'ServiceCatalogConfig'>>()
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const [conflict, setConflict] = useState<readonly string[]>()
  const update = useChange('updateComponent', {
    stale: [
      'getComponent',
      'getComponents',
      'getOrganizationComponents',
      'getComponentConfig',
      'getServiceCatalogConfig',
      'getPipeline',
      'syncedPipeline',
    ],
    onSuccess({ data }) {
      tell(t('configure.done', { name: data.name }))
      go({ section: search.section }, true)
    },
  })
  const isFilled = filled.isChanged || named.isDirty()
  const isChanged = isFilled || useCase !== component.use_case
  const vars = filled.chosen
  const body = { component_canonical: place.component, service_catalog_ref: component.service_catalog.ref, use_case: useCase }

  const attempt = async (work: () => Promise<void>) => {
    setBusy(true)
    setProblem(null)
    try {
      await work()
    } catch (error) {
      if (!isProblem(error)) throw error
      setProblem(error)
    }
    setBusy(false)
  }
  const review = () => {
    filled.showAll()
    if (named.validate().hasErrors) return
    const { state } = filled
    if (state.problems > 0) {
      const [first] = state.wrong
      if (first && first.section !== search.section) go({ ...search, section: first.section })
      return focusFirst(state)
    }
    void attempt(async () => {
      const name = { 'component-name': named.values.name.trim() }
      const preview = await dataOf('interpolateFormsConfig', { path: environment, body: { ...body, ...name, vars } as never })
      setConflict(undefined)
      setPreviewed(preview)
    })
  }
  const write = () =>
    void attempt(async () => {
      const found = conflict === undefined ? await changedMeanwhile(path, component, config, useCase) : []
      if (found.length > 0) return setConflict(found)
      await update.mutateAsync({
        path,
        body: {
          name: named.values.name.trim(),
          description: named.values.description.trim(),
          use_case: useCase,
          vars,
          // Whoever comes second is told so, unless they have seen what changed and want it nevertheless.
          ...(conflict === undefined ? { updated_at: component.updated_at } : {}),
        } as never,
      })
    })

  const unsaved = <Unsaved when={isFilled} stays={({ use_case = component.use_case }) => use_case === useCase} />
  if (previewed)
    return (
      <Page title={t('review.title', { name: named.values.name })} description={t('review.explain')}>
        {unsaved}
        <Review
          changes={changesOf(previewed)}
          pipeline={useCase === component.use_case ? undefined : previewed.pipeline.pipeline.content}
          problem={problem}
          busy={busy}
          verb={conflict ? t('configure.overwrite') : t('configure.verb')}
          operation="updateComponent"
          path={path}
          onBack={() => setPreviewed(undefined)}
          onWrite={write}
          notice={conflict && <Conflict fields={conflict} />}
        />
      </Page>
    )
  return (
    <Page title={t('configure.title', { name: component.name })} description={t('configure.explain')}>
      {unsaved}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          review()
        }}
      >
        <FormLayout sketch={{ ...place, body: { ...body, vars: filled.state.values }, ready: filled.state.problems === 0 }}>
          <Paper withBorder p="md" component="section" aria-label={t('create.component')}>
            <Title order={2} size="h4" mb="sm">
              {t('create.component')}
            </Title>
            <Stack gap="sm">
              <TextInput label={t('create.name')} withAsterisk {...named.getInputProps('name')} />
              <Textarea label={t('create.description')} autosize minRows={1} {...named.getInputProps('description')} />
              {Object.keys(configs).length > 1 && (
                <UseCaseSelect configs={configs} value={useCase} onChange={(use_case) => go({ use_case })} />
              )}
            </Stack>
          </Paper>
          <FormPart filled={filled} section={search.section} onSection={(section) => go({ ...search, section })} />
          <ProblemAlert problem={problem} />
          <Group justify="end" gap="sm">
            <Wrong count={filled.isShowingAll ? filled.state.problems : 0} />
            {isChanged && (
              <Button
                variant="default"
                onClick={() => {
                  filled.startOver()
                  named.reset()
                  go({}, true)
                }}
              >
                {t('configure.discard')}
              </Button>
            )}
            <ActionButton
              operation="updateComponent"
              path={path}
              why={isChanged ? undefined : t('configure.unchanged')}
              type="submit"
              loading={busy}
              rightSection={<IconArrowRight size={16} />}
            >
              {t('review.open')}
            </ActionButton>
          </Group>
        </FormLayout>
      </form>
    </Page>
  )
}

function Conflict({ fields }: { fields: readonly string[] }) {
  const { t } = useTranslation('stack-forms')
  return (
    <Alert color="yellow" role="alert" title={t('configure.conflict')}>
      <Text size="sm">{t('configure.conflictExplain')}</Text>
      <List size="sm" my="xs">
        {fields.map((field) => (
          <List.Item key={field}>{field}</List.Item>
        ))}
      </List>
      <Button size="compact-sm" variant="default" onClick={() => void refresh('getComponent', 'getServiceCatalogConfig')}>
        {t('configure.readAgain')}
      </Button>
    </Alert>
  )
}

/** What is another now than when the form was read, each in a line. */
async function changedMeanwhile(
  path: { organization_canonical: string; project_canonical: string; environment_canonical: string; component_canonical: string },
  component: Schema<'Component'>,
  config: Schema<'ServiceCatalogConfig'>,
  useCase: string,
): Promise<string[]> {
  const { organization_canonical, ...query } = path
  const [now, configs] = await Promise.all([
    dataOf('getComponent', { path }),
    dataOf('getServiceCatalogConfig', { path: { organization_canonical, service_catalog_ref: component.service_catalog.ref }, query }),
  ])
  const lines: string[] = []
  if (now.name !== component.name) lines.push(`${component.name} → ${now.name}`)
  if (now.use_case !== component.use_case) lines.push(`${component.use_case} → ${now.use_case}`)
  const [before, after] = [config.forms, configs[useCase]?.forms].map((form): FormValues => (form ? currentOf(form) : {}))
  for (const { name, groups } of config.forms?.sections ?? [])
    for (const group of groups)
      for (const entity of group.vars) {
        const [was, is] = [before?.[name]?.[group.name]?.[entity.key], after?.[name]?.[group.name]?.[entity.key]]
        if (!same(was, is)) lines.push(`${name} / ${group.name} / ${entity.name}: ${textOf(was) || '–'} → ${textOf(is) || '–'}`)
      }
  return lines
}
