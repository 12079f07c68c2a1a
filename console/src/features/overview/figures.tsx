import { Paper, SimpleGrid, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Data } from '@/api/types.ts'
import { LinkTo } from '@/kit/link.tsx'

const figures = [
  ['projects', '/organizations/$organization/projects'],
  ['components', '/organizations/$organization/projects'],
  ['pipelines', '/organizations/$organization/pipelines'],
  ['service_catalogs', '/organizations/$organization/catalogue'],
  ['users', '/organizations/$organization/members'],
  ['teams', '/organizations/$organization/teams'],
] as const

export function Figures({ organization, summary }: { organization: string; summary: Data<'getSummary'> }) {
  const { t, i18n } = useTranslation('overview')
  return (
    <SimpleGrid cols={{ base: 2, xs: 3, lg: 6 }} spacing="sm">
      {figures.map(([key, to]) => (
        <Paper key={key} withBorder px="md" py="sm">
          <Text fw={700} size="xl">
            {new Intl.NumberFormat(i18n.language).format(summary[key] ?? 0)}
          </Text>
          <LinkTo size="sm" to={to} params={{ organization }}>
            {t(`figures.${key}`, { count: summary[key] ?? 0 })}
          </LinkTo>
        </Paper>
      ))}
    </SimpleGrid>
  )
}
