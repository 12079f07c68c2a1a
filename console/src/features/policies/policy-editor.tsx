import { Button, Grid, Group, Paper, Select, SimpleGrid, Stack, Switch, Text, Textarea, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { type Dispatch, type SetStateAction, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk, useChange } from '@/api/query.ts'
import { currentSession } from '@/api/session.ts'
import { Code } from '@/kit/code.tsx'
import type { Draft } from '@/kit/draft.ts'
import { focusFirst } from '@/kit/form.ts'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { Unsaved } from '@/kit/unsaved.tsx'
import { Evaluation } from './evaluation.tsx'
import { type ExamplePolicy, examplePolicies, examplePolicyNames } from './examples.ts'
import { type Plan, PlanPicker } from './plan-picker.tsx'
import { type Policy, type PolicySeverity, policySeverities } from './policies-search.ts'
import { useEvaluation } from './use-evaluation.ts'

interface EditorProps {
  organization: string
  policy: Policy | undefined
  draft?: Draft<Policy>
  /** The plan that it is tried on. */
  tried: [Plan, Dispatch<SetStateAction<Plan>>]
  saved: (policy: Policy) => void
}

/** The text beside what it says of a plan. */
export function PolicyEditor({ organization, policy, draft, tried: [plan, setPlan], saved }: EditorProps) {
  const { t } = useTranslation(['policies', 'common'])
  const path = { organization_canonical: organization }
  const members = useAsk('getOrgMembers', { path })
  const mayEdit = useMay(policy ? 'updateInfraPolicy' : 'createInfraPolicy', { ...path, infra_policy_canonical: policy?.canonical ?? '' })
  const form = useForm({
    initialValues: {
      name: policy?.name ?? '',
      canonical: '',
      description: policy?.description ?? '',
      body: policy?.body ?? examplePolicies.sizes,
      severity: policy?.severity ?? ('warning' as PolicySeverity),
      enabled: policy?.enabled ?? true,
      owner: policy ? (policy.owner?.username ?? '') : (currentSession()?.account.username ?? ''),
    },
    validateInputOnChange: true,
    validate: {
      name: (name) => (name.trim().length < 3 ? t('wrong.name') : null),
      canonical: (canonical) => (canonical !== '' && !/^[a-z0-9]+[a-z0-9\-_]+[a-z0-9]+$/.test(canonical) ? t('wrong.canonical') : null),
      owner: (owner) => (!policy && owner === '' ? t('wrong.owner') : null),
    },
  })
  const refused = ({ fields }: { fields: Record<string, string> }) => {
    const { body: _, ...others } = fields
    form.setErrors(others)
  }
  const stale = ['getInfraPolicies', 'getInfraPolicy'] as const
  const create = useChange('createInfraPolicy', {
    stale,
    onSuccess: ({ data }) => {
      tell(t('page.created', { name: data.name }))
      saved(data)
    },
    onError: refused,
  })
  const update = useChange('updateInfraPolicy', {
    stale,
    onSuccess: ({ data }) => {
      tell(t('page.saved', { name: data.name }))
      saved(data)
    },
    onError: refused,
  })
  const evaluated = useEvaluation(organization, form.values.body, plan)
  const problems = useMemo(
    () => evaluated.result?.problems.map(({ line, column, message }) => ({ line, message: `${column}: ${message}` })) ?? [],
    [evaluated.result],
  )
  const owners = [
    ...new Set([...(members.data?.data ?? []).flatMap(({ username }) => (username ? [username] : [])), form.values.owner].filter(Boolean)),
  ]
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(
        ({ canonical, ...values }) =>
          policy
            ? update.mutate({ path: { ...path, infra_policy_canonical: policy.canonical }, body: values })
            : create.mutate({ path, body: { ...values, ...(canonical ? { canonical } : {}) } }),
        (errors) => focusFirst(form, errors),
      )}
    >
      <Unsaved when={form.isDirty()} draft={draft} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <TextInput label={t('form.name')} required {...form.getInputProps('name')} />
              <Select
                label={t('columns.severity')}
                data={policySeverities.map((severity) => ({ value: severity, label: t(`severities.${severity}`) }))}
                allowDeselect={false}
                description={t(`severityHints.${form.values.severity}`)}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                {...form.getInputProps('severity')}
              />
              {!policy && (
                <TextInput label={t('form.canonical')} placeholder={t('form.canonicalHint')} {...form.getInputProps('canonical')} />
              )}
              <Select
                label={t('columns.owner')}
                data={owners}
                searchable
                clearable={policy !== undefined}
                {...form.getInputProps('owner')}
                value={form.values.owner || null}
                onChange={(owner) => form.setFieldValue('owner', owner ?? '')}
              />
            </SimpleGrid>
            <Textarea label={t('form.description')} autosize minRows={1} maxRows={6} {...form.getInputProps('description')} />
            <Group justify="space-between" align="end" wrap="wrap">
              <Title order={2} size="h4">
                {t('form.body')}
              </Title>
              {!policy && (
                <Select
                  label={t('form.startFrom')}
                  placeholder={t('form.example')}
                  size="xs"
                  data={examplePolicyNames.map((name) => ({ value: name, label: t(`form.examples.${name}`) }))}
                  onChange={(name) => name && form.setFieldValue('body', examplePolicies[name as ExamplePolicy])}
                />
              )}
            </Group>
            <Code
              value={form.values.body}
              language="rego"
              label={t('form.body')}
              minHeight={320}
              problems={problems}
              {...(mayEdit.allowed ? { onChange: (body: string) => form.setFieldValue('body', body) } : {})}
            />
            <Text size="sm">{t('form.bodyHint')}</Text>
            <Switch label={t('form.enabled')} {...form.getInputProps('enabled', { type: 'checkbox' })} />
            <ProblemAlert problem={policy ? update.error : create.error} />
            {!mayEdit.allowed && <Text size="sm">{mayEdit.why}</Text>}
            <Group>
              <Button type="submit" loading={create.isPending || update.isPending} disabled={!mayEdit.allowed}>
                {t(policy ? 'common:actions.save' : 'page.create')}
              </Button>
              {policy && form.isDirty() && (
                <Button variant="default" onClick={() => form.reset()}>
                  {t('form.discard')}
                </Button>
              )}
            </Group>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Paper withBorder p="md">
            <Stack>
              <Title order={2} size="h4">
                {t('result.title')}
              </Title>
              <Evaluation evaluated={evaluated} severity={form.values.severity} />
              <Title order={3} size="h5">
                {t('plan.title')}
              </Title>
              <PlanPicker organization={organization} plan={plan} onChange={setPlan} />
            </Stack>
          </Paper>
        </Grid.Col>
      </Grid>
    </form>
  )
}
