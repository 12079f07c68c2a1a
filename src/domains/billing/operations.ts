import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const billing: DomainHandlers<'billing'> = {
  getLicence: notImplemented,
  activateLicence: notImplemented,
  createSubscription: notImplemented,
}
