/** What the platform asks of Stripe, in its own words. */

/** A product of the catalogue that organizations may subscribe to. */
export interface StripePlan {
  canonical: string
  name: string
  description: string | undefined
  priceId: string
  /** Of one member and interval, in the smallest unit of the currency; null: it costs nothing. */
  price: number | null
  currency: string
  interval: string
  trialDays: number
  /** Most members; null: no limit. */
  membersCount: number | null
}

export type StripeStatus = 'incomplete' | 'trialing' | 'active' | 'past_due' | 'unpaid' | 'paused' | 'canceled'

/** The subscription that counts, of all that a customer ever had. */
export interface StripeSubscription {
  id: string
  itemId: string
  status: StripeStatus
  /** Null for a product that lost its mark in the catalogue. */
  planCanonical: string | null
  planName: string
  membersLimit: number | null
  /** Undefined where the price does not count members. */
  quantity: number | undefined
  /** End of what is paid. */
  expiresAt: Date | null
  /** Of the oldest invoice that is open, while payment is past due. */
  dueSince: Date | null
  /** When it will end, or has been told to. */
  cancelsAt: 'period_end' | 'date' | null
  /** Where what is open can be paid. */
  invoiceUrl: string | null
}

export interface StripeAccount {
  /** The customer was deleted at Stripe, and with it everything that ran. */
  deleted: boolean
  /** Undefined: none was ever made, or none of them is ours. */
  subscription: StripeSubscription | undefined
  /** Others that were made by us and still run: at most one should. */
  extra: readonly string[]
  /** The newest subscription of any kind; names how far the customer has come. */
  newest: string | undefined
  hadTrial: boolean
}

export interface NewStripeSubscription {
  customerId: string
  organizationId: number
  plan: StripePlan
  quantity: number
  trial: boolean
  /** Whether a card or the like is known that may be charged at once. */
  payable: boolean
}

export interface StripeEvent {
  id: string
  type: string
  /** Whom it is about; undefined when it is about nobody. */
  customerId: string | undefined
}

/**
 * Every function throws ApiError: RetryOperation when Stripe does not answer or cannot now, Invalid when it refuses what was
 * asked. What is created is created once for a `key`, however often it is asked for, also by a process that died meanwhile.
 */
export interface Stripe {
  /** Of the catalogue, not older than a minute. */
  listPlans(): Promise<readonly StripePlan[]>
  /** Undefined when Stripe does not have the customer, or not any more. */
  findCustomer(id: string): Promise<{ payable: boolean } | undefined>
  createCustomer(organizationId: number, key: string): Promise<string>
  describeCustomer(id: string, about: { canonical: string; name: string; email: string | undefined }): Promise<void>
  /** Undefined when Stripe never had the customer: the key may be another account's, or not the live one. */
  readAccount(customerId: string): Promise<StripeAccount | undefined>
  createSubscription(subscription: NewStripeSubscription, key: string): Promise<void>
  /** Also takes back that it was to end. */
  changePlan(subscription: StripeSubscription, plan: StripePlan, quantity: number): Promise<void>
  setQuantity(subscription: StripeSubscription, quantity: number): Promise<void>
  /** Takes back that it was to end. */
  keep(subscription: StripeSubscription): Promise<void>
  /** At once. Nothing happens to what has ended, or never was. */
  cancel(subscriptionId: string): Promise<void>
  /** Everything of the customer that is about the platform and still runs. @returns how many there were */
  cancelAll(customerId: string): Promise<number>
  openPortal(customerId: string, returnUrl: string): Promise<string>
  /** @throws Invalid, with the reason as its cause, when Stripe has not signed these bytes within five minutes */
  verifyEvent(raw: Buffer | undefined, signature: string | undefined): Promise<StripeEvent>
}
