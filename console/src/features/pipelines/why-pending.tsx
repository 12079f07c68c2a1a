/** What a build waits for, in words, with the button that ends it where there is one. */
import { Alert, Group, List, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { usePausing } from './pausing.ts'
import { type BuildPlace, buildPath, jobPath, pipelinePath } from './place.ts'

export function WhyPending({ place }: { place: BuildPlace }) {
  const { t } = useTranslation('pipelines')
  const { data } = useAsk('getBuildPreparation', { path: buildPath(place) }, { every: 2000 })
  const { pausePipeline, pauseJob } = usePausing()
  if (!data) return null
  const { paused_pipeline, paused_job, max_running_builds, inputs, missing_input_reasons, reason } = data.data
  const reasons = missing_input_reasons as Readonly<Record<string, string>>
  const [ofPipeline, ofJob] = [pipelinePath(place), jobPath(place)]
  const missing = Object.entries(inputs as Record<string, string>).filter(([, state]) => state === 'blocking')
  const blocks = paused_pipeline === 'blocking' || paused_job === 'blocking' || max_running_builds === 'blocking' || missing.length > 0
  return (
    <Alert color="yellow" title={t('why.title')} role="status">
      <Stack gap="xs">
        {paused_pipeline === 'blocking' && (
          <Group gap="xs" wrap="wrap">
            <Text size="sm">{t('why.pipelinePaused')}</Text>
            <ActionButton
              size="compact-sm"
              variant="default"
              operation="unpausePipeline"
              path={ofPipeline}
              onClick={() => void pausePipeline(ofPipeline, false)}
            >
              {t('why.unpausePipeline')}
            </ActionButton>
          </Group>
        )}
        {paused_job === 'blocking' && (
          <Group gap="xs" wrap="wrap">
            <Text size="sm">{t('why.jobPaused', { name: place.job })}</Text>
            <ActionButton
              size="compact-sm"
              variant="default"
              operation="unpauseJob"
              path={ofJob}
              onClick={() => void pauseJob(ofJob, false)}
            >
              {t('why.unpauseJob')}
            </ActionButton>
          </Group>
        )}
        {max_running_builds === 'blocking' && <Text size="sm">{t('why.tooMany')}</Text>}
        {missing.length > 0 && (
          <>
            <Text size="sm">{t('why.missing', { count: missing.length })}</Text>
            <List size="sm">
              {missing.map(([name]) => (
                <List.Item key={name}>
                  {name}
                  {reasons[name] ? `: ${reasons[name]}` : ''}
                </List.Item>
              ))}
            </List>
          </>
        )}
        {!blocks && !reason && <Text size="sm">{t('why.soon')}</Text>}
        {reason && !blocks && (
          <Text size="sm" c="var(--mantine-color-text)">
            {reason}
          </Text>
        )}
      </Stack>
    </Alert>
  )
}
