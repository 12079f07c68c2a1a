/** What a job reads and writes. */
import { Badge, Group, List, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import { LinkTo } from '@/kit/link.tsx'
import { jobRoute, type PipelinePlace, resourceRoute } from './place.ts'

export function JobIngredients({ place, job: { inputs = [], outputs = [] } }: { place: PipelinePlace; job: Schema<'Job'> }) {
  const { t } = useTranslation('pipelines')
  return (
    <>
      {inputs.length > 0 && (
        <Stack gap={4}>
          <Title order={3} size="sm">
            {t('job.inputs')}
          </Title>
          <List size="sm" spacing={4}>
            {inputs.map((input) => (
              <List.Item key={input.name}>
                <Group gap={6} wrap="wrap" component="span">
                  <Resource place={place} name={input.resource} />
                  {input.trigger && (
                    <Badge size="xs" variant="light">
                      {t('job.triggers')}
                    </Badge>
                  )}
                  <Version version={input.version} />
                  {(input.passed ?? []).length > 0 && (
                    <Text span size="xs">
                      {t('job.passed')}{' '}
                      {(input.passed ?? []).map((job, at) => (
                        <span key={job}>
                          {at > 0 && ', '}
                          <LinkTo to={jobRoute} params={{ ...place, job }} size="xs">
                            {job}
                          </LinkTo>
                        </span>
                      ))}
                    </Text>
                  )}
                </Group>
              </List.Item>
            ))}
          </List>
        </Stack>
      )}
      {outputs.length > 0 && (
        <Stack gap={4}>
          <Title order={3} size="sm">
            {t('job.outputs')}
          </Title>
          <List size="sm" spacing={4}>
            {outputs.map((output) => (
              <List.Item key={output.name}>
                <Resource place={place} name={output.resource} />
              </List.Item>
            ))}
          </List>
        </Stack>
      )}
    </>
  )
}

const Resource = ({ place, name }: { place: PipelinePlace; name: string }) => (
  <LinkTo to={resourceRoute} params={{ ...place, resource: name }} size="sm">
    {name}
  </LinkTo>
)

function Version({ version }: { version: Schema<'JobInput'>['version'] }) {
  const { t } = useTranslation('pipelines')
  if (version?.every)
    return (
      <Badge size="xs" variant="light" color="grape">
        {t('job.every')}
      </Badge>
    )
  if (version?.pinned)
    return (
      <Badge size="xs" variant="light" color="violet">
        {t('resource.pinned')}
      </Badge>
    )
  return null
}
