import { Alert, Group, Stack, Text } from '@mantine/core'
import { IconRocket } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { isOf, PipelineStates } from '@/features/components/pipeline-state.tsx'
import { componentAddress } from '@/features/components/places.ts'
import { LinkTo } from '@/kit/link.tsx'

/** The end of the way: the components there are, and how their pipelines do. */
export function Running({ organization }: { organization: string }) {
  const { t } = useTranslation('overview')
  const path = { organization_canonical: organization }
  const components = useAsk('getOrganizationComponents', { path }).data?.data.slice(0, 5) ?? []
  const pipelines = useAsk('getPipelines', { path, query: { page_size: 100 } }, { every: 10_000 }).data?.data ?? []
  return (
    <Alert color="green" icon={<IconRocket />} title={t('guide.complete')}>
      <Stack gap="xs">
        <Text size="sm">{t('guide.completeText')}</Text>
        {components.map(({ id, canonical, name, project, environment }) => (
          <Group key={id} gap="xs">
            <LinkTo
              size="sm"
              fw={600}
              to={componentAddress}
              params={{ organization, project: project.canonical, environment: environment.canonical, component: canonical }}
            >
              {name}
            </LinkTo>
            <PipelineStates
              organization={organization}
              pipelines={pipelines.filter((pipeline) => isOf(pipeline, project.canonical, environment.canonical, canonical))}
            />
          </Group>
        ))}
      </Stack>
    </Alert>
  )
}
