/** What costs can be filtered by, from what occurs. */
import type { Schema } from '../../contract/operation.ts'
import type { CostFilters, CostRange, CostStore, CostValues } from '../../costs/types.ts'
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

/** Only what the dashboard takes. */
export async function dashboardFilterValues(
  store: CostStore,
  tx: OrgTx,
  question: Question,
  lists: Partial<Record<keyof FilterValues, keyof CostValues>> = ofDashboard,
): Promise<FilterValues> {
  const rows = await store.values(tx, question)
  return valuesOf(rows, rows.length === 0 ? [] : await listAccountNames(tx), lists)
}

const ofDashboard = {
  linked_accounts: 'linked_account',
  master_accounts: 'master_account',
  projects: 'project',
  providers: 'provider',
} as const satisfies Partial<Record<keyof FilterValues, keyof CostValues>>

const everything = {
  ...ofDashboard,
  categories: 'category',
  components: 'component',
  currencies: 'currency',
  environments: 'environment',
  instance_types: 'instance_type',
  regions: 'region',
  services: 'service',
} as const satisfies Partial<Record<keyof FilterValues, keyof CostValues>>

function valuesOf(
  rows: readonly CostValues[],
  names: readonly { account_id: string; name: string }[],
  lists: Partial<Record<keyof FilterValues, keyof CostValues>>,
): FilterValues {
  const nameOf = new Map(names.map(({ account_id, name }) => [account_id, name]))
  return {
    ...Object.fromEntries(Object.entries(lists).map(([list, column]) => [list, distinct(rows, column)])),
    linked_accounts_with_cp: byProvider(rows, 'linked_account', nameOf),
    master_accounts_with_cp: byProvider(rows, 'master_account', nameOf),
  }
}

/** Without the empty one: nobody can ask for what is not there. */
function distinct(rows: readonly CostValues[], column: keyof CostValues): string[] {
  const values = new Set<string>()
  for (const row of rows) values.add(row[column])
  values.delete('')
  return [...values].sort().slice(0, mostValues)
}

type Accounts = Record<string, { account_id: string; name: string }[]>

function byProvider(
  rows: readonly CostValues[],
  column: 'linked_account' | 'master_account',
  nameOf: ReadonlyMap<string, string>,
): Accounts {
  const providers = new Map<string, Set<string>>()
  for (const row of rows) {
    if (row[column] === '') continue
    const accounts = providers.get(row.provider) ?? new Set()
    accounts.add(row[column])
    providers.set(row.provider, accounts)
  }
  return Object.fromEntries(
    [...providers]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([provider, accounts]) => [
        provider,
        [...accounts]
          .sort()
          .slice(0, mostValues)
          .map((account_id) => ({ account_id, name: nameOf.get(account_id) ?? '' })),
      ]),
  )
}
