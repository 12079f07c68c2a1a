/**
 * Stripe's objects as they come over the wire: whole, in the version of the API that the package speaks. The package's own types
 * see to that nothing is missing; only decimals, which it reads from text, are text here.
 */
import type Stripe from 'stripe'

export type Price = Omit<Stripe.Price, 'unit_amount_decimal' | 'product'> & { unit_amount_decimal: string; product: string }
type Plan = Omit<Stripe.Plan, 'amount_decimal'> & { amount_decimal: string }
export type Item = Omit<Stripe.SubscriptionItem, 'price' | 'plan'> & { price: Price; plan: Plan; quantity: number }
export interface List<T> {
  object: 'list'
  data: T[]
  has_more: boolean
  url: string
}
export type Subscription = Omit<Stripe.Subscription, 'items' | 'latest_invoice' | 'customer' | 'default_payment_method'> & {
  items: List<Item>
  latest_invoice: string | null
  customer: string
  default_payment_method: string | null
}
export type Invoice = Omit<Stripe.Invoice, 'customer' | 'lines'> & { customer: string; lines: List<object> }
export type Product = Omit<Stripe.Product, 'default_price'> & { default_price: string | null }
export type Customer = Stripe.Customer
export type Event = Omit<Stripe.Event, 'data' | 'type'> & {
  type: string
  data: { object: object; previous_attributes?: object }
}

export const listOf = <T>(data: T[], url: string, has_more = false): List<T> => ({ object: 'list', data, has_more, url })

export const product = (
  at: { id: string; now: number },
  about: { name: string; description: string | null; metadata: Record<string, string> },
): Product => ({
  id: at.id,
  object: 'product',
  active: true,
  created: at.now,
  default_price: null,
  images: [],
  livemode: false,
  marketing_features: [],
  package_dimensions: null,
  shippable: null,
  statement_descriptor: null,
  tax_code: null,
  tax_details: null,
  type: 'service',
  unit_label: 'member',
  updated: at.now,
  url: null,
  ...about,
})

export const price = (at: { id: string; now: number }, about: { product: string; amount: number; interval: 'month' | 'year' }): Price => ({
  id: at.id,
  object: 'price',
  active: true,
  billing_scheme: 'per_unit',
  created: at.now,
  currency: 'eur',
  custom_unit_amount: null,
  livemode: false,
  lookup_key: null,
  metadata: {},
  nickname: null,
  product: about.product,
  recurring: { interval: about.interval, interval_count: 1, meter: null, trial_period_days: null, usage_type: 'licensed' },
  tax_behavior: 'unspecified',
  tiers_mode: null,
  transform_quantity: null,
  type: 'recurring',
  unit_amount: about.amount,
  unit_amount_decimal: String(about.amount),
})

const planOf = ({ id, active, created, currency, product: of, recurring, unit_amount, unit_amount_decimal }: Price): Plan => ({
  id,
  object: 'plan',
  active,
  amount: unit_amount,
  amount_decimal: unit_amount_decimal,
  billing_scheme: 'per_unit',
  created,
  currency,
  interval: recurring?.interval ?? 'month',
  interval_count: 1,
  livemode: false,
  metadata: {},
  meter: null,
  nickname: null,
  product: of,
  tiers_mode: null,
  transform_usage: null,
  trial_period_days: null,
  usage_type: 'licensed',
})

export const customer = (
  at: { id: string; now: number },
  about: { name: string | null; email: string | null; metadata: Record<string, string> },
): Customer => ({
  id: at.id,
  object: 'customer',
  address: null,
  balance: 0,
  created: at.now,
  currency: null,
  customer_account: null,
  default_source: null,
  delinquent: false,
  description: null,
  invoice_prefix: at.id.slice(-8).toUpperCase(),
  invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
  livemode: false,
  next_invoice_sequence: 1,
  phone: null,
  preferred_locales: [],
  shipping: null,
  tax_exempt: 'none',
  test_clock: null,
  ...about,
})

export const item = (
  at: { id: string; now: number },
  about: { subscription: string; price: Price; quantity: number; start: number; end: number },
): Item => ({
  id: at.id,
  object: 'subscription_item',
  billing_thresholds: null,
  created: at.now,
  current_period_end: about.end,
  current_period_start: about.start,
  current_trial: null,
  discounts: [],
  metadata: {},
  plan: planOf(about.price),
  price: about.price,
  quantity: about.quantity,
  subscription: about.subscription,
  tax_rates: [],
})

export const repriced = (one: Item, to: Price): Item => ({ ...one, price: to, plan: planOf(to) })

export const subscription = (
  at: { id: string; now: number },
  about: Pick<
    Subscription,
    'customer' | 'status' | 'metadata' | 'items' | 'trial_start' | 'trial_end' | 'trial_settings' | 'payment_settings'
  >,
): Subscription => ({
  id: at.id,
  object: 'subscription',
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor: about.trial_end ?? at.now,
  billing_cycle_anchor_config: null,
  billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
  billing_schedules: [],
  billing_thresholds: null,
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
  collection_method: 'charge_automatically',
  created: at.now,
  currency: 'eur',
  customer_account: null,
  days_until_due: null,
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  ended_at: null,
  invoice_settings: { account_tax_ids: null, custom_fields: null, description: null, footer: null, issuer: { type: 'self' } },
  latest_invoice: null,
  livemode: false,
  managed_payments: null,
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: null,
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  start_date: at.now,
  test_clock: null,
  transfer_data: null,
  ...about,
})

export const invoice = (
  at: { id: string; now: number },
  about: { customer: Customer; subscription: Subscription; reason: 'subscription_create' | 'subscription_cycle'; amount: number },
): Invoice => ({
  id: at.id,
  object: 'invoice',
  account_country: 'FR',
  account_name: 'The installation',
  account_tax_ids: null,
  amount_due: about.amount,
  amount_overpaid: 0,
  amount_paid: 0,
  amount_remaining: about.amount,
  amount_shipping: 0,
  application: null,
  attempt_count: 0,
  attempted: false,
  auto_advance: true,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
  automatically_finalizes_at: null,
  billing_reason: about.reason,
  collection_method: 'charge_automatically',
  created: at.now,
  currency: 'eur',
  custom_fields: null,
  customer: about.customer.id,
  customer_account: null,
  customer_address: null,
  customer_email: about.customer.email,
  customer_name: about.customer.name ?? null,
  customer_phone: null,
  customer_shipping: null,
  customer_tax_exempt: 'none',
  customer_tax_ids: [],
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  due_date: null,
  effective_at: null,
  ending_balance: null,
  footer: null,
  from_invoice: null,
  hosted_invoice_url: null,
  invoice_pdf: null,
  issuer: { type: 'self' },
  last_finalization_error: null,
  latest_revision: null,
  lines: listOf([], `/v1/invoices/${at.id}/lines`),
  livemode: false,
  metadata: {},
  next_payment_attempt: null,
  number: null,
  on_behalf_of: null,
  parent: {
    quote_details: null,
    subscription_details: { metadata: about.subscription.metadata, subscription: about.subscription.id },
    type: 'subscription_details',
  },
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  period_end: at.now,
  period_start: at.now,
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  starting_balance: 0,
  statement_descriptor: null,
  status: 'draft',
  status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
  subtotal: about.amount,
  subtotal_excluding_tax: about.amount,
  test_clock: null,
  total: about.amount,
  total_discount_amounts: [],
  total_excluding_tax: about.amount,
  total_pretax_credit_amounts: [],
  total_taxes: [],
  webhooks_delivered_at: null,
})
