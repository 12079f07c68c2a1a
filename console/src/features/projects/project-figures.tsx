import { Paper, SimpleGrid, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { stateOf } from '@/features/components/pipeline-state.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { money } from '@/kit/when.tsx'
import { costCurrency, thisMonth } from './months.ts'

interface FiguresProps {
  organization: string
  project: Schema<'Project'>
  environments: readonly Schema<'Environment'>[] | undefined
  pipelines: readonly Schema<'Pipeline'>[] | undefined
}

/** A project in four numbers, and whose it is. */
export function ProjectFigures({ organization, project, environments, pipelines }: FiguresProps) {
  const { t, i18n } = useTranslation('projects')
  const cost = useProjectCost(organization, project.canonical)
  const bad = pipelines?.filter((pipeline) => ['failed', 'errored', 'problem'].includes(stateOf(pipeline))).length
  const components = environments?.reduce((sum, environment) => sum + (environment.components?.length ?? 0), 0)
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm">
      <Figure label={t('figures.components')} value={components} />
      {pipelines && <Figure label={t('figures.failing')} value={bad} note={t('figures.pipelines', { count: pipelines.length })} />}
      {cost !== undefined && (
        <Figure
          label={t('figures.cost')}
          value={money(cost, costCurrency, i18n.language)}
          note={
            <LinkTo size="xs" to="/organizations/$organization/cloud-cost-management" params={{ organization }}>
              {t('figures.allCosts')}
            </LinkTo>
          }
        />
      )}
      <Figure
        label={t('fields.owner')}
        value={project.owner ? `${project.owner.given_name} ${project.owner.family_name}` : '–'}
        note={project.team?.name}
      />
      <Figure label={t('fields.repository')} value={project.config_repository_canonical ?? '–'} />
    </SimpleGrid>
  )
}

export const Figure = ({ label, value, note }: { label: string; value: ReactNode; note?: ReactNode }) => (
  <Paper withBorder px="md" py="sm">
    <Text size="xs" c="dimmed">
      {label}
    </Text>
    <Text component="div" fw={600} size="lg" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
      {value ?? '…'}
    </Text>
    {note && (
      <Text component="div" size="xs" c="dimmed">
        {note}
      </Text>
    )}
  </Paper>
)

/** Undefined while it is not known, and for who may not see it. */
function useProjectCost(organization: string, project: string): number | undefined {
  const path = { organization_canonical: organization }
  const { allowed } = useMay('getCloudCostManagementDashboard', path)
  const { data } = useAsk(
    'getCloudCostManagementDashboard',
    { path, query: { ...thisMonth(), currency: costCurrency, granularity: 'month', projects: [project] } },
    { enabled: allowed },
  )
  return data?.data.total_cost
}
