import { sql } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import { applyFilters, type Filter } from '../../db/filter.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import { beyondRow } from '../organizations/queries.ts'
import type { OrganizationRow } from '../organizations/view.ts'

const selectChildren = (tx: OrgTx) =>
  tx.selectFrom('child_organizations').selectAll('child_organizations').select(beyondRow('child_organizations'))

export interface ChildFilters extends PageQuery {
  organization_name?: string
  /** RFC 3339; times are compared by the second. */
  organization_created_at?: string
}

export async function listChildren(tx: OrgTx, query: ChildFilters, filters: readonly Filter[], visible: Visibility) {
  let found = selectChildren(tx)
  if (query.organization_name !== undefined) found = found.where('child_organizations.name', '=', query.organization_name)
  if (query.organization_created_at !== undefined)
    found = found.where(
      sql`date_trunc('second', child_organizations.created_at)`,
      '=',
      sql`date_trunc('second', ${query.organization_created_at}::timestamptz)`,
    )
  found = applyFilters(found, filters, { organization_canonical: 'child_organizations.canonical' })
  return page(whereVisible(found, visible, sql`':child:' || child_organizations.canonical`), query, {
    columns: {
      organization_canonical: 'child_organizations.canonical',
      organization_name: 'child_organizations.name',
      organization_created_at: 'child_organizations.created_at',
    },
    tieBreaker: 'child_organizations.id',
  })
}

export const findChild = (tx: OrgTx, id: number): Promise<OrganizationRow | undefined> =>
  selectChildren(tx).where('child_organizations.id', '=', id).executeTakeFirst()

export const listChildIds = async (tx: OrgTx): Promise<number[]> =>
  (await tx.selectFrom('child_organizations').select('child_organizations.id').orderBy('child_organizations.id').execute()).map(
    ({ id }) => id,
  )

/** The person, if they are a member of the organization. */
export async function findMemberName(tx: OrgTx, accountId: number): Promise<string | undefined> {
  const person = await tx
    .selectFrom('members')
    .innerJoin('people', 'people.id', 'members.user_id')
    .select('people.username')
    .where('members.user_id', '=', accountId)
    .where('members.invitation_state', '=', 'accepted')
    .executeTakeFirst()
  return person?.username
}
