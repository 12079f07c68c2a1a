import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const sso: DomainHandlers<'sso'> = {
  getSamlMetadata: notImplemented,
  samlAssertionConsumerService: notImplemented,
  getOAuthUser: notImplemented,
  createOAuthUser: notImplemented,
}
