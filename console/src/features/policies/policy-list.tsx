import { Anchor, Badge, Select, Stack, Switch } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { call, dataOf } from '@/api/client.ts'
import { usePagedList } from '@/api/paged.ts'
import { refresh } from '@/api/query.ts'
import { DataTable } from '@/kit/data-table.tsx'
import { ChoiceFilter, TextFilter } from '@/kit/filter.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { like } from '@/kit/search.ts'
import { Empty, Toolbar } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { colourOf, orders, type PoliciesSearch, type Policy, policySeverities } from './policies-search.ts'

interface ListProps {
  organization: string
  search: PoliciesSearch
  go: (change: Partial<PoliciesSearch>) => void
  create: ReactNode
}

export function PolicyList({ organization, search, go, create }: ListProps) {
  const { t } = useTranslation('policies')
  const rows = usePagedList('getInfraPolicies', {
    path: { organization_canonical: organization },
    query: {
      ...(search.severity ? { infra_policy_severity: search.severity } : {}),
      ...(search.enabled ? { infra_policy_enabled: search.enabled === 'yes' } : {}),
      order_by: search.order ?? 'infra_policy_name:asc',
    },
    filters: { 'infra_policy_name[rlike]': like(search.name) },
  })
  const filtered = search.name !== undefined || search.severity !== undefined || search.enabled !== undefined
  return (
    <Stack>
      <Toolbar>
        <TextFilter name="name" label={t('list.search')} />
        <ChoiceFilter
          name="severity"
          label={t('columns.severity')}
          options={policySeverities.map((severity) => ({ value: severity, label: t(`severities.${severity}`) }))}
        />
        <ChoiceFilter
          name="enabled"
          label={t('list.state')}
          options={[
            { value: 'yes', label: t('list.enabled') },
            { value: 'no', label: t('list.disabled') },
          ]}
        />
        <Select
          w={{ base: '100%', xs: 200 }}
          label={t('list.order')}
          data={orders.map((order) => ({ value: order, label: t(`orders.${order.replace(':', '_') as 'infra_policy_name_asc'}`) }))}
          value={search.order ?? orders[0]}
          allowDeselect={false}
          onChange={(order) => go({ order: order === orders[0] ? undefined : (order as PoliciesSearch['order']) })}
        />
      </Toolbar>
      <DataTable
        label={t('list.title')}
        rows={rows}
        rowKey={({ canonical }) => canonical}
        columns={[
          {
            key: 'name',
            title: t('columns.name'),
            width: 'minmax(200px, 2fr)',
            cell: ({ name, canonical }) => (
              <Anchor
                component={Link}
                to="/organizations/$organization/policies/$policy"
                params={{ organization, policy: canonical } as never}
                size="sm"
              >
                {name}
              </Anchor>
            ),
          },
          {
            key: 'severity',
            title: t('columns.severity'),
            width: '150px',
            cell: ({ severity }) => (
              <Badge variant="light" color={colourOf[severity]}>
                {t(`severities.${severity}`)}
              </Badge>
            ),
          },
          {
            key: 'enabled',
            title: t('columns.enabled'),
            width: '120px',
            cell: (policy) => <Enabled organization={organization} policy={policy} />,
          },
          { key: 'owner', title: t('columns.owner'), cell: ({ owner }) => owner?.username ?? '—' },
          { key: 'changed', title: t('columns.changed'), width: '150px', cell: ({ updated_at }) => <When at={updated_at} /> },
        ]}
        empty={
          filtered ? (
            <Empty title={t('list.nothingFound')} />
          ) : (
            <Empty title={t('list.empty')} action={create}>
              {t('list.emptyHint')}
            </Empty>
          )
        }
      />
    </Stack>
  )
}

/** Turned on and off where it stands, and back. */
export function Enabled({ organization, policy: { canonical, name, enabled } }: { organization: string; policy: Policy }) {
  const { t } = useTranslation('policies')
  const path = { organization_canonical: organization, infra_policy_canonical: canonical }
  const may = useMay('updateInfraPolicy', path)
  const [turning, setTurning] = useState<boolean>()
  const turn = async (on: boolean) => {
    setTurning(on)
    try {
      // The list may be older than what others wrote since: nothing but the switch is changed of what is there now.
      const { description, body, severity, owner, ...now } = await dataOf('getInfraPolicy', { path })
      await call('updateInfraPolicy', {
        path,
        body: { name: now.name, description, body, severity, owner: owner?.username ?? '', enabled: on },
      })
      tell(t(on ? 'list.turnedOn' : 'list.turnedOff', { name }), () => turn(!on))
    } catch (error) {
      tellProblem(error)
    }
    await refresh('getInfraPolicies', 'getInfraPolicy')
    setTurning(undefined)
  }
  return (
    <Switch
      checked={turning ?? enabled}
      disabled={!may.allowed}
      title={may.why}
      aria-label={t('list.turn', { name })}
      onChange={({ currentTarget: { checked } }) => void turn(checked)}
    />
  )
}
