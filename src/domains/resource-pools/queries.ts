import { type Insertable, type RawBuilder, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { ResourcePools } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'

/** CPU units, and MB of the other two. */
export interface Amounts {
  cpu: number
  memory: number
  storage: number
}

export interface Figures {
  /** Of all resources with the label. */
  capacity: Amounts
  /** Given out by quotas. */
  allocated: Amounts
  /** Taken by components. */
  used: Amounts
}

export type PoolRow = NonNullable<Awaited<ReturnType<typeof findPool>>>
export type PoolJson = Pick<PoolRow, 'id' | 'canonical' | 'name' | 'label' | keyof Figures>

/** JSON carries no larger whole number without rounding it. */
const most = sql.lit(Number.MAX_SAFE_INTEGER)

/** The sums of the three columns of a table or alias. */
export const sumsOf = (table: string): RawBuilder<Amounts> => {
  const sum = (column: string) => sql`least(coalesce(sum(${sql.ref(`${table}.${column}`)}), 0), ${most})::bigint`
  return sql`jsonb_build_object('cpu', ${sum('cpu')}, 'memory', ${sum('memory')}, 'storage', ${sum('storage')})`
}

const capacityOf = (pool: string): RawBuilder<Amounts> => sql`(select ${sumsOf('i')} from inventory_resources i
  where i.organization_id = current_organization_id() and i.label = ${sql.ref(`${pool}.label`)} and i.label <> '')`

const allocatedOf = (pool: string): RawBuilder<Amounts> => sql`(select ${sumsOf('a')} from quotas a
  where a.organization_id = current_organization_id() and a.resource_pool_id = ${sql.ref(`${pool}.id`)})`

const usedOf = (pool: string): RawBuilder<Amounts> => sql`(select ${sumsOf('u')} from quota_consumptions u
  join quotas a on a.organization_id = u.organization_id and a.id = u.quota_id
  where a.organization_id = current_organization_id() and a.resource_pool_id = ${sql.ref(`${pool}.id`)})`

/** The pool in that column of a tenant table as one JSON value. */
export const poolIn = (column: string): RawBuilder<PoolJson> => sql<PoolJson>`(
  select jsonb_build_object('id', pool.id, 'canonical', pool.canonical, 'name', pool.name, 'label', pool.label,
    'capacity', ${capacityOf('pool')}, 'allocated', ${allocatedOf('pool')}, 'used', ${usedOf('pool')})
  from resource_pools pool where pool.organization_id = current_organization_id() and pool.id = ${sql.ref(column)})`

const selectPools = (tx: OrgTx) =>
  tx
    .selectFrom('resource_pools')
    .selectAll('resource_pools')
    .select([
      capacityOf('resource_pools').as('capacity'),
      allocatedOf('resource_pools').as('allocated'),
      usedOf('resource_pools').as('used'),
    ])

export const listPools = (tx: OrgTx, query: PageQuery, visible: Visibility) =>
  page(whereVisible(selectPools(tx), visible, sql`':resource_pool:' || ${sql.ref('resource_pools.canonical')}`), query, {
    columns: { resource_pool_canonical: 'resource_pools.canonical', resource_pool_name: 'resource_pools.name' },
    tieBreaker: 'resource_pools.id',
  })

export const findPool = (tx: OrgTx, canonical: string) =>
  selectPools(tx).where('resource_pools.canonical', '=', canonical).executeTakeFirst()

/** Until the end nobody else cuts quotas from it: a second look, since the first may have waited for who did. */
export async function lockPool(tx: OrgTx, canonical: string) {
  const locked = await tx.selectFrom('resource_pools').select('id').where('canonical', '=', canonical).forUpdate().executeTakeFirst()
  return locked && findPool(tx, canonical)
}

export const insertPool = (tx: OrgTx, row: Omit<Insertable<ResourcePools>, 'organization_id' | 'id'>) =>
  tx.insertInto('resource_pools', row).execute()

export const updatePool = (tx: OrgTx, id: number, row: Updateable<ResourcePools>) =>
  tx.updateTable('resource_pools').set(row).where('id', '=', id).execute()

export const deletePool = (tx: OrgTx, id: number) => tx.deleteFrom('resource_pools').where('id', '=', id).execute()

/** Whose quotas are cut from it. */
export const listTeamsOfPool = (tx: OrgTx, id: number) =>
  tx
    .selectFrom('quotas')
    .innerJoin('teams', (join) =>
      join.onRef('teams.organization_id', '=', 'quotas.organization_id').onRef('teams.id', '=', 'quotas.team_id'),
    )
    .select('teams.canonical')
    .where('quotas.resource_pool_id', '=', id)
    .orderBy('teams.canonical')
    .limit(10)
    .execute()
