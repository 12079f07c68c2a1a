import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const subscriptions = {
  getSubscription: notImplemented,
  createSubscription: notImplemented,
  listPlans: notImplemented,
  createBillingPortal: notImplemented,
  receiveStripeEvent: notImplemented,
} satisfies Partial<DomainHandlers<'billing'>>
