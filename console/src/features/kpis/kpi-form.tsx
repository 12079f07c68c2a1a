/** What is measured and how it is drawn, with the chart beside it while it is made. */
import { Button, Grid, Group, MultiSelect, Paper, Select, Stack, Text, Textarea, TextInput, Title } from '@mantine/core'
import { type UseFormReturnType, useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { type Kpi, kpiTypes, measuresBuilds, widgetsOf } from './definition.ts'
import { bodyOf, type KpiValues, scopeOf, valuesOf } from './kpi-values.ts'
import type { Period } from './period.ts'
import { Preview } from './preview.tsx'

interface KpiFormProps {
  organization: string
  project: string
  kpi: Kpi | undefined
  period: Period
  close: () => void
}

const stale = ['getKpis', 'getOrganizationKpis', 'getKpi'] as const

export function KpiForm({ organization, project, kpi, period, close }: KpiFormProps) {
  const { t } = useTranslation(['kpis', 'common'])
  const path = { organization_canonical: organization, project_canonical: project }
  const form = useForm<KpiValues>({
    initialValues: valuesOf(kpi),
    validate: {
      name: (name) => (name.trim().length < 3 ? t('form.nameRule') : null),
      envs: (envs, { type }) => (type === 'time_to_release' && envs.length < 2 ? t('form.envsRule') : null),
    },
    validateInputOnBlur: true,
  })
  const { values } = form
  const scope = scopeOf(values)
  const onSuccess = () => {
    tell(t(kpi ? 'form.saved' : 'form.created', { name: values.name }))
    close()
  }
  const create = useChange('createKpi', { stale, onSuccess, onError: (problem) => showProblem(form, problem) })
  const update = useChange('updateKpi', { stale, onSuccess, onError: (problem) => showProblem(form, problem) })
  const submit = form.onSubmit(
    (filled) => {
      const body = bodyOf(filled)
      if (kpi) update.mutate({ path: { ...path, kpi_canonical: kpi.canonical }, body })
      else create.mutate({ path, query: scope, body })
    },
    (errors) => focusFirst(form, errors),
  )
  return (
    <form onSubmit={submit}>
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Stack>
            <TextInput label={t('form.name')} required data-autofocus {...form.getInputProps('name')} />
            <Textarea label={t('form.description')} autosize minRows={1} {...form.getInputProps('description')} />
            <Select
              label={t('form.type')}
              description={t(`about.${values.type}`)}
              data={kpiTypes.map((type) => ({ value: type, label: t(`type.${type}`) }))}
              allowDeselect={false}
              value={values.type}
              onChange={(next) => {
                const type = kpiTypes.find((one) => one === next) ?? values.type
                form.setValues({ type, widget: widgetsOf[type].includes(values.widget) ? values.widget : (widgetsOf[type][0] ?? 'line') })
              }}
            />
            <Select
              label={t('form.widget')}
              data={widgetsOf[values.type].map((widget) => ({ value: widget, label: t(`widget.${widget}`) }))}
              allowDeselect={false}
              {...form.getInputProps('widget')}
            />
            <Where organization={organization} project={project} form={form} fixed={kpi !== undefined} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Paper withBorder p="md" component="section" aria-label={t('form.preview')}>
            <Title order={3} size="h5" mb="sm">
              {t('form.preview')}
            </Title>
            <Preview organization={organization} project={project} body={bodyOf(values)} scope={scope} period={period} />
          </Paper>
        </Grid.Col>
      </Grid>
      <Stack mt="md">
        <ProblemAlert problem={create.error ?? update.error} />
        <Group justify="end">
          <Button variant="default" onClick={close}>
            {t('common:actions.cancel')}
          </Button>
          {kpi ? (
            <ActionButton operation="updateKpi" path={{ ...path, kpi_canonical: kpi.canonical }} type="submit" loading={update.isPending}>
              {t('common:actions.save')}
            </ActionButton>
          ) : (
            <ActionButton operation="createKpi" path={path} type="submit" loading={create.isPending}>
              {t('form.create')}
            </ActionButton>
          )}
        </Group>
      </Stack>
    </form>
  )
}

interface WhereProps {
  organization: string
  project: string
  form: Pick<UseFormReturnType<KpiValues>, 'values' | 'errors' | 'setValues' | 'getInputProps'>
  /** The place of a KPI stays. */
  fixed: boolean
}

/** The place that is measured: environment and component, pipeline and job, or the way of a release. */
function Where({ organization, project, form, fixed }: WhereProps) {
  const { t } = useTranslation('kpis')
  const { values } = form
  const path = { organization_canonical: organization, project_canonical: project }
  const found = useAsk('getProject', { path })
  const environments = (found.data?.data.environments ?? []).map(({ canonical, name }) => ({ value: canonical, label: name ?? canonical }))
  const components = useAsk(
    'getComponents',
    { path: { ...path, environment_canonical: values.environment } },
    { enabled: values.environment !== '' },
  )
  const builds = measuresBuilds(values.type)
  const pipelines = useAsk('getProjectPipelines', { path }, { enabled: builds })
  const inside = (pipelines.data?.data ?? []).filter(
    ({ environment, component }) =>
      (!values.environment || environment.canonical === values.environment) &&
      (!values.component || component.canonical === values.component),
  )
  const jobs = [
    ...new Set(
      inside.filter(({ name }) => !values.pipeline || name === values.pipeline).flatMap((one) => one.jobs.map(({ name }) => name)),
    ),
  ]
  const clear = { clearButtonProps: { 'aria-label': t('form.clear') }, clearable: true }
  const choice = (field: 'environment' | 'component' | 'pipeline' | 'job', error: string) => ({
    value: values[field] || null,
    error: form.errors[field] ?? form.errors[error],
    onChange: (value: string | null) =>
      form.setValues({
        ...(field === 'environment' ? { component: '', pipeline: '', job: '' } : field === 'component' ? { pipeline: '', job: '' } : {}),
        ...(field === 'pipeline' ? { job: '' } : {}),
        [field]: value ?? '',
      }),
  })
  return (
    <>
      {fixed ? (
        values.environment && (
          <Text size="sm">{t('form.fixed', { place: [values.environment, values.component].filter(Boolean).join(' / ') })}</Text>
        )
      ) : (
        <>
          <Select
            label={t('form.environment')}
            placeholder={t('form.all')}
            data={environments}
            {...clear}
            {...choice('environment', 'environment_canonical')}
          />
          {values.environment && (
            <Select
              label={t('form.component')}
              placeholder={t('form.all')}
              data={(components.data?.data ?? []).map(({ canonical, name }) => ({ value: canonical, label: name }))}
              {...clear}
              {...choice('component', 'component_canonical')}
            />
          )}
        </>
      )}
      {builds && (
        <>
          <Select
            label={t('form.pipeline')}
            placeholder={t('form.all')}
            data={[...new Set(inside.map(({ name }) => name))]}
            searchable
            {...clear}
            {...choice('pipeline', 'pipeline_name')}
          />
          <Select label={t('form.job')} placeholder={t('form.all')} data={jobs} searchable {...clear} {...choice('job', 'job_name')} />
        </>
      )}
      {values.type === 'time_to_release' && (
        <MultiSelect
          label={t('form.envs')}
          description={t('form.envsAbout')}
          data={environments}
          required
          {...form.getInputProps('envs')}
          clearButtonProps={clear.clearButtonProps}
          clearable
        />
      )}
    </>
  )
}
