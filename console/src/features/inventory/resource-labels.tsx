import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { DataTable } from '@/kit/data-table.tsx'
import { Asked, Empty } from '@/kit/states.tsx'
import type { InventorySearch } from './inventory-search.ts'

/** What resource pools are made of. */
export function ResourceLabels({ organization }: { organization: string; go: (change: Partial<InventorySearch>) => void }) {
  const { t, i18n } = useTranslation('inventory')
  const labels = useAsk('listResourceLabels', { path: { organization_canonical: organization } })
  const number = new Intl.NumberFormat(i18n.language)
  return (
    <Asked of={labels}>
      {({ data }) => (
        <DataTable
          label={t('tabs.labels')}
          rows={data}
          rowKey={({ name }) => name}
          columns={[
            {
              key: 'name',
              title: t('columns.label'),
              cell: ({ name }) => (
                <Anchor component={Link} from="/organizations/$organization/inventory" to="." search={{ label: name } as never} size="sm">
                  {name}
                </Anchor>
              ),
            },
            { key: 'cpu', title: t('columns.cpu'), align: 'end', cell: ({ cpu }) => number.format(cpu) },
            { key: 'memory', title: t('columns.memory'), align: 'end', cell: ({ memory }) => number.format(memory) },
            { key: 'storage', title: t('columns.storage'), align: 'end', cell: ({ storage }) => number.format(storage) },
          ]}
          empty={<Empty title={t('labels.empty')}>{t('labels.emptyHint')}</Empty>}
        />
      )}
    </Asked>
  )
}
