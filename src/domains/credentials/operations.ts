import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const credentials: DomainHandlers<'credentials'> = {
  listCredentials: notImplemented,
  createCredential: notImplemented,
  deleteCredential: notImplemented,
  getCredential: notImplemented,
  updateCredential: notImplemented,
  getCredentialOptions: notImplemented,
}
