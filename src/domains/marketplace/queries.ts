import { type Insertable, sql, type Updateable } from 'kysely'
import type { AccountTx } from '../../db/account-tx.ts'
import type { MarketplaceCustomers, Subscriptions } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'

export type CustomerRow = NonNullable<Awaited<ReturnType<typeof lockCustomer>>>

export const findCustomerByToken = ({ db }: AccountTx, tokenHash: string, since: Date) =>
  db
    .selectFrom('marketplace_customers')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('updated_at', '>', since)
    .orderBy('id', 'desc')
    .executeTakeFirst()

/** By either of the names that AWS has for them: it is moving from the first to the second. */
export const lockSameCustomer = ({ db }: AccountTx, identifier: string, accountId: string | null) =>
  db
    .selectFrom('marketplace_customers')
    .selectAll()
    .where(({ eb, or }) =>
      or([eb('customer_identifier', '=', identifier), ...(accountId === null ? [] : [eb('aws_account_id', '=', accountId)])]),
    )
    .orderBy('id')
    .forUpdate()
    .executeTakeFirst()

export const lockCustomer = ({ db }: AccountTx, id: number) =>
  db.selectFrom('marketplace_customers').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()

/** Two windows of one buyer may arrive at the same moment. */
export const insertCustomer = ({ db }: AccountTx, row: Omit<Insertable<MarketplaceCustomers>, 'id'>) =>
  db
    .insertInto('marketplace_customers')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('customer_identifier').doUpdateSet({ token_hash: row.token_hash, updated_at: row.updated_at ?? new Date() }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()

export const updateCustomer = ({ db }: AccountTx, id: number, row: Updateable<MarketplaceCustomers>) =>
  db.updateTable('marketplace_customers').set(row).where('id', '=', id).returningAll().executeTakeFirstOrThrow()

/** A purchase of the person that no organization uses yet; in their own scope. */
export const lockUnusedPurchase = ({ db }: AccountTx, userId: number) =>
  db
    .selectFrom('marketplace_customers')
    .select(['id', 'customer_identifier'])
    .where('user_id', '=', userId)
    .where('used_by', 'is', null)
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .executeTakeFirst()

export const findCustomerByIdentifier = ({ db }: AccountTx, identifier: string) =>
  db
    .selectFrom('marketplace_customers')
    .select(['customer_identifier', 'aws_account_id'])
    .where('customer_identifier', '=', identifier)
    .executeTakeFirst()

/** What AWS says of the purchase is asked later. */
export const insertSubscription = (tx: OrgTx, customerId: string, plan: { plan_canonical: string; plan_name: string }) =>
  tx
    .insertInto('subscriptions', {
      provider: 'aws_marketplace',
      customer_id: customerId,
      subscription_id: null,
      ...plan,
      status: 'none',
      members_limit: null,
      expires_at: null,
      due_since: null,
      invoice_url: null,
    })
    .execute()

const ofMarketplace = 'aws_marketplace'

export const findSubscription = (tx: OrgTx) =>
  tx.selectFrom('subscriptions').selectAll().where('provider', '=', ofMarketplace).executeTakeFirst()

export const lockSubscription = (tx: OrgTx) =>
  tx.selectFrom('subscriptions').selectAll().where('provider', '=', ofMarketplace).forUpdate().executeTakeFirst()

export const updateSubscription = (tx: OrgTx, row: Updateable<Subscriptions>) =>
  tx.updateTable('subscriptions').set(row).where('provider', '=', ofMarketplace).execute()

export const listOrganizations = async (tx: AccountTx): Promise<number[]> =>
  (
    await tx.execute(
      sql<{ organization_id: number }>`select organization_id from subscribed_organizations() where provider = ${ofMarketplace}`,
    )
  ).rows.map(({ organization_id }) => organization_id)
