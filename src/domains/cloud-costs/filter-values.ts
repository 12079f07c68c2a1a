/** What costs can be filtered by, from what occurs. */
import type { Schema } from '../../contract/operation.ts'
import type { CostFilters, CostRange, CostStore, ValueList } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { listAccountNames } from './queries.ts'

export type FilterValues = Schema<'CloudCostManagementFilterValues'>
export type Question = CostRange & { filters: CostFilters }

const mostTags = 1000
const mostResources = 1000
const mostValues = 5000

/** Everything that a bar of filters offers. */
export async function allFilterValues(store: CostStore, tx: OrgTx, question: Question): Promise<FilterValues> {
  const values = await dashboardFilterValues(store, tx, question, everything)
  const tags = new Map<string, string[]>()
  for (const { key, value } of await store.tags(tx, question, mostTags)) tags.set(key, [...(tags.get(key) ?? []), value])
  return {
    ...values,
    tags: Object.fromEntries([...tags].map(([key, some]) => [key, some.sort()])),
    resources: await store.resources(tx, question, mostResources),
  }
}

type Lists = Partial<Record<keyof FilterValues, ValueList>>

/** Only what the dashboard takes. */
export async function dashboardFilterValues(
  store: CostStore,
  tx: OrgTx,
  question: Question,
  lists: Lists = ofDashboard,
): Promise<FilterValues> {
  const asked = [...Object.values(lists), ...Object.values(byProvider)]
  const found = await store.values(tx, question, asked, mostValues)
  const pairs = found.slice(-Object.keys(byProvider).length)
  const names = await listAccountNames(tx, [...new Set(pairs.flat().map(([, account = '']) => account))])
  const nameOf = new Map(names.map(({ account_id, name }) => [account_id, name]))
  return {
    ...Object.fromEntries(Object.keys(lists).map((list, index) => [list, found[index]?.flat().sort() ?? []])),
    ...Object.fromEntries(Object.keys(byProvider).map((list, index) => [list, accountsOf(pairs[index] ?? [], nameOf)])),
  }
}

const ofDashboard = {
  linked_accounts: ['linked_account'],
  master_accounts: ['master_account'],
  projects: ['project'],
  providers: ['provider'],
} as const satisfies Lists

const everything = {
  ...ofDashboard,
  categories: ['category'],
  components: ['component'],
  currencies: ['currency'],
  environments: ['environment'],
  instance_types: ['instance_type'],
  regions: ['region'],
  services: ['service'],
} as const satisfies Lists

const byProvider = {
  linked_accounts_with_cp: ['provider', 'linked_account'],
  master_accounts_with_cp: ['provider', 'master_account'],
} as const satisfies Lists

type Accounts = Record<string, { account_id: string; name: string }[]>

/** @param pairs of provider and account, in order */
function accountsOf(pairs: readonly string[][], nameOf: ReadonlyMap<string, string>): Accounts {
  const providers = new Map<string, Accounts[string]>()
  for (const [provider = '', account_id = ''] of pairs) {
    const accounts = providers.get(provider) ?? []
    providers.set(provider, accounts)
    accounts.push({ account_id, name: nameOf.get(account_id) ?? '' })
  }
  return Object.fromEntries(providers)
}
