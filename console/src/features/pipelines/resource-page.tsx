import { Alert, Badge, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { CheckButton, type ResourcePlace, resourcePath } from './check-resource.tsx'
import { PinBox } from './pin-box.tsx'
import { pipelineRoute } from './place.ts'
import { ResourceVersions, type VersionSearch } from './resource-versions.tsx'

interface Props {
  place: ResourcePlace
  search: VersionSearch
  onSearch: (search: VersionSearch) => void
}

export function ResourcePage({ place, search, onSearch }: Props) {
  const { t } = useTranslation('pipelines')
  const resource = useAsk('getResource', { path: resourcePath(place) }, { every: 8000 })
  return (
    <Asked of={resource}>
      {({ data }) => (
        <Page
          title={data.name}
          beside={
            <Badge variant="light" color="gray">
              {data.type}
            </Badge>
          }
          description={
            <Group gap="md" wrap="wrap">
              <LinkTo to={pipelineRoute} params={place} size="sm">
                {t('resource.ofPipeline', { pipeline: place.pipeline })}
              </LinkTo>
              <span>
                {t('resource.lastChecked')} <When at={data.last_checked} />
              </span>
            </Group>
          }
          actions={<CheckButton place={place} />}
        >
          {data.check_error && (
            <Alert color="red" title={t('resource.checkFailed')}>
              {data.check_error}
            </Alert>
          )}
          {data.pinned_version && <PinBox place={place} resource={data} />}
          <ResourceVersions place={place} resource={data} search={search} onSearch={onSearch} />
        </Page>
      )}
    </Asked>
  )
}
