import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const saml = {
  getSamlMetadata: notImplemented,
  samlAssertionConsumerService: notImplemented,
  startSaml: notImplemented,
  getOrganizationSamlMetadata: notImplemented,
  organizationAssertionConsumerService: notImplemented,
} satisfies Partial<DomainHandlers<'sso'>>
