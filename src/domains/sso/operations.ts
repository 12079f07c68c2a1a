import type { DomainHandlers } from '../../contract/operation.ts'
import { exchange } from './exchange.ts'
import { oauth } from './oauth.ts'
import { saml } from './saml.ts'

/** Browsers go to a provider and come back by one of two protocols; both end with a code that is exchanged. */
export const sso: DomainHandlers<'sso'> = { ...saml, ...oauth, ...exchange }
