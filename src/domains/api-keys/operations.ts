import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const apiKeys: DomainHandlers<'api-keys'> = {
  getAPIKeys: notImplemented,
  createAPIKey: notImplemented,
  deleteAPIKey: notImplemented,
  getAPIKey: notImplemented,
  updateAPIkey: notImplemented,
}
