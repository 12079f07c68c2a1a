/** What costs are narrowed to; offered is what occurs in the period. */
import { Badge, Button, Collapse, MultiSelect, Paper, Select, SimpleGrid } from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type CostSearch, type Dimension, type FilterName, filterNames } from './search.ts'
import type { FilterValues, NameOf } from './use-names.ts'

interface FiltersProps {
  search: CostSearch
  go: (change: Partial<CostSearch>) => void
  values: FilterValues | undefined
  nameOf: NameOf
}

const dimensionOf: Partial<Record<FilterName, Dimension>> = {
  providers: 'provider',
  linked_accounts: 'linked_account',
  master_accounts: 'linked_account',
  categories: 'category',
  projects: 'project',
  environments: 'environment',
  components: 'component',
  record_types: 'record_type',
}
/** FOCUS has these five; none of the API's lists names them. */
const recordTypes = ['usage', 'purchase', 'tax', 'credit', 'adjustment']
/** More would take long to open; typing finds the others. */
const mostOptions = 200

export function DashboardFilters({ search, go, values, nameOf }: FiltersProps) {
  const { t } = useTranslation('cloud-costs')
  const count = filterNames.filter((name) => search[name]).length + (search.tagging ? 1 : 0)
  const [open, setOpen] = useState(false)
  const none = Object.fromEntries(filterNames.map((name) => [name, undefined]))
  return (
    <div>
      <Button
        variant="default"
        size="sm"
        aria-expanded={open}
        leftSection={<IconFilter size={16} aria-hidden />}
        rightSection={count > 0 ? <Badge circle>{count}</Badge> : undefined}
        onClick={() => setOpen(!open)}
      >
        {t('filters.title')}
      </Button>
      {count > 0 && (
        <Button variant="subtle" size="sm" ms="xs" onClick={() => go({ ...none, tagging: undefined })}>
          {t('filters.clear')}
        </Button>
      )}
      <Collapse expanded={open}>
        <Paper withBorder p="md" mt="xs">
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {filterNames.map((name) => (
              <MultiSelect
                key={name}
                label={t(`filters.${name}`)}
                value={search[name] ?? []}
                data={optionsOf(name, values, search[name] ?? [], nameOf)}
                limit={mostOptions}
                searchable
                clearable
                clearButtonProps={{ 'aria-label': t('filters.clearOne', { name: t(`filters.${name}`) }) }}
                nothingFoundMessage={t('filters.nothing')}
                onChange={(chosen) => go({ [name]: chosen.length > 0 ? chosen : undefined })}
              />
            ))}
            <Select
              label={t('filters.tagging')}
              clearable
              clearButtonProps={{ 'aria-label': t('filters.clearOne', { name: t('filters.tagging') }) }}
              value={search.tagging ?? null}
              data={(['tagged_resources', 'untagged_resources'] as const).map((value) => ({ value, label: t(`taggings.${value}`) }))}
              onChange={(tagging) => go({ tagging: (tagging ?? undefined) as CostSearch['tagging'] })}
            />
          </SimpleGrid>
        </Paper>
      </Collapse>
    </div>
  )
}

export function optionsOf(
  name: FilterName,
  values: FilterValues | undefined,
  chosen: readonly string[],
  nameOf: NameOf,
): { value: string; label: string }[] {
  const occurring =
    name === 'tags'
      ? Object.entries(values?.tags ?? {}).flatMap(([key, some]) => some.map((value) => `${key};${value}`))
      : name === 'record_types'
        ? recordTypes
        : (values?.[name] ?? [])
  const dimension = dimensionOf[name]
  return [...new Set([...chosen, ...occurring])].map((value) => ({
    value,
    label: dimension ? nameOf(dimension, value) : value.replace(';', ' = '),
  }))
}
