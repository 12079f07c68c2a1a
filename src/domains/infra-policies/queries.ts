import { type Insertable, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { InfraPolicies } from '../../db/database.ts'
import { applyFilters, type Filter } from '../../db/filter.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import { personIn } from '../people.ts'

export type NewInfraPolicyRow = Omit<Insertable<InfraPolicies>, 'organization_id' | 'id'>
export type InfraPolicyRow = NonNullable<Awaited<ReturnType<typeof findInfraPolicy>>>

export interface InfraPolicyQuery extends PageQuery {
  infra_policy_canonical?: string
  infra_policy_created_at?: number
  infra_policy_enabled?: boolean
  infra_policy_name?: string
  infra_policy_severity?: string
}

const columns = {
  infra_policy_canonical: 'infra_policies.canonical',
  infra_policy_name: 'infra_policies.name',
  infra_policy_severity: 'infra_policies.severity',
  infra_policy_enabled: 'infra_policies.enabled',
  infra_policy_created_at: 'infra_policies.created_at',
}

const selectInfraPolicies = (tx: OrgTx) =>
  tx.selectFrom('infra_policies').selectAll('infra_policies').select(personIn('infra_policies.owner_id').as('owner'))

export async function listInfraPolicies(tx: OrgTx, query: InfraPolicyQuery, filters: readonly Filter[], visible: Visibility) {
  let found = selectInfraPolicies(tx)
  if (query.infra_policy_canonical !== undefined) found = found.where('infra_policies.canonical', '=', query.infra_policy_canonical)
  if (query.infra_policy_name !== undefined) found = found.where('infra_policies.name', '=', query.infra_policy_name)
  if (query.infra_policy_severity !== undefined) found = found.where('infra_policies.severity', '=', query.infra_policy_severity)
  if (query.infra_policy_enabled !== undefined) found = found.where('infra_policies.enabled', '=', query.infra_policy_enabled)
  if (query.infra_policy_created_at !== undefined)
    found = found.where(sql<boolean>`floor(extract(epoch from infra_policies.created_at)) = ${query.infra_policy_created_at}::numeric`)
  const { infra_policy_created_at: _, ...texts } = columns
  found = applyFilters(found, filters, texts)
  found = whereVisible(found, visible, sql`':infra_policy:' || ${sql.ref('infra_policies.canonical')}`, 'infra_policies.owner_id')
  return page(found, query, { columns, tieBreaker: 'infra_policies.id' })
}

export const findInfraPolicy = (tx: OrgTx, canonical: string) =>
  selectInfraPolicies(tx).where('infra_policies.canonical', '=', canonical).executeTakeFirst()

/** In the order in which they are told. */
export const listEnabled = (tx: OrgTx) => selectInfraPolicies(tx).where('infra_policies.enabled', '=', true).orderBy('canonical').execute()

export const lockInfraPolicy = (tx: OrgTx, canonical: string) =>
  tx.selectFrom('infra_policies').select(['id', 'owner_id']).where('canonical', '=', canonical).forUpdate().executeTakeFirst()

/** Policies are added one at a time in each organization, so that their number holds. */
export async function countInTurn(tx: OrgTx): Promise<number> {
  await tx.selectFrom('organizations').select('id').forNoKeyUpdate().executeTakeFirst()
  const { count } = await tx.selectFrom('infra_policies').select(sql<number>`count(*)::int`.as('count')).executeTakeFirstOrThrow()
  return count
}

export const insertInfraPolicy = (tx: OrgTx, row: NewInfraPolicyRow) => tx.insertInto('infra_policies', row).execute()

export const updateInfraPolicy = (tx: OrgTx, id: number, row: Updateable<InfraPolicies>) =>
  tx.updateTable('infra_policies').set(row).where('id', '=', id).execute()

export const deleteInfraPolicy = (tx: OrgTx, canonical: string) =>
  tx.deleteFrom('infra_policies').where('canonical', '=', canonical).executeTakeFirst()
