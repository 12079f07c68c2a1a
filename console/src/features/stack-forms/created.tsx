/** What follows a creation: the commit, the component, its pipeline; until all of it is there. */
import { Alert, Button, Group, List, Loader, Paper, Stack, ThemeIcon } from '@mantine/core'
import { IconCheck, IconClock } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { Page } from '@/kit/page.tsx'
import { Asked } from '@/kit/states.tsx'

interface CreatedProps {
  organization: string
  project: string
  environment: string
  component: string
}

/** Milliseconds between looks for the pipeline, and until nobody looks any more. */
const often = 2000
const longest = 5 * 60_000

export function Created({ organization, project, environment, component }: CreatedProps) {
  const { t } = useTranslation('stack-forms')
  const path = { organization_canonical: organization, project_canonical: project, environment_canonical: environment }
  const made = useAsk('getComponent', { path: { ...path, component_canonical: component } })
  const [isWaiting, setWaiting] = useState(true)
  const pipelines = useAsk('getEnvironmentPipelines', { path, query: { page_size: 1000 } }, { every: isWaiting && often })
  const pipeline = pipelines.data?.data.find((one) => one.component.canonical === component)
  if (pipeline && isWaiting) setWaiting(false)
  useEffect(() => {
    const patience = setTimeout(() => setWaiting(false), longest)
    return () => clearTimeout(patience)
  }, [])
  const params = { organization, project, environment, component }
  return (
    <Asked of={made}>
      {({ data }) => (
        <Page title={t('created.title', { name: data.name })}>
          <Paper withBorder p="md" maw={640}>
            <Stack>
              <List spacing="sm" center aria-live="polite">
                <Step done>{t('created.files')}</Step>
                <Step done>{t('created.component')}</Step>
                <Step done={pipeline !== undefined} isWaiting={isWaiting}>
                  {pipeline
                    ? t('created.pipeline', { name: pipeline.name })
                    : pipelines.error
                      ? pipelines.error.message
                      : t(isWaiting ? 'created.waiting' : 'created.late')}
                </Step>
              </List>
              {pipeline?.problem && (
                <Alert color="yellow" title={t('created.problem')}>
                  {pipeline.problem}
                </Alert>
              )}
              <Group>
                <Button
                  renderRoot={(props) => (
                    <Link
                      {...props}
                      to="/organizations/$organization/projects/$project/environments/$environment/components/$component"
                      params={params as never}
                    />
                  )}
                >
                  {t('created.open')}
                </Button>
                {pipeline && (
                  <Button
                    variant="default"
                    renderRoot={(props) => (
                      <Link
                        {...props}
                        to="/organizations/$organization/projects/$project/environments/$environment/components/$component/pipelines/$pipeline"
                        params={{ ...params, pipeline: pipeline.name } as never}
                      />
                    )}
                  >
                    {t('created.openPipeline')}
                  </Button>
                )}
              </Group>
            </Stack>
          </Paper>
        </Page>
      )}
    </Asked>
  )
}

function Step({ done, isWaiting = false, children }: { done: boolean; isWaiting?: boolean; children: ReactNode }) {
  const { t } = useTranslation('stack-forms')
  return (
    <List.Item
      icon={
        done ? (
          <ThemeIcon color="green" size="sm" radius="xl">
            <IconCheck size={14} aria-label={t('created.done')} />
          </ThemeIcon>
        ) : (
          <ThemeIcon variant="light" size="sm" radius="xl">
            <IconClock size={14} aria-label={t('created.pending')} />
          </ThemeIcon>
        )
      }
    >
      <Group gap="xs" wrap="nowrap">
        <span>{children}</span>
        {isWaiting && <Loader size="xs" aria-hidden />}
      </Group>
    </List.Item>
  )
}
