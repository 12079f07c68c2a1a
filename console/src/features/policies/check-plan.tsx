import { Alert, Anchor, Badge, Button, Grid, Group, Paper, Select, Stack, Text, Title } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import type { Data } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { Asked, Empty, ProblemAlert } from '@/kit/states.tsx'
import { Reasons } from './evaluation.tsx'
import { firstPlan, PlanPicker } from './plan-picker.tsx'
import { colourOf } from './policies-search.ts'

type Result = Data<'validateProjectInfraPolicies'>

/** A plan against all policies that are enabled, as a pipeline asks it. */
export function CheckPlan({ organization }: { organization: string }) {
  const { t } = useTranslation('policies')
  const path = { organization_canonical: organization }
  const projects = useAsk('getProjects', { path })
  const [plan, setPlan] = useState({ ...firstPlan, project: '', environment: '' })
  const check = useChange('validateProjectInfraPolicies')
  return (
    <Asked of={projects}>
      {({ data }) => {
        if (data.length === 0) return <Empty title={t('check.noProject')}>{t('check.noProjectHint')}</Empty>
        const project = data.find(({ canonical }) => canonical === plan.project)
        const ready = plan.project !== '' && plan.environment !== ''
        return (
          <Grid gap="lg">
            <Grid.Col span={{ base: 12, lg: 6 }}>
              <Stack>
                <Text size="sm">{t('check.hint')}</Text>
                <Group grow align="start">
                  <Select
                    label={t('plan.project')}
                    data={data.map(({ canonical, name }) => ({ value: canonical, label: name }))}
                    value={plan.project || null}
                    searchable
                    onChange={(chosen) => setPlan({ ...plan, project: chosen ?? '', environment: '' })}
                  />
                  <Select
                    label={t('plan.environment')}
                    data={(project?.environments ?? []).map(({ canonical, name }) => ({ value: canonical, label: name ?? canonical }))}
                    value={plan.environment || null}
                    disabled={!project}
                    onChange={(environment) => setPlan({ ...plan, environment: environment ?? '' })}
                  />
                </Group>
                <PlanPicker organization={organization} plan={plan} onChange={setPlan} placed />
                <Group>
                  {ready ? (
                    <ActionButton
                      operation="validateProjectInfraPolicies"
                      path={{ ...path, project_canonical: plan.project, environment_canonical: plan.environment }}
                      loading={check.isPending}
                      onClick={() =>
                        check.mutate({
                          path: { ...path, project_canonical: plan.project, environment_canonical: plan.environment },
                          body: { tfplan: plan.text },
                        })
                      }
                    >
                      {t('check.verb')}
                    </ActionButton>
                  ) : (
                    <Button disabled>{t('check.verb')}</Button>
                  )}
                  {!ready && <Text size="sm">{t('check.choosePlace')}</Text>}
                </Group>
                <ProblemAlert problem={check.error} />
              </Stack>
            </Grid.Col>
            <Grid.Col span={{ base: 12, lg: 6 }} aria-live="polite">
              {check.data?.data ? (
                <Violations organization={organization} result={check.data.data} />
              ) : (
                <Empty title={t('check.nothing')}>{t('check.nothingHint')}</Empty>
              )}
            </Grid.Col>
          </Grid>
        )
      }}
    </Asked>
  )
}

function Violations({
  organization,
  result: { criticals = [], warnings = [], advisories = [] },
}: {
  organization: string
  result: Result
}) {
  const { t } = useTranslation('policies')
  const all = [...criticals, ...warnings, ...advisories]
  if (all.length === 0)
    return (
      <Alert color="green" icon={<IconCheck />} title={t('check.fine')}>
        {t('check.fineHint')}
      </Alert>
    )
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('check.violated', { count: all.length })}
      </Title>
      {all.map(({ infra_policy: policy, reasons = [] }) => (
        <Paper key={policy.canonical} withBorder p="md">
          <Group justify="space-between" mb="xs">
            <Anchor
              component={Link}
              to="/organizations/$organization/policies/$policy"
              params={{ organization, policy: policy.canonical } as never}
              fw={600}
            >
              {policy.name}
            </Anchor>
            <Badge variant="light" color={colourOf[policy.severity]}>
              {t(`severities.${policy.severity}`)}
            </Badge>
          </Group>
          {reasons.length > 0 ? <Reasons reasons={reasons} /> : <Text size="sm">{t('result.noReasons')}</Text>}
        </Paper>
      ))}
    </Stack>
  )
}
