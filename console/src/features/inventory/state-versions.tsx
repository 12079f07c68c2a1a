import { Badge, Checkbox, Group, Text } from '@mantine/core'
import { IconDownload, IconRestore } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { send } from '@/api/client.ts'
import { usePagedList } from '@/api/paged.ts'
import { refresh, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionSign } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { DataTable } from '@/kit/data-table.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { SectionTitle } from './state-page.tsx'
import type { ComponentPath } from './state-search.ts'

type Version = Schema<'TerraformStateVersion'>

interface VersionsProps {
  path: ComponentPath
  locked: boolean
  newest: number | undefined
  compare: readonly number[]
  setCompare: (chosen: number[]) => void
}

export function StateVersions({ path, locked, newest, compare, setCompare }: VersionsProps) {
  const { t, i18n } = useTranslation('inventory')
  const rows = usePagedList('listStateVersions', { path }, { every: 15_000 })
  const restore = useChange('restoreStateVersion')
  const size = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 })
  const askRestore = ({ id, serial }: Version) =>
    confirm({
      title: t('state.restoreTitle', { serial }),
      children: t('state.restoreText'),
      verb: t('state.restore'),
      act: async () => {
        await restore.mutateAsync({ path: { ...path, state_version_id: id } })
        tell(t('state.restored', { serial }))
        await refresh('listStateVersions', 'getComponentState', 'getComponentInfrastructure', 'listInventoryResources')
      },
    })
  return (
    <section>
      <SectionTitle>{t('state.versions')}</SectionTitle>
      <Text size="sm" mb="xs">
        {t('state.compareHint')}
      </Text>
      <DataTable
        label={t('state.versions')}
        rows={rows}
        rowKey={({ id }) => id}
        columns={[
          {
            key: 'compare',
            title: t('state.compare'),
            width: '110px',
            cell: ({ id, serial }) => (
              <Checkbox
                aria-label={t('state.compareThis', { serial })}
                checked={compare.includes(id)}
                disabled={compare.length === 2 && !compare.includes(id)}
                onChange={({ currentTarget: { checked } }) => setCompare(checked ? [...compare, id] : compare.filter((one) => one !== id))}
              />
            ),
          },
          {
            key: 'serial',
            title: t('state.serial'),
            width: '170px',
            cell: ({ id, serial, restored_from: from }) => (
              <Group gap="xs" wrap="nowrap">
                {serial}
                {id === newest && <Badge variant="light">{t('state.newest')}</Badge>}
                {from !== undefined && (
                  <Badge variant="light" color="gray">
                    {t('state.again')}
                  </Badge>
                )}
              </Group>
            ),
          },
          { key: 'when', title: t('state.when'), width: '160px', cell: ({ created_at: at }) => <When at={at} /> },
          { key: 'author', title: t('state.author'), cell: ({ author }) => author || '—' },
          { key: 'resources', title: t('state.resources'), width: '120px', align: 'end', cell: ({ resource_count: count }) => count },
          {
            key: 'size',
            title: t('state.size'),
            width: '110px',
            align: 'end',
            cell: ({ size: bytes }) => t('state.kilobytes', { size: size.format(bytes / 1024) }),
          },
          { key: 'terraform', title: t('state.terraform'), width: '120px', cell: ({ terraform_version: version }) => version },
          {
            key: 'actions',
            title: t('state.actions'),
            width: '120px',
            cell: (version) => (
              <Group gap={4} wrap="nowrap">
                <ActionSign
                  operation="getStateVersion"
                  path={{ ...path, state_version_id: version.id }}
                  label={t('state.download', { serial: version.serial })}
                  onClick={() => void download(path, version).catch(tellProblem)}
                >
                  <IconDownload size={16} />
                </ActionSign>
                <ActionSign
                  operation="restoreStateVersion"
                  path={{ ...path, state_version_id: version.id }}
                  label={t('state.restoreThis', { serial: version.serial })}
                  why={version.id === newest ? t('state.isNewest') : locked ? t('state.isLocked') : undefined}
                  onClick={() => askRestore(version)}
                >
                  <IconRestore size={16} />
                </ActionSign>
              </Group>
            ),
          },
        ]}
        empty={<Empty title={t('state.noVersions')} />}
      />
    </section>
  )
}

async function download(path: ComponentPath, { id, serial }: Version): Promise<void> {
  const response = await send('getStateVersion', { path: { ...path, state_version_id: id } })
  const address = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = `${path.component_canonical}-${serial}.tfstate`
  link.click()
  URL.revokeObjectURL(address)
}
