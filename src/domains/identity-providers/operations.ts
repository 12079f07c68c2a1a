import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const identityProviders: DomainHandlers<'identity-providers'> = {
  listIdentityProviders: notImplemented,
  createIdentityProvider: notImplemented,
  getIdentityProvider: notImplemented,
  updateIdentityProvider: notImplemented,
  deleteIdentityProvider: notImplemented,
}
