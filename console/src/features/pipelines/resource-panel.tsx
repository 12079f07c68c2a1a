import { Alert, Badge, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import { ButtonLink, LinkTo } from '@/kit/link.tsx'
import { Panel } from '@/kit/panel.tsx'
import { When } from '@/kit/when.tsx'
import { CheckButton } from './check-resource.tsx'
import { Facts } from './facts.tsx'
import { jobRoute, type PipelinePlace, resourceRoute } from './place.ts'
import { VersionText } from './version-text.tsx'

interface ResourcePanelProps {
  place: PipelinePlace
  resource: Schema<'Resource'>
  jobs: readonly Schema<'Job'>[]
  close: () => void
}

export function ResourcePanel({ place, resource, jobs, close }: ResourcePanelProps) {
  const { t } = useTranslation('pipelines')
  const { name, type, last_checked, check_error, pinned_version, pin_comment } = resource
  const readers = jobs.filter(({ inputs = [] }) => inputs.some((input) => input.resource === name))
  const writers = jobs.filter(({ outputs = [] }) => outputs.some((output) => output.resource === name))
  const links = (found: typeof readers) =>
    found.map((job, at) => (
      <span key={job.name}>
        {at > 0 && ', '}
        <LinkTo to={jobRoute} params={{ ...place, job: job.name }} size="sm">
          {job.name}
        </LinkTo>
      </span>
    ))
  return (
    <Panel
      title={name}
      beside={
        <Badge variant="light" color="gray">
          {type}
        </Badge>
      }
      close={close}
    >
      <Group gap="xs" wrap="wrap">
        <CheckButton place={{ ...place, resource: name }} />
        <ButtonLink to={resourceRoute} params={{ ...place, resource: name }} variant="default">
          {t('resource.open')}
        </ButtonLink>
      </Group>
      {check_error && (
        <Alert color="red" title={t('resource.checkFailed')}>
          {check_error}
        </Alert>
      )}
      <Facts
        facts={[
          [t('resource.lastChecked'), <When key="checked" at={last_checked} />],
          pinned_version && [t('resource.pinned'), <VersionText key="pin" version={pinned_version} />],
          pin_comment !== undefined && pin_comment !== '' && [t('resource.pinComment'), pin_comment],
          readers.length > 0 && [t('resource.readBy'), links(readers)],
          writers.length > 0 && [t('resource.writtenBy'), links(writers)],
        ]}
      />
    </Panel>
  )
}
