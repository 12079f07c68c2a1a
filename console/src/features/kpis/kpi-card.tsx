import { ActionIcon, Badge, Group, Menu, Paper, Stack, Text, Title } from '@mantine/core'
import { IconDotsVertical, IconPencil, IconStar, IconStarFilled, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useChange } from '@/api/query.ts'
import { ActionSign } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { tell } from '@/kit/notice.tsx'
import { When } from '@/kit/when.tsx'
import { type Kpi, recordsOf, tableOf } from './definition.ts'
import { useFavourite } from './favourites.ts'
import { KpiChart } from './kpi-chart.tsx'

interface KpiCardProps {
  organization: string
  kpi: Kpi
  /** On the dashboard of an organization, where the project has to be said. */
  ofOrganization: boolean
  onEdit: () => void
}

export function KpiCard({ organization, kpi, ofOrganization, onEdit }: KpiCardProps) {
  const { t } = useTranslation(['kpis', 'common'])
  const { name, canonical, description, type, widget, project, favorite = false } = kpi
  const path = { organization_canonical: organization, project_canonical: project.canonical, kpi_canonical: canonical }
  const mark = useFavourite()
  const mayEdit = useMay('updateKpi', path)
  const mayDelete = useMay('deleteKpi', path)
  const remove = useChange('deleteKpi', { stale: ['getKpis', 'getOrganizationKpis'], onSuccess: () => tell(t('delete.done', { name })) })
  const scope = [kpi.environment_canonical, kpi.component_canonical, kpi.pipeline_name, kpi.job_name].filter(Boolean).join(' / ')
  return (
    <Paper withBorder p="md" component="section" aria-label={name}>
      <Stack gap="sm" h="100%">
        <Group justify="space-between" wrap="nowrap" align="start">
          <Stack gap={2} miw={0}>
            <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
              {name}
            </Title>
            <Group gap="xs" wrap="wrap">
              <Badge size="sm" variant="light" color="gray">
                {t(`type.${type}`)}
              </Badge>
              {ofOrganization && (
                <LinkTo
                  to="/organizations/$organization/projects/$project/kpis"
                  params={{ organization, project: project.canonical }}
                  size="sm"
                >
                  {project.name}
                </LinkTo>
              )}
              {scope && <Text size="sm">{scope}</Text>}
            </Group>
          </Stack>
          <Group gap={0} wrap="nowrap">
            <ActionSign
              operation={favorite ? 'deleteKPIFavorite' : 'createKPIFavorite'}
              path={path}
              label={t(favorite ? 'favourite.unmark' : 'favourite.mark', { name })}
              onClick={() => void mark(path, name, !favorite)}
            >
              {favorite ? <IconStarFilled size={18} /> : <IconStar size={18} />}
            </ActionSign>
            <Menu position="bottom-end" withinPortal>
              <Menu.Target>
                <ActionIcon variant="subtle" color="gray" aria-label={t('card.actions', { name })}>
                  <IconDotsVertical size={18} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconPencil size={16} />} disabled={!mayEdit.allowed} onClick={onEdit}>
                  {t('common:actions.edit')}
                  {!mayEdit.allowed && <Text size="xs">{mayEdit.why}</Text>}
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconTrash size={16} />}
                  color="red"
                  disabled={!mayDelete.allowed}
                  onClick={() =>
                    confirm({
                      title: t('delete.title', { name }),
                      children: t('delete.about'),
                      verb: t('delete.verb'),
                      act: () => remove.mutateAsync({ path }),
                    })
                  }
                >
                  {t('common:actions.delete')}
                  {!mayDelete.allowed && <Text size="xs">{mayDelete.why}</Text>}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        </Group>
        {description && <Text size="sm">{description}</Text>}
        <KpiChart organization={organization} name={name} type={type} widget={widget} data={kpi} />
        <Newest kpi={kpi} />
      </Stack>
    </Paper>
  )
}

/** How long ago the last of what is measured was; sums of a period have none. */
function Newest({ kpi }: { kpi: Kpi }) {
  const { t } = useTranslation('kpis')
  if (
    !['build_history', 'code_coverage', 'time_to_release'].includes(kpi.type) ||
    (kpi.type === 'build_history' && kpi.widget !== 'history')
  )
    return null
  const last = recordsOf(tableOf(kpi)).at(-1)?.['date']
  if (typeof last !== 'number') return null
  return (
    <Text size="xs" mt="auto">
      {t(`newest.${kpi.type as 'build_history'}`)} <When at={last} />
    </Text>
  )
}
