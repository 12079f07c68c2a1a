import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const login: DomainHandlers<'login'> = {
  emailAuthenticationVerification: notImplemented,
  login: notImplemented,
  refreshToken: notImplemented,
}
