import { type Insertable, type Selectable, sql } from 'kysely'
import type { Entitlement } from '../../access/standing.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { Licences } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'

export type LicenceRow = Selectable<Licences>

/** The root of the organization with the canonical. @param tx in the platform scope */
export async function findRoot(tx: AccountTx, canonical: string): Promise<number | undefined> {
  const { rows } = await tx.execute(sql<{ root: number | null }>`select root_of(${canonical}) as root`)
  return rows[0]?.root ?? undefined
}

/** The licence that holds here, which is the root's, and how many people it holds for. */
export async function findLicence(tx: OrgTx): Promise<(LicenceRow & { current_members: number }) | undefined> {
  const { rows } = await tx.execute(
    sql<LicenceRow & { current_members: number }>`select l.*, people_below(l.organization_id) as current_members from licence_here() l`,
  )
  return rows[0]
}

/** Of a root organization. */
export const findOwnLicence = (tx: OrgTx): Promise<LicenceRow | undefined> =>
  tx.selectFrom('licences').selectAll('licences').executeTakeFirst()

export const insertLicence = (tx: OrgTx, row: Omit<Insertable<Licences>, 'organization_id'>) => tx.insertInto('licences', row).execute()

export const deleteLicence = (tx: OrgTx): Promise<{ company_name: string } | undefined> =>
  tx.deleteFrom('licences').returning('company_name').executeTakeFirst()

/**
 * Until the end of the transaction nobody else takes a seat under the same root, nor changes how many there are.
 * @returns the root
 */
export async function lockSeats(tx: OrgTx): Promise<number> {
  const { rows } = await tx.execute(sql<{ root: number }>`
    select path[1] as root, pg_advisory_xact_lock(hashtextextended('trochoid seats ' || path[1], 0)) from organizations where id = ${tx.organizationId}`)
  const [row] = rows
  if (!row) throw new Error('the organization of the transaction is not there')
  return row.root
}

export interface Seats {
  entitlement: Entitlement | null
  /** Who are under the root now. */
  people: number
  /** Is the one in question among them? */
  present: boolean
}

/** @param who somebody, or whoever has the address */
export async function countSeats(tx: OrgTx, who: { userId: number } | { address: string }): Promise<Seats> {
  const present = 'userId' in who ? sql`is_below(path[1], ${who.userId})` : sql`is_address_below(path[1], ${who.address})`
  const { rows } = await tx.execute(sql<Seats>`
    select entitlement_of(id) as entitlement, people_below(path[1]) as people, ${present} as present from organizations where id = ${tx.organizationId}`)
  const [row] = rows
  if (!row) throw new Error('the organization of the transaction is not there')
  return row
}

/** How many people are under a root. */
export async function countPeople(tx: OrgTx): Promise<number> {
  const { rows } = await tx.execute(sql<{ people: number }>`select people_below(${tx.organizationId}) as people`)
  return rows[0]?.people ?? 0
}

/** The root, when what it pays through Stripe depends on how many people there are. */
export async function findStripeRoot(tx: OrgTx): Promise<number | undefined> {
  const { rows } = await tx.execute(sql<{ root: number }>`
    select (e ->> 'root')::bigint as root from entitlement_of(${tx.organizationId}) e where e -> 'subscription' ->> 'provider' = 'stripe'`)
  return rows[0]?.root
}

/** Roots whose licence ends before then, or who should have paid by now. @param tx in the platform scope */
export async function listEnding(tx: AccountTx, before: Date): Promise<{ organization_id: number; entitlement: Entitlement }[]> {
  const statement = sql<{
    organization_id: number
    entitlement: Entitlement
  }>`select organization_id, entitlement from ending_organizations(${before})`
  return (await tx.execute(statement)).rows
}

/** Was an event of this kind written today, by UTC? */
export async function findTodaysEvent(tx: OrgTx, operation: string): Promise<boolean> {
  const event = await tx
    .selectFrom('events')
    .select('id')
    .where('operation', '=', operation)
    .where('happened_at', '>=', sql<Date>`date_trunc('day', now())`)
    .limit(1)
    .executeTakeFirst()
  return event !== undefined
}
