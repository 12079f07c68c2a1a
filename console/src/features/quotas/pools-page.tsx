import { Badge, Group, Modal } from '@mantine/core'
import { IconPencil, IconPlus, IconServer, IconTrash } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton, ActionSign } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { Empty } from '@/kit/states.tsx'
import { AmountBar } from './amount-bar.tsx'
import { dimensions } from './amounts.ts'
import { MachineForm } from './machine-form.tsx'
import { PoolDetails } from './pool-details.tsx'
import { PoolForm } from './pool-form.tsx'
import { QuotasFrame } from './quotas-frame.tsx'

export interface PoolsSearch {
  new?: true
  /** Canonical of the pool that is shown. */
  pool?: string
}
export type Pool = Schema<'ResourcePool'>
export const stale = ['listResourcePools', 'getResourcePool', 'listQuotas'] as const

export function PoolsPage({ organization, search }: { organization: string; search: PoolsSearch }) {
  const { t } = useTranslation('quotas')
  const navigate = useNavigate({ from: '/organizations/$organization/resource-pools' })
  const path = { organization_canonical: organization }
  const rows = usePagedList('listResourcePools', { path })
  const [edited, setEdited] = useState<Pool>()
  const [filled, setFilled] = useState<Pool>()
  const close = () => void navigate({ search: {} })
  const create = useChange('createResourcePool', { stale, onError: tellProblem })
  const remove = useChange('deleteResourcePool', { stale })
  const askToRemove = (pool: Pool) =>
    confirm({
      title: t('pools.delete', { name: pool.name }),
      children: t('pools.deleteText'),
      verb: t('pools.deleteVerb'),
      act: async () => {
        await remove.mutateAsync({ path: { ...path, resource_pool_canonical: pool.canonical } })
        tell(t('pools.deleted', { name: pool.name }), () => create.mutate({ path, body: { name: pool.name, label: pool.label } }))
      },
    })
  const columns: Column<Pool>[] = [
    {
      key: 'name',
      title: t('pools.name'),
      width: 'minmax(140px, 1fr)',
      cell: ({ name, canonical }) => (
        <LinkTo size="sm" truncate from="/organizations/$organization/resource-pools" to="." search={{ pool: canonical }}>
          {name}
        </LinkTo>
      ),
    },
    {
      key: 'label',
      title: t('pools.label'),
      width: '150px',
      cell: ({ label }) => (
        <Badge variant="light" color="gray" tt="none">
          {label}
        </Badge>
      ),
    },
    ...dimensions.map(
      (dimension): Column<Pool> => ({
        key: dimension,
        title: t(`amounts.${dimension}`),
        width: 'minmax(160px, 1fr)',
        cell: (pool) => (
          <AmountBar
            dimension={dimension}
            of={pool[dimension]}
            used={pool[`used_${dimension}`]}
            allocated={pool[`allocated_${dimension}`]}
          />
        ),
      }),
    ),
    {
      key: 'actions',
      title: t('actions'),
      width: '140px',
      cell: (pool) => {
        const at = { ...path, resource_pool_canonical: pool.canonical }
        return (
          <Group gap={4} wrap="nowrap">
            <ActionSign
              operation="createInventoryResource"
              path={path}
              label={t('machines.addTo', { name: pool.name })}
              onClick={() => setFilled(pool)}
            >
              <IconServer size={16} />
            </ActionSign>
            <ActionSign
              operation="updateResourcePool"
              path={at}
              label={t('pools.edit', { name: pool.name })}
              onClick={() => setEdited(pool)}
            >
              <IconPencil size={16} />
            </ActionSign>
            <ActionSign
              operation="deleteResourcePool"
              path={at}
              color="red"
              label={t('pools.delete', { name: pool.name })}
              onClick={() => askToRemove(pool)}
            >
              <IconTrash size={16} />
            </ActionSign>
          </Group>
        )
      },
    },
  ]
  const add = (
    <ActionButton
      operation="createResourcePool"
      path={path}
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => void navigate({ search: { new: true } })}
    >
      {t('pools.create')}
    </ActionButton>
  )
  return (
    <QuotasFrame organization={organization} section="pools" actions={add}>
      <DataTable
        label={t('pools.title')}
        columns={columns}
        rows={rows}
        rowKey={({ canonical }) => canonical}
        rowHeight={56}
        empty={
          <Empty title={t('pools.empty')} action={add}>
            {t('pools.emptyText')}
          </Empty>
        }
      />
      <Modal opened={search.new === true} onClose={close} title={t('pools.create')}>
        {search.new && <PoolForm organization={organization} close={close} />}
      </Modal>
      <Modal opened={edited !== undefined} onClose={() => setEdited(undefined)} title={edited && t('pools.edit', { name: edited.name })}>
        {edited && <PoolForm organization={organization} pool={edited} close={() => setEdited(undefined)} />}
      </Modal>
      <Modal
        opened={filled !== undefined}
        onClose={() => setFilled(undefined)}
        title={filled && t('machines.addTo', { name: filled.name })}
      >
        {filled && <MachineForm organization={organization} label={filled.label} close={() => setFilled(undefined)} />}
      </Modal>
      <Modal opened={search.pool !== undefined} onClose={close} size="lg" title={t('pools.one')}>
        {search.pool !== undefined && <PoolDetails organization={organization} canonical={search.pool} />}
      </Modal>
    </QuotasFrame>
  )
}
