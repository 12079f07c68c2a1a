import { Checkbox, Group, Input, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { Code } from '@/kit/code.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { type ComponentPlace, componentPath, pipelineRoute } from './place.ts'
import { problemsOf } from './problems.ts'

export const namePattern = /^[a-z0-9]+[a-z0-9\-._]+[a-z0-9]+$/

const sample = `resources:
  - name: every-hour
    type: time
    source: {interval: 1h}
jobs:
  - name: greet
    plan:
      - get: every-hour
        trigger: true
`

export function CreatePipeline({ place, cancel }: { place: ComponentPlace; cancel: ReactNode }) {
  const { t } = useTranslation('pipelines')
  const navigate = useNavigate()
  const path = componentPath(place)
  const create = useChange('createPipeline', {
    stale: ['getPipelines', 'getEnvironmentPipelines', 'getProjectPipelines'],
    onSuccess({ data: { name, warnings } }) {
      tell(t('create.done', { name }))
      for (const warning of warnings ?? []) tell(warning)
      void navigate({ to: pipelineRoute, params: { ...place, pipeline: name } })
    },
  })
  const form = useForm({
    initialValues: { pipeline_name: '', from: 'text', passed_config: sample, yaml_vars: '', check_credentials: false },
    validate: {
      pipeline_name: (name) => (name.length >= 3 && name.length <= 100 && namePattern.test(name) ? null : t('create.nameRule')),
    },
    validateInputOnBlur: true,
  })
  const own = form.values.from === 'text'
  const submit = form.onSubmit(({ pipeline_name, passed_config, yaml_vars, check_credentials }) =>
    create.mutate({
      path,
      body: { pipeline_name, check_credentials, ...(own ? { passed_config } : {}), ...(yaml_vars.trim() ? { yaml_vars } : {}) },
    }),
  )
  const problems = problemsOf(create.error, 'passed_config')
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('create.name')}
          description={t('create.nameRule')}
          required
          data-autofocus
          {...form.getInputProps('pipeline_name')}
          error={form.errors['pipeline_name'] ?? create.error?.fields['pipeline_name']}
        />
        <Input.Wrapper label={t('create.from')} labelElement="div">
          <div>
            <SegmentedControl
              aria-label={t('create.from')}
              data={[
                { value: 'text', label: t('create.fromText') },
                { value: 'stack', label: t('create.fromStack') },
              ]}
              {...form.getInputProps('from')}
            />
          </div>
        </Input.Wrapper>
        {own ? (
          <Code
            value={form.values.passed_config}
            language="yaml"
            label={t('config.config')}
            onChange={(text) => form.setFieldValue('passed_config', text)}
            problems={problems}
            minHeight={240}
            maxHeight={420}
          />
        ) : (
          <Text size="sm">{t('create.stackAbout')}</Text>
        )}
        <Input.Wrapper label={t('config.variables')} description={t('config.variablesAbout')} labelElement="div">
          <Code
            value={form.values.yaml_vars}
            language="yaml"
            label={t('config.variables')}
            onChange={(text) => form.setFieldValue('yaml_vars', text)}
            problems={problemsOf(create.error, 'yaml_vars')}
            minHeight={80}
            maxHeight={200}
          />
        </Input.Wrapper>
        <Checkbox label={t('config.checkCredentials')} {...form.getInputProps('check_credentials', { type: 'checkbox' })} />
        <ProblemAlert problem={create.error} />
        <Group justify="end">
          {cancel}
          <ActionButton operation="createPipeline" path={path} type="submit" loading={create.isPending}>
            {t('create.submit')}
          </ActionButton>
        </Group>
      </Stack>
    </form>
  )
}
