import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const accounts: DomainHandlers<'accounts'> = {
  deleteUserAccount: notImplemented,
  getUserAccount: notImplemented,
  signUp: notImplemented,
  updateUserAccount: notImplemented,
  emailVerificationResend: notImplemented,
  emailVerification: notImplemented,
  updateUserGuide: notImplemented,
  passwordResetReq: notImplemented,
  passwordResetUpdate: notImplemented,
}
