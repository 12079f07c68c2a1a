/** Who bought the product on the AWS Marketplace, and which organization uses it. */
import { createHash } from 'node:crypto'
import type { AccountTx } from '../../db/account-tx.ts'
import { conflict, invalid } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Customer, Marketplace } from '../../outside/marketplace.ts'
import type { Platform } from '../../platform.ts'
import * as queries from './queries.ts'

const planOfMarketplace = { plan_canonical: 'aws-marketplace', plan_name: 'AWS Marketplace' } as const

/** Between the buyer's arrival and the end of the sign-up form. Whoever comes later asks AWS for a new token by one click. */
const tokenHours = 24
const longestToken = 4000

/** @throws Invalid where nothing is sold on the AWS Marketplace */
export function marketplaceOf({ marketplace }: Pick<Platform, 'marketplace'>): Marketplace {
  if (marketplace) return marketplace
  throw invalid('This installation is not sold on the AWS Marketplace, so that purchases there mean nothing to it: sign up without one')
}

/** @throws Invalid for what AWS cannot have sent */
export function readToken(field: string, token: string | undefined): string {
  if (token === undefined || token === '')
    throw invalid('There is no AWS Marketplace token: begin at the AWS Marketplace, with “Set up your account”', [`${field}: is missing`])
  if (token.length > longestToken || !/^[\x21-\x7e]+$/.test(token))
    throw invalid('The AWS Marketplace token is not one that AWS gives', [`${field}: is not a registration token`])
  return token
}

/** @throws Invalid when AWS refuses the token, or it belongs to another product; RetryOperation when AWS does not answer */
export async function resolveCustomer(marketplace: Marketplace, field: string, token: string): Promise<Customer> {
  const found = await marketplace.resolveCustomer(token)
  const again = 'open “Set up your account” at the AWS Marketplace again'
  if (found === 'expired') throw invalid(`The AWS Marketplace token has expired: ${again}`, [`${field}: has expired`])
  if (found === 'invalid') throw invalid(`AWS does not know the Marketplace token: ${again}`, [`${field}: is unknown to AWS`])
  if (found.productCode !== marketplace.productCode)
    throw invalid('The AWS Marketplace token belongs to another product', [`${field}: is for another product`])
  return found
}

/** Remembers who came with the token, so that it need not be good any longer when the sign-up form is sent. */
export async function keepCustomer(
  tx: AccountTx,
  { identifier, accountId, productCode }: Customer,
  token: string,
): Promise<queries.CustomerRow> {
  const known = await queries.lockSameCustomer(tx, identifier, accountId)
  const now = new Date()
  const row = { product_code: productCode, token_hash: hashOf(token), updated_at: now }
  const kept = known
    ? await queries.updateCustomer(tx, known.id, { ...row, aws_account_id: accountId ?? known.aws_account_id })
    : await queries.insertCustomer(tx, { ...row, customer_identifier: identifier, aws_account_id: accountId, user_id: null, used_by: null })
  // Buyers come here again after they changed what they bought.
  if (kept.used_by !== null) await enqueue(tx, 'marketplace.sync', { organizationId: kept.used_by })
  return kept
}

export const findCustomer = (tx: AccountTx, token: string) =>
  queries.findCustomerByToken(tx, hashOf(token), new Date(Date.now() - tokenHours * 3600_000))

/** @throws AlreadyExists when somebody signed up with the purchase already */
export function assertUnclaimed({ user_id }: Pick<queries.CustomerRow, 'user_id'>): void {
  if (user_id !== null) throw conflict('This purchase has an account already: sign in with it')
}

/** The account must be new, and of the same transaction. */
export async function claim(tx: AccountTx, customerId: number, makeAccount: () => Promise<{ id: number }>): Promise<void> {
  const customer = await queries.lockCustomer(tx, customerId)
  if (!customer) throw conflict('The purchase was taken back meanwhile: open “Set up your account” at the AWS Marketplace again')
  assertUnclaimed(customer)
  const { id } = await makeAccount()
  await queries.updateCustomer(tx, customerId, { user_id: id })
}

/** The first organization that a buyer founds is what they bought it for. What they are entitled to is asked by a job. */
export async function usePurchase(tx: AccountTx, founderId: number, organizationId: number): Promise<void> {
  const purchase = await queries.lockUnusedPurchase(tx, founderId)
  if (!purchase) return
  await tx.inOrganization(organizationId, founderId, (inside) =>
    queries.insertSubscription(inside, purchase.customer_identifier, planOfMarketplace),
  )
  await queries.updateCustomer(tx, purchase.id, { used_by: organizationId })
  await enqueue(tx, 'marketplace.sync', { organizationId })
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url')
