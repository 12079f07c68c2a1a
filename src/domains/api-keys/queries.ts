import { type RawBuilder, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { ApiKeys } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import { personIn } from '../people.ts'
import type { RoleRow } from '../roles/view.ts'

export type ApiKeyRow = NonNullable<Awaited<ReturnType<typeof findApiKey>>>

const rules: RawBuilder<RoleRow['rules']> = sql`(
  select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'action', r.action, 'resources', to_jsonb(r.resources)) order by r.id), '[]')
  from rules r where r.organization_id = api_keys.organization_id and r.api_key_id = api_keys.id)`

/** Everything but the hash, which only the door that identifies keys reads. */
const selectApiKeys = (tx: OrgTx) =>
  tx
    .selectFrom('api_keys')
    .select(['api_keys.id', 'api_keys.canonical', 'api_keys.name', 'api_keys.description', 'api_keys.owner_id', 'api_keys.last_seven'])
    .select(['api_keys.last_used_at', personIn('api_keys.owner_id').as('owner'), rules.as('rules')])

export interface ApiKeyFilters extends PageQuery {
  member_id?: number
}

export function listApiKeys(tx: OrgTx, query: ApiKeyFilters, visible: Visibility) {
  let found = selectApiKeys(tx)
  if (query.member_id !== undefined) found = found.where(isOwnedByMember(query.member_id))
  return page(whereVisible(found, visible, sql`':api_key:' || api_keys.canonical`, 'api_keys.owner_id'), query, {
    columns: { api_key_canonical: 'api_keys.canonical', api_key_name: 'api_keys.name', api_key_created_at: 'api_keys.created_at' },
    tieBreaker: 'api_keys.id',
  })
}

const isOwnedByMember = (memberId: number): RawBuilder<boolean> =>
  sql`exists (select from members m where m.organization_id = api_keys.organization_id and m.id = ${memberId} and m.user_id = api_keys.owner_id)`

export const findApiKey = (tx: OrgTx, canonical: string) => selectApiKeys(tx).where('api_keys.canonical', '=', canonical).executeTakeFirst()

export const lockApiKey = (tx: OrgTx, canonical: string) =>
  tx.selectFrom('api_keys').select(['id', 'owner_id']).where('canonical', '=', canonical).forUpdate().executeTakeFirst()

export interface NewApiKeyRow {
  canonical: string
  name: string
  description: string
  owner_id: number | null
  token_hash: string
  last_seven: string
}

export const insertApiKey = (tx: OrgTx, row: NewApiKeyRow) =>
  tx
    .insertInto('api_keys', { ...row, last_used_at: null })
    .returning('id')
    .executeTakeFirstOrThrow()

export const updateApiKey = (tx: OrgTx, id: number, row: Updateable<ApiKeys>) =>
  tx.updateTable('api_keys').set(row).where('id', '=', id).execute()

export const deleteApiKey = (tx: OrgTx, id: number) => tx.deleteFrom('api_keys').where('id', '=', id).execute()
