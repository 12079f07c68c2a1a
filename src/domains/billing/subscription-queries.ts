import { type Selectable, sql, type Updateable } from 'kysely'
import type { Entitlement } from '../../access/standing.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { Subscriptions } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'

/** `version` is another one after every change of the row. */
export type SubscriptionRow = Selectable<Subscriptions> & { version: string }

/** Postgres counts the transactions that wrote a row, whatever they wrote. */
const version = sql<string>`subscriptions.xmin::text`.as('version')

/** Of a root organization; elsewhere there is none. */
export const findSubscription = (tx: OrgTx): Promise<SubscriptionRow | undefined> =>
  tx.selectFrom('subscriptions').selectAll('subscriptions').select(version).executeTakeFirst()

export const lockSubscription = (tx: OrgTx): Promise<SubscriptionRow | undefined> =>
  tx.selectFrom('subscriptions').selectAll('subscriptions').select(version).forUpdate().executeTakeFirst()

export type SubscriptionHere = Selectable<Subscriptions> & { current_members: number; entitlement: Entitlement | null }

/** The one that holds here, which is the root's, with how many people it holds for. */
export async function findSubscriptionHere(tx: OrgTx): Promise<SubscriptionHere | undefined> {
  const { rows } = await tx.execute(sql<SubscriptionHere>`
    select s.*, people_below(s.organization_id) as current_members, entitlement_of(${tx.organizationId}) as entitlement from subscription_here() s`)
  return rows[0]
}

/** Nothing happens when there is one. */
export const insertSubscription = (tx: OrgTx, customer_id: string) =>
  tx.execute(sql`
    insert into subscriptions (organization_id, provider, customer_id, status) values (${tx.organizationId}, 'stripe', ${customer_id}, 'none')
    on conflict on constraint subscriptions_organization_uq do nothing`)

export const updateSubscription = (tx: OrgTx, row: Updateable<Subscriptions>) => tx.updateTable('subscriptions').set(row).execute()

/** @returns what to let go of it with; undefined when somebody else has claimed it */
export async function claimSubscription(tx: OrgTx, seconds: number): Promise<string | undefined> {
  const row = await tx
    .updateTable('subscriptions')
    .set({ changing_until: sql`clock_timestamp() + make_interval(secs => ${seconds})` })
    .where(sql<boolean>`coalesce(changing_until, '-infinity') < clock_timestamp()`)
    .returning(sql<string>`changing_until::text`.as('claim'))
    .executeTakeFirst()
  return row?.claim
}

export const releaseSubscription = (tx: OrgTx, claim: string) =>
  tx.updateTable('subscriptions').set({ changing_until: null }).where(sql<boolean>`changing_until::text = ${claim}`).execute()

/** Where to write to a member, or to somebody who acts from above. */
export async function findAddress(tx: OrgTx, userId: number): Promise<string | undefined> {
  const { rows } = await tx.execute(sql<{ email: string }>`select email from people where id = ${userId}`)
  return rows[0]?.email
}

/** @param tx in the platform scope */
export async function findOrganizationOfCustomer(tx: AccountTx, customerId: string): Promise<number | undefined> {
  const { rows } = await tx.execute(sql<{ id: number | null }>`select organization_of_customer('stripe', ${customerId}) as id`)
  return rows[0]?.id ?? undefined
}

/** @param tx in the platform scope */
export async function listStripeOrganizations(tx: AccountTx): Promise<number[]> {
  const { rows } = await tx.execute(
    sql<{ organization_id: number }>`select organization_id from subscribed_organizations() where provider = 'stripe'`,
  )
  return rows.map(({ organization_id }) => organization_id)
}
