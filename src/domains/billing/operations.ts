import type { DomainHandlers } from '../../contract/operation.ts'
import { licences } from './licences.ts'
import { subscriptions } from './subscriptions.ts'

export const billing: DomainHandlers<'billing'> = { ...licences, ...subscriptions }
