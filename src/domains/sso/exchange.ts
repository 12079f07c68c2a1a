import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const exchange = {
  getOAuthUser: notImplemented,
  createOAuthUser: notImplemented,
} satisfies Partial<DomainHandlers<'sso'>>
