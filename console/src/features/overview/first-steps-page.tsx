import { Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useParams } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Data } from '@/api/types.ts'
import { LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Pending } from '@/kit/states.tsx'
import { ComponentStep, EnvironmentStep, ProjectStep } from './deploy-steps.tsx'
import { ExamplesOffer } from './examples-offer.tsx'
import classes from './first-steps.module.css'
import { type Step, steps, useProgress } from './first-steps.ts'
import { CredentialStep, RepositoryStep, SourceStep } from './git-steps.tsx'
import { Running } from './running.tsx'

const forms: Record<Step, ComponentType<{ organization: string }>> = {
  credential: CredentialStep,
  source: SourceStep,
  repository: RepositoryStep,
  project: ProjectStep,
  environment: EnvironmentStep,
  component: ComponentStep,
}

export function FirstStepsPage() {
  const { t } = useTranslation('overview')
  const { organization } = useParams({ from: '/_in/organizations/$organization/first-steps' })
  const summary = useAsk('getSummary', { path: { organization_canonical: organization } })
  return (
    <Page title={t('guide.title')} description={t('guide.description')}>
      <Asked of={summary}>{({ data }) => <Steps organization={organization} summary={data} />}</Asked>
    </Page>
  )
}

function Steps({ organization, summary }: { organization: string; summary: Data<'getSummary'> }) {
  const { t } = useTranslation('overview')
  const progress = useProgress(organization, summary)
  if (!progress) return <Pending />
  const { done, next } = progress
  const gitIsMissing = (['credential', 'source', 'repository'] as const).some((step) => !done.has(step))
  return (
    <Stack maw={820}>
      {next === undefined && <Running organization={organization} />}
      {gitIsMissing && <ExamplesOffer organization={organization} />}
      <ol className={classes.steps}>
        {steps.map((step, index) => {
          const Form = forms[step]
          const isDone = done.has(step)
          return (
            <Paper component="li" key={step} withBorder p="md" aria-current={step === next ? 'step' : undefined}>
              <Group gap="sm" wrap="nowrap" align="start">
                <ThemeIcon radius="xl" variant={isDone ? 'filled' : 'light'} color={isDone ? 'green' : undefined} aria-hidden>
                  {isDone ? <IconCheck size={16} /> : index + 1}
                </ThemeIcon>
                <Stack gap="sm" flex={1} miw={0}>
                  <div>
                    <Title order={2} size="h5">
                      {t(`steps.${step}.title`)}
                    </Title>
                    <Text size="sm">{isDone ? <Done step={step} organization={organization} /> : t(`steps.${step}.why`)}</Text>
                  </div>
                  {step === next && <Form organization={organization} />}
                </Stack>
              </Group>
            </Paper>
          )
        })}
      </ol>
    </Stack>
  )
}

const places = {
  credential: '/organizations/$organization/credentials',
  source: '/organizations/$organization/catalogue-sources',
  repository: '/organizations/$organization/config-repositories',
  project: '/organizations/$organization/projects',
  environment: '/organizations/$organization/projects',
  component: '/organizations/$organization/projects',
} as const

function Done({ step, organization }: { step: Step; organization: string }) {
  const { t } = useTranslation('overview')
  return (
    <>
      {t('steps.done')}{' '}
      <LinkTo size="sm" to={places[step]} params={{ organization }}>
        {t(`steps.${step}.look`)}
      </LinkTo>
    </>
  )
}
