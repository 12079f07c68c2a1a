import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const oauth = {
  startOAuth: notImplemented,
  finishOAuth: notImplemented,
} satisfies Partial<DomainHandlers<'sso'>>
