import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const identities: DomainHandlers<'identities'> = {
  listIdentities: notImplemented,
  linkIdentity: notImplemented,
  deleteIdentity: notImplemented,
}
