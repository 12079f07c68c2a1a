import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const licences = {
  getLicence: notImplemented,
  activateLicence: notImplemented,
  deleteLicence: notImplemented,
} satisfies Partial<DomainHandlers<'billing'>>
