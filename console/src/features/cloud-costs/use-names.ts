/** What values of costs are called on the page: providers and accounts have names, and some costs belong to nobody. */
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import type { Range } from './period.ts'
import type { Dimension } from './search.ts'

export type FilterValues = Schema<'CloudCostManagementFilterValues'>
type AccountsByProvider = Record<string, { account_id: string; name: string }[]>

export const useFilterValues = (organization: string, range: Range) =>
  useAsk('getCloudCostManagementFilterVaules', { path: { organization_canonical: organization }, query: { ...range } }, { keep: true })

export type NameOf = (dimension: Dimension, value: string) => string

export function useNames(organization: string, values: FilterValues | undefined): NameOf {
  const { t } = useTranslation('cloud-costs')
  const { data: providers } = useAsk('getCloudProviders', { path: { organization_canonical: organization } })
  const names = useMemo(() => {
    const known = new Map<string, string>()
    for (const { canonical, name } of providers?.data ?? []) known.set(`provider:${canonical}`, name)
    const accounts = values?.linked_accounts_with_cp as AccountsByProvider | undefined
    for (const { account_id, name } of Object.values(accounts ?? {}).flat()) if (name) known.set(`linked_account:${account_id}`, name)
    const payers = values?.master_accounts_with_cp as AccountsByProvider | undefined
    for (const { account_id, name } of Object.values(payers ?? {}).flat()) if (name) known.set(`master_account:${account_id}`, name)
    return known
  }, [providers, values])
  return useCallback(
    (dimension, value) => {
      if (value === '') return t('none', { dimension: t(`dimensions.${dimension}`) })
      if (dimension === 'category') return t(`categories.${value as 'compute'}`, { defaultValue: value })
      if (dimension === 'record_type') return t(`recordTypes.${value as 'usage'}`, { defaultValue: value })
      const name = names.get(`${dimension}:${value}`)
      return name === undefined ? value : name === value || dimension === 'provider' ? name : `${name} (${value})`
    },
    [names, t],
  )
}
