import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const events: DomainHandlers<'events'> = {
  getEvents: notImplemented,
  sendEvent: notImplemented,
  getEventsTags: notImplemented,
}
