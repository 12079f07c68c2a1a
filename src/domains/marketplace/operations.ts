import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const marketplace: DomainHandlers<'marketplace'> = {
  signUpAWSMarketplace: notImplemented,
  handleAWSMarketplaceUserEntitlement: notImplemented,
}
