import { Anchor, Badge, Group, Select, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import { useAsk } from '@/api/query.ts'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { TextFilter } from '@/kit/filter.tsx'
import { Empty, Toolbar } from '@/kit/states.tsx'
import { AttributeFilters } from './attribute-filters.tsx'
import { ColumnChooser } from './column-chooser.tsx'
import {
  type ColumnName,
  choiceNames,
  choices,
  columnNames,
  filtersOf,
  type InventorySearch,
  orders,
  type Resource,
  shortProvider,
  shown,
  usualColumns,
  valueAt,
} from './inventory-search.ts'

interface TableProps {
  organization: string
  search: InventorySearch
  go: (change: Partial<InventorySearch>) => void
  create: ReactNode
}

export function ResourceTable({ organization, search, go, create }: TableProps) {
  const { t } = useTranslation('inventory')
  const path = { organization_canonical: organization }
  const rows = usePagedList('listInventoryResources', { path, filters: filtersOf(search) })
  // One row is enough: the values to choose by come with every answer, whatever is filtered.
  const known = useAsk('listInventoryResources', { path, filters: { page_size: '1' } })
  const values = (known.data?.filters ?? {}) as Record<string, string[] | undefined>
  const filtered = search.name !== undefined || search.where !== undefined || choiceNames.some((name) => search[name] !== undefined)
  const columns = search.columns ?? [...usualColumns]
  return (
    <Stack>
      <Toolbar>
        <TextFilter name="name" label={t('filters.name')} />
        {choiceNames
          .filter((name) => search[name] !== undefined || (values[choices[name].values]?.length ?? 0) > 0)
          .map((name) => (
            <Select
              key={name}
              label={t(`filters.${name}`)}
              placeholder={t('filters.all')}
              data={withChosen(values[choices[name].values] ?? [], search[name]).map((value) => ({
                value,
                label:
                  name === 'provider'
                    ? shortProvider(value)
                    : name === 'mode'
                      ? t(`modes.${value as 'managed'}`, { defaultValue: value })
                      : value,
              }))}
              value={search[name] ?? null}
              onChange={(value) => go({ [name]: value ?? undefined })}
              searchable
              clearable
              limit={100}
              w={{ base: '100%', xs: 180 }}
            />
          ))}
        <Select
          label={t('filters.order')}
          data={orders.map((order) => ({ value: order, label: t(`orders.${order.replace(':', '_') as 'resources_name_asc'}`) }))}
          value={search.order ?? orders[0]}
          allowDeselect={false}
          onChange={(order) => go({ order: order === orders[0] ? undefined : (order as InventorySearch['order']) })}
          w={{ base: '100%', xs: 180 }}
        />
        <ColumnChooser columns={columns} onChange={(chosen) => go({ columns: chosen })} />
      </Toolbar>
      <AttributeFilters where={search.where ?? []} onChange={(where) => go({ where: where.length > 0 ? where : undefined })} />
      <DataTable
        label={t('list.title')}
        rows={rows}
        rowKey={({ id, name }) => id ?? name}
        columns={useColumns(columns)}
        empty={
          filtered ? (
            <Empty title={t('list.nothingFound')}>{t('list.nothingFoundHint')}</Empty>
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

const withChosen = (values: readonly string[], chosen: string | undefined): string[] =>
  chosen === undefined || values.includes(chosen) ? [...values] : [...values, chosen]

const isColumn = (name: string): name is ColumnName => columnNames.includes(name as ColumnName)

function useColumns(names: readonly string[]): Column<Resource>[] {
  const { t, i18n } = useTranslation('inventory')
  const number = new Intl.NumberFormat(i18n.language)
  const cells: Record<ColumnName, (resource: Resource) => ReactNode> = {
    type: ({ type, short_description: what }) => (
      <Text size="sm" truncate title={what}>
        {type}
      </Text>
    ),
    provider: ({ provider }) => (
      <Badge variant="light">{provider === 'custom_resources' ? t('modes.custom_resources') : shortProvider(provider)}</Badge>
    ),
    project: ({ project_canonical: project }) => project ?? '—',
    environment: ({ environment_canonical: environment }) => environment ?? '—',
    mode: ({ mode }) => t(`modes.${mode as 'managed'}`, { defaultValue: mode ?? '' }),
    module: ({ module }) => module || '—',
    label: ({ label }) => (label ? <Badge variant="outline">{label}</Badge> : '—'),
    category: ({ category }) => category ?? '—',
    cpu: ({ cpu }) => number.format(cpu ?? 0),
    memory: ({ memory }) => number.format(memory ?? 0),
    storage: ({ storage }) => number.format(storage ?? 0),
  }
  return [
    {
      key: 'name',
      title: t('columns.name'),
      width: 'minmax(180px, 2fr)',
      cell: ({ id, name }) => (
        <Group gap="xs" wrap="nowrap">
          <Anchor
            component={Link}
            from="/organizations/$organization/inventory"
            to="."
            search={((old: InventorySearch) => ({ ...old, resource: id })) as never}
            size="sm"
          >
            {name}
          </Anchor>
        </Group>
      ),
    },
    ...names.map(
      (name): Column<Resource> =>
        isColumn(name)
          ? {
              key: name,
              title: t(`columns.${name}`),
              cell: cells[name],
              ...(name === 'cpu' || name === 'memory' || name === 'storage' ? { align: 'end' as const } : {}),
            }
          : { key: name, title: name, cell: (resource) => shown(valueAt(resource, name)) },
    ),
  ]
}
