import { Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'
import { Card } from '@/features/components/card.tsx'
import { Star } from '@/features/projects/favorite.tsx'
import { ProjectIcon } from '@/features/projects/looks.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { When } from '@/kit/when.tsx'

const shown = 8

/** Favourites first, then what was changed last: what somebody most probably comes for. */
export function ProjectsCard({ organization }: { organization: string }) {
  const { t } = useTranslation('overview')
  const path = { organization_canonical: organization }
  const { allowed, why } = useMay('getProjects', path)
  const favorites = useAsk(
    'getProjects',
    { path, query: { favorite: true, order_by: 'project_name:asc', page_size: shown } },
    { enabled: allowed },
  )
  const latest = useAsk('getProjects', { path, query: { order_by: 'project_updated_at:desc', page_size: shown } }, { enabled: allowed })
  const stars = (favorites.data?.data ?? []).filter(({ favorite }) => favorite)
  const rows = [...stars, ...(latest.data?.data ?? []).filter(({ id }) => stars.every((star) => star.id !== id))].slice(0, shown)
  return (
    <Card
      title={t('projects.title')}
      of={latest}
      why={why}
      action={
        <LinkTo size="sm" to="/organizations/$organization/projects" params={{ organization }}>
          {t('projects.all')}
        </LinkTo>
      }
    >
      {rows.length === 0 ? (
        <Text size="sm">{t('projects.none')}</Text>
      ) : (
        <Stack gap={4}>
          {rows.map((project) => (
            <Group key={project.id} gap="xs" wrap="nowrap" justify="space-between">
              <Group gap="xs" wrap="nowrap" miw={0}>
                <Star organization={organization} project={project} />
                <ProjectIcon icon={project.icon} color={project.color} size={24} />
                <LinkTo
                  size="sm"
                  fw={600}
                  truncate
                  to="/organizations/$organization/projects/$project"
                  params={{ organization, project: project.canonical }}
                >
                  {project.name}
                </LinkTo>
              </Group>
              <Text size="sm" c="dimmed" component="div" style={{ whiteSpace: 'nowrap' }}>
                <When at={project.updated_at} />
              </Text>
            </Group>
          ))}
        </Stack>
      )}
    </Card>
  )
}
