import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const secondFactors: DomainHandlers<'second-factors'> = {
  getSecondFactors: notImplemented,
  createTotp: notImplemented,
  confirmTotp: notImplemented,
  deleteTotp: notImplemented,
  createRecoveryCodes: notImplemented,
  beginPasskey: notImplemented,
  createPasskey: notImplemented,
  deletePasskey: notImplemented,
  finishLogin: notImplemented,
  beginPasskeyLogin: notImplemented,
  passkeyLogin: notImplemented,
}
