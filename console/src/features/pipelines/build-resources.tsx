import { Badge, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { LinkTo } from '@/kit/link.tsx'
import { type BuildPlace, buildPath, resourceRoute } from './place.ts'
import { usePipeline } from './use-pipeline.ts'
import { VersionText } from './version-text.tsx'

export function BuildResources({ place }: { place: BuildPlace }) {
  const { t } = useTranslation('pipelines')
  const { data } = useAsk('getBuildResources', { path: buildPath(place) })
  const job = usePipeline(place).data?.data.jobs.find(({ name }) => name === place.job)
  if (!data) return null
  const { inputs, outputs } = data.data
  if (inputs.length + outputs.length === 0) return null
  const resourceOf = (list: readonly { name: string; resource: string }[] | undefined, name: string) =>
    list?.find((one) => one.name === name)?.resource ?? name
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Versions title={t('build.inputs')} empty={t('build.noInputs')}>
        {inputs.map(({ name, version, first_occurrence }) => (
          <Group key={name} gap="xs" wrap="wrap">
            <LinkTo to={resourceRoute} params={{ ...place, resource: resourceOf(job?.inputs, name) }} size="sm">
              {name}
            </LinkTo>
            <VersionText version={version} />
            {first_occurrence && (
              <Badge size="xs" variant="light" color="green">
                {t('build.first')}
              </Badge>
            )}
          </Group>
        ))}
      </Versions>
      <Versions title={t('build.outputs')} empty={t('build.noOutputs')}>
        {outputs.map(({ name, version }) => (
          <Group key={name} gap="xs" wrap="wrap">
            <LinkTo to={resourceRoute} params={{ ...place, resource: resourceOf(job?.outputs, name) }} size="sm">
              {name}
            </LinkTo>
            <VersionText version={version} />
          </Group>
        ))}
      </Versions>
    </SimpleGrid>
  )
}

const Versions = ({ title, empty, children }: { title: string; empty: string; children: ReactNode[] }) => (
  <Paper withBorder p="md" component="section" aria-label={title}>
    <Stack gap="xs">
      <Title order={2} size="h4">
        {title}
      </Title>
      {children.length > 0 ? children : <Text size="sm">{empty}</Text>}
    </Stack>
  </Paper>
)
