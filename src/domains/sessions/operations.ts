import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const sessions: DomainHandlers<'sessions'> = {
  listSessions: notImplemented,
  revokeOtherSessions: notImplemented,
  revokeSession: notImplemented,
  listAccountEvents: notImplemented,
}
