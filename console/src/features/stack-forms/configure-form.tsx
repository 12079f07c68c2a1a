/** The form of a component that exists: what its files hold, changed, shown as a difference, written as one commit. */
import { Alert, Button, Group, List, Paper, Stack, Text, Textarea, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconArrowRight } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dataOf } from '@/api/client.ts'
import { isProblem, type Problem } from '@/api/problem.ts'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { Unsaved } from '@/kit/unsaved.tsx'
import { type Configuration, differences, readConfiguration } from './configuration.ts'
import type { ConfigurePageProps } from './configure-page.tsx'
import { UseCaseSelect, Wrong } from './create-form.tsx'
import { currentOf, merged } from './engine.ts'
import { FormLayout, FormPart } from './form-layout.tsx'
import { changesOf } from './preview.ts'
import { Review } from './review.tsx'
import { focusFirst, useStackForm } from './use-stack-form.ts'

interface ConfigureFormProps extends ConfigurePageProps {
  /** What the form began with, and what the person has seen. */
  begun: Configuration
  useCase: string
  config: Schema<'ServiceCatalogConfig'>
  /** Another form begins, with what is true by then. */
  anew: () => void
}

export function ConfigureForm({ place, begun, useCase, config, search, go, anew }: ConfigureFormProps) {
  const { t } = useTranslation('stack-forms')
  const { component, configs } = begun
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
  const [conflict, setConflict] = useState<Configuration>()
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
  const words = { name: t('create.name'), description: t('create.description'), use_case: t('create.useCase') }
  const send = async (): Promise<void> => {
    const now = await readConfiguration(path)
    // Whoever comes second is told so, unless they have seen what changed and want it nevertheless.
    if (differences(conflict ?? begun, now, words).length > 0) return setConflict(now)
    const { name, description, use_case, updated_at } = now.component
    try {
      const { data } = await update.mutateAsync({
        path,
        body: {
          name: named.isDirty('name') ? named.values.name.trim() : name,
          description: named.isDirty('description') ? named.values.description.trim() : (description ?? ''),
          use_case: useCase === component.use_case ? use_case : useCase,
          vars,
          updated_at,
        } as never,
      })
      tell(t('configure.done', { name: data.name }))
    } catch (error) {
      // Somebody was faster by a moment: what they changed is looked at as well.
      if (isProblem(error, 409) && (await dataOf('getComponent', { path })).updated_at !== updated_at) return send()
      throw error
    }
    go({ section: search.section }, true)
    anew()
  }

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
          onWrite={() => void attempt(send)}
          notice={conflict && <Conflict lines={differences(begun, conflict, words)} anew={anew} />}
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
        <FormLayout sketch={{ ...place, body: { ...body, vars: merged(saved, filled.settled) }, ready: filled.state.problems === 0 }}>
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
                  go({}, true)
                  anew()
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

function Conflict({ lines, anew }: { lines: readonly string[]; anew: () => void }) {
  const { t } = useTranslation('stack-forms')
  return (
    <Alert color="yellow" role="alert" title={t('configure.conflict')}>
      <Text size="sm">{t('configure.conflictExplain')}</Text>
      <List size="sm" my="xs">
        {lines.map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
      <Button size="compact-sm" variant="default" onClick={anew}>
        {t('configure.readAgain')}
      </Button>
    </Alert>
  )
}
