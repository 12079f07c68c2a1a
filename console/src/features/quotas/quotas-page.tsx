import { Badge, Group, Modal } from '@mantine/core'
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
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
import { Consumption } from './consumption.tsx'
import { QuotaForm } from './quota-form.tsx'
import { QuotasFrame } from './quotas-frame.tsx'

export interface QuotasSearch {
  new?: true
  /** Number of the quota whose consumption is shown. */
  quota?: number
}
export type Quota = Schema<'Quota'>
export const stale = ['listQuotas', 'listResourcePools', 'getQuota', 'getResourcePool'] as const

export function QuotasPage({ organization, search }: { organization: string; search: QuotasSearch }) {
  const { t } = useTranslation('quotas')
  const { t: common } = useTranslation()
  const navigate = useNavigate({ from: '/organizations/$organization/quotas' })
  const path = { organization_canonical: organization }
  const rows = usePagedList('listQuotas', { path })
  const [edited, setEdited] = useState<Quota>()
  const close = () => void navigate({ search: {} })
  const create = useChange('createQuota', { stale, onError: tellProblem })
  const remove = useChange('deleteQuota', {
    stale,
    // What nobody used can be given again exactly.
    onSuccess: (_, question) => {
      const gone = removed.get(question.path.quota_id)
      tell(
        t('quotas.deleted'),
        gone &&
          (() =>
            create.mutate({
              path,
              body: {
                team_canonical: gone.team.canonical,
                resource_pool_canonical: gone.resource_pool.canonical,
                cpu: gone.cpu,
                memory: gone.memory,
                storage: gone.storage,
              },
            })),
      )
    },
  })
  const [removed] = useState(() => new Map<number, Quota>())
  const columns: Column<Quota>[] = [
    {
      key: 'team',
      title: t('quotas.team'),
      width: 'minmax(140px, 1fr)',
      cell: ({ id, team }) => (
        <LinkTo size="sm" truncate from="/organizations/$organization/quotas" to="." search={{ quota: id }}>
          {team.name}
        </LinkTo>
      ),
    },
    {
      key: 'pool',
      title: t('quotas.pool'),
      width: 'minmax(130px, 1fr)',
      cell: ({ resource_pool: pool }) => (
        <LinkTo
          size="sm"
          truncate
          to="/organizations/$organization/resource-pools"
          params={{ organization }}
          search={{ pool: pool.canonical }}
        >
          {pool.name}
        </LinkTo>
      ),
    },
    ...dimensions.map(
      (dimension): Column<Quota> => ({
        key: dimension,
        title: t(`amounts.${dimension}`),
        width: 'minmax(150px, 1fr)',
        cell: (quota) => <AmountBar dimension={dimension} of={quota[dimension]} used={quota[`used_${dimension}`]} />,
      }),
    ),
    {
      key: 'state',
      title: t('quotas.state'),
      width: '130px',
      cell: (quota) => {
        const over = dimensions.some((dimension) => quota[`used_${dimension}`] > quota[dimension])
        const full = dimensions.some((dimension) => quota[dimension] > 0 && quota[`used_${dimension}`] === quota[dimension])
        return (
          <Badge variant="light" color={over ? 'red' : full ? 'orange' : 'teal'}>
            {t(`quotas.states.${over ? 'over' : full ? 'full' : 'free'}`)}
          </Badge>
        )
      },
    },
    {
      key: 'actions',
      title: t('actions'),
      width: '110px',
      cell: (quota) => (
        <Group gap={4} wrap="nowrap">
          <ActionSign
            operation="updateQuota"
            path={{ ...path, quota_id: quota.id }}
            label={t('quotas.edit', { team: quota.team.name })}
            onClick={() => setEdited(quota)}
          >
            <IconPencil size={16} />
          </ActionSign>
          <ActionSign
            operation="deleteQuota"
            path={{ ...path, quota_id: quota.id }}
            color="red"
            label={t('quotas.delete', { team: quota.team.name })}
            onClick={() => {
              removed.set(quota.id, quota)
              confirm({
                title: t('quotas.delete', { team: quota.team.name }),
                children: t('quotas.deleteText', { team: quota.team.name, pool: quota.resource_pool.name }),
                verb: common('actions.delete'),
                act: () => remove.mutateAsync({ path: { ...path, quota_id: quota.id } }),
              })
            }}
          >
            <IconTrash size={16} />
          </ActionSign>
        </Group>
      ),
    },
  ]
  const add = (
    <ActionButton
      operation="createQuota"
      path={path}
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => void navigate({ search: { new: true } })}
    >
      {t('quotas.create')}
    </ActionButton>
  )
  return (
    <QuotasFrame organization={organization} section="quotas" actions={add}>
      <DataTable
        label={t('quotas.title')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        rowHeight={56}
        empty={
          <Empty title={t('quotas.empty')} action={add}>
            {t('quotas.emptyText')}
          </Empty>
        }
      />
      <Modal opened={search.new === true} onClose={close} title={t('quotas.create')}>
        {search.new && <QuotaForm organization={organization} close={close} />}
      </Modal>
      <Modal
        opened={edited !== undefined}
        onClose={() => setEdited(undefined)}
        title={edited && t('quotas.edit', { team: edited.team.name })}
      >
        {edited && <QuotaForm organization={organization} quota={edited} close={() => setEdited(undefined)} />}
      </Modal>
      <Modal opened={search.quota !== undefined} onClose={close} size="lg" title={t('consumption.title')}>
        {search.quota !== undefined && <Consumption organization={organization} id={search.quota} />}
      </Modal>
    </QuotasFrame>
  )
}
