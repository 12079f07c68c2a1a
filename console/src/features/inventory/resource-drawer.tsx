import { Anchor, Badge, Drawer, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked } from '@/kit/states.tsx'
import { type Resource, shortProvider } from './inventory-search.ts'

interface DrawerProps {
  organization: string
  id: number | undefined
  close: () => void
  edit: () => void
}

export function ResourceDrawer({ organization, id, close, edit }: DrawerProps) {
  const { t } = useTranslation('inventory')
  const path = { organization_canonical: organization, inventory_resource_id: id ?? 0 }
  const found = useAsk('getInventoryResource', { path }, { enabled: id !== undefined })
  return (
    <Drawer opened={id !== undefined} onClose={close} size="xl" title={found.data?.data.name ?? t('details.title')}>
      <Asked of={found}>
        {({ data }) => <Details organization={organization} resource={data} path={path} close={close} edit={edit} />}
      </Asked>
    </Drawer>
  )
}

interface DetailsProps extends Omit<DrawerProps, 'id'> {
  resource: Resource
  path: { organization_canonical: string; inventory_resource_id: number }
}

function Details({ organization, resource, path, close, edit }: DetailsProps) {
  const { t, i18n } = useTranslation(['inventory', 'common'])
  const { type, provider, mode, module, label, project_canonical: project, environment_canonical: environment } = resource
  const byHand = mode === 'custom_resources'
  const remove = useChange('deleteInventoryResource')
  const number = new Intl.NumberFormat(i18n.language)
  const askRemove = () =>
    confirm({
      title: t('details.deleteTitle', { name: resource.name }),
      children: t(byHand ? 'details.deleteText' : 'details.deleteManaged'),
      verb: t('details.delete'),
      act: async () => {
        await remove.mutateAsync({ path })
        tell(t('details.deleted', { name: resource.name }))
        close()
        await refresh('listInventoryResources', 'listResourceLabels')
      },
    })
  return (
    <Stack gap="lg">
      <Text size="sm">{resource.description || resource.short_description}</Text>
      <Group gap="xs" wrap="wrap">
        <Badge variant="light">{shortProvider(provider)}</Badge>
        <Badge variant="light" color="gray">
          {t(`modes.${mode as 'managed'}`, { defaultValue: mode ?? '' })}
        </Badge>
        {label && <Badge variant="outline">{label}</Badge>}
        <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
          {module ? `${module}.${type}` : type}
        </Text>
      </Group>
      {project && (
        <Text size="sm">
          {t('details.belongs')}{' '}
          <Anchor
            component={Link}
            to={
              environment
                ? '/organizations/$organization/projects/$project/environments/$environment'
                : '/organizations/$organization/projects/$project'
            }
            params={{ organization, project, ...(environment ? { environment } : {}) } as never}
            size="sm"
          >
            {environment ? `${project} / ${environment}` : project}
          </Anchor>
        </Text>
      )}
      <SimpleGrid cols={3}>
        {(['cpu', 'memory', 'storage'] as const).map((figure) => (
          <div key={figure}>
            <Text size="xs">{t(`columns.${figure}`)}</Text>
            <Text fw={600}>{number.format(resource[figure] ?? 0)}</Text>
          </div>
        ))}
      </SimpleGrid>
      <Attributes title={t('details.attributes')} none={t('details.noAttributes')} values={resource.attributes} />
      <Attributes title={t('details.customAttributes')} none={t('details.noCustomAttributes')} values={resource.custom_attributes} />
      <Text size="sm">{t(byHand ? 'details.byHand' : 'details.fromState')}</Text>
      <Group wrap="wrap">
        <ActionButton operation="updateInventoryResource" path={path} variant="default" onClick={edit}>
          {t('common:actions.edit')}
        </ActionButton>
        <ActionButton operation="deleteInventoryResource" path={path} color="red" variant="light" onClick={askRemove}>
          {t('details.delete')}
        </ActionButton>
      </Group>
    </Stack>
  )
}

/** The API's own words for what it leaves out. */
const leftOut = '(too large to show)'

export function Attributes({ title, none, values }: { title: string; none: string; values: unknown }) {
  const { t } = useTranslation('inventory')
  const pairs = Object.entries((values ?? {}) as Record<string, unknown>)
  return (
    <section>
      <Title order={3} size="h5" mb="xs">
        {title}
      </Title>
      {pairs.length === 0 ? (
        <Text size="sm">{none}</Text>
      ) : (
        <Table withTableBorder layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="38%">{t('details.key')}</Table.Th>
              <Table.Th>{t('details.value')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {pairs.map(([key, value]) => (
              <Table.Tr key={key}>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{key}</Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
                  {value === leftOut ? (
                    <Badge variant="light" color="gray">
                      {t('details.leftOut')}
                    </Badge>
                  ) : typeof value === 'object' && value !== null ? (
                    JSON.stringify(value, null, 2)
                  ) : (
                    String(value)
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  )
}
